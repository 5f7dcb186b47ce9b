import { type Batch, INDEX } from '../batch.ts'
import type { Clock } from '../clock.ts'
import { type Codec, type DataTypeReader, MAX_DATA_TYPES } from '../codec.ts'
import type { Dictionary } from '../dictionary.ts'
import { SluiceError } from '../errors.ts'
import type { LoadedModel } from '../loaded-model.ts'
import type { ArmsPolicy } from '../arms-policy.ts'
import type { Policy } from '../policy.ts'
import type { Timers } from '../timers.ts'
import { HoldWindows, type BeforeModel } from './hold-windows.ts'
import type { Answers } from './answers.ts'
import type { Lane } from './lane.ts'
import { lateAnswers } from './late-answers.ts'
import type { PolicyGroup } from './policy-group.ts'
import { ServedModel } from './served-model.ts'
import { ServedPolicy } from './served-policy.ts'
import { Work } from './work.ts'

export interface OperatorOptions {
  readonly stream: string
  readonly codec: Codec
  readonly policy: Policy
  readonly clock: Clock
  /** How a record says its data type, and the dictionary that the reader fills. */
  readonly dataTypes: { readonly reader: DataTypeReader; readonly dictionary: Dictionary; readonly path: string | undefined }
  /** Where given, records of any other data type are rejected. */
  readonly declaredDataTypes: readonly string[] | undefined
  readonly beforeModel: BeforeModel
  /** Model input -> record field, for all models of the stream. */
  readonly inputs: Readonly<Record<string, string>>
  /** Longer values are rejected. */
  readonly maxRecordBytes: number
  /** Longer values are cut in dead letters. */
  readonly deadLetterMaxBytes: number
  /** About how long an output record batch may get. */
  readonly maxBatchBytes: number
  /** The longest record batch that the output topic takes; no limit where absent. */
  readonly maxOutputBytes?: number
  /** Likewise for the dead-letter topic. */
  readonly maxDeadLetterBatchBytes?: number
  /** The longest record batch for the state of a model; no limit where absent. */
  readonly maxStateBytes?: number
  /** Whether decisions of policies are written for their topic; no where absent. */
  readonly decisions?: boolean
  /** For the deadlines of policies; the system's where absent. */
  readonly timers?: Timers
}

/** Records of a data type must wait, because no model serves it yet and the stream holds them. Nothing was done with the batch. */
export interface Held {
  /** The data type. */
  readonly held: string
  /** How long the stream goes on holding it, in milliseconds. */
  readonly forMs: number
}

/**
 * The serving operator of one stream: joins each batch of records with the models that their data types have now, scores,
 * counts, and writes the answers in the order of the input. It does no I/O, and one thread uses it.
 *
 * A batch goes `prepare` → `begin` → `Work.done` → `Work.finish`. Batches of one partition begin in order and must finish in order; a model
 * given by `serve` takes effect with the next batch that begins.
 */
export class ServingOperator {
  readonly options: OperatorOptions
  readonly #served = new Map<string, ServedModel>()
  /** By data type: the models of arms by their names, and the policy that chooses among them. */
  readonly #arms = new Map<string, Map<string, ServedModel>>()
  readonly #policies = new Map<string, PolicyInForce>()
  readonly #windows: HoldWindows
  readonly #pool: Work[] = []
  #types = new Int32Array(0)

  constructor(options: OperatorOptions) {
    this.options = options
    this.#windows = new HoldWindows(options.beforeModel, options.clock)
  }

  /** Fits a model to this stream. Throws `model.inputs.mismatch`. */
  fit(loaded: LoadedModel): ServedModel {
    const { stream, codec, inputs, dataTypes } = this.options
    return new ServedModel(loaded, { stream, codec, inputs, dataTypePath: dataTypes.path })
  }

  /** From the next batch on, this model (or none) answers the records of the data type. Cheap: all work is done by `fit`. */
  serve(dataType: string, served: ServedModel | undefined): void {
    const before = this.#served.get(dataType)
    if (before === served) return
    if (served === undefined) this.#served.delete(dataType)
    else {
      served.loaded.retain()
      this.#served.set(dataType, served)
      this.#windows.close(dataType)
    }
    before?.loaded.release()
  }

  /** As `serve`, for the model that plays one arm of the data type's policy; other arms go on as they are. */
  serveArm(dataType: string, arm: string, served: ServedModel | undefined): void {
    let arms = this.#arms.get(dataType)
    if (arms === undefined) this.#arms.set(dataType, (arms = new Map()))
    const before = arms.get(arm)
    if (before === served) return
    if (served === undefined) arms.delete(arm)
    else {
      served.loaded.retain()
      arms.set(arm, served)
    }
    before?.loaded.release()
    this.#refresh(dataType)
  }

  /**
   * From the next batch on, this policy answers the records of the data type; undefined where one model does. Until all arms that may answer
   * had a model once, records are held as they are where there is no model.
   */
  setPolicy(dataType: string, policy: ArmsPolicy | undefined): void {
    if (this.#policies.get(dataType)?.policy === policy) return
    if (policy === undefined) this.#policies.delete(dataType)
    else this.#policies.set(dataType, { policy, pool: [], served: undefined, wasComplete: false })
    this.#refresh(dataType)
  }

  /** The policy that is in force for a data type. */
  policy(dataType: string): ArmsPolicy | undefined {
    return this.#policies.get(dataType)?.policy
  }

  /** The model that plays an arm now. */
  arm(dataType: string, arm: string): ServedModel | undefined {
    return this.#arms.get(dataType)?.get(arm)
  }

  /** The arms that have a model now. */
  armsOf(dataType: string): string[] {
    return [...(this.#arms.get(dataType)?.keys() ?? [])]
  }

  #refresh(dataType: string): void {
    const inForce = this.#policies.get(dataType)
    if (inForce === undefined) return
    const { stream, codec } = this.options
    inForce.served = new ServedPolicy(inForce.policy, { stream, codec, models: this.#arms.get(dataType) ?? NO_ARMS, pool: inForce.pool })
    if (!inForce.served.isComplete || inForce.wasComplete) return
    inForce.wasComplete = true
    this.#windows.close(dataType)
  }

  /** The model that serves a data type now; the first arm that may answer, where it has a policy of several. */
  serving(dataType: string): ServedModel | undefined {
    const inForce = this.#policies.get(dataType)
    return inForce === undefined ? this.#served.get(dataType) : inForce.served?.arms.find((served) => served !== undefined)
  }

  /** What answers a data type; with `partly`, also a policy whose arms were never all in service. */
  #answering(dataType: string, partly: boolean): ServedModel | ServedPolicy | undefined {
    const inForce = this.#policies.size === 0 ? undefined : this.#policies.get(dataType)
    if (inForce === undefined) return this.#served.get(dataType)
    const { served, wasComplete } = inForce
    if (served === undefined || !served.canAnswer) return undefined
    if (wasComplete || partly) return served
    return this.#windows.remaining(dataType) === 0 ? served : undefined
  }

  /**
   * Learns what the codec must know before the batch can begin; undefined where it knows all. Rejects with a service-scope error where it
   * can't be learned now: nothing was done with the batch, and it can be prepared again.
   */
  prepare(batch: Batch): Promise<void> | undefined {
    return this.options.codec.prepare?.(batch, true)
  }

  /**
   * Starts on a batch: decodes and scores it. Batches of a lane must begin in order. With `mayHold` false, records without a
   * model are rejected where they would else have to wait. Throws `log.corrupt` where a state that was read back for the lane does not fit
   * its model; the lane is of no use then.
   */
  begin(batch: Batch, lane: Lane, mayHold = true): Work | Held {
    const work = this.#pool.pop() ?? new Work(this.options, (done) => this.#pool.push(done))
    work.reset(batch, lane)
    this.#checkValues(work, batch)
    if (this.#types.length < batch.count) this.#types = new Int32Array(batch.count * 2)
    this.options.dataTypes.reader.read(batch, this.#types, work.outcomes)
    const held = this.#group(work, batch, mayHold)
    if (held !== undefined) {
      work.abandon()
      return held
    }
    work.score()
    return work
  }

  /** What came too late for the lane's batches, to be committed by itself; the lane goes on from `nextOffset`. Undefined where there is nothing. */
  late(lane: Lane, nextOffset: bigint): Answers | undefined {
    if (lane.late.isEmpty) return undefined
    const { decisions = false, maxBatchBytes, clock } = this.options
    return lateAnswers(lane, { decisions, maxBatchBytes, nextOffset, at: clock.now() })
  }

  #checkValues(work: Work, batch: Batch): void {
    const { maxRecordBytes } = this.options
    for (let i = 0, cell: number = INDEX.valueLength; i < batch.count; i++, cell += INDEX.stride) {
      const length = batch.index[cell]!
      if (length < 0) work.outcomes.reject(i, TOMBSTONE)
      else if (length > maxRecordBytes) {
        const message = `the value has ${length} bytes; the stream takes at most ${maxRecordBytes}`
        work.outcomes.reject(i, new SluiceError('record.too-large', message, { details: { bytes: length, limit: maxRecordBytes } }))
      }
    }
  }

  /** Sorts the records into groups by data type. Returns what must wait, if anything must. */
  #group(work: Work, batch: Batch, mayHold: boolean): Held | undefined {
    const { dictionary } = this.options.dataTypes
    const types = this.#types
    const { rejected } = work.outcomes
    let last = -2
    let group: ReturnType<Work['groupFor']> | undefined
    let problem: SluiceError | undefined
    for (let i = 0; i < batch.count; i++) {
      if (rejected[i] === 1) continue
      const type = types[i]!
      if (type !== last) {
        last = type
        const dataType = type < 0 ? undefined : dictionary.text(type)
        const served = dataType === undefined ? undefined : this.#answering(dataType, !mayHold)
        group = undefined
        if (served !== undefined) group = work.groupFor(type, served)
        else {
          const fate = this.#withoutModel(dataType, mayHold)
          if (!(fate instanceof SluiceError)) return fate
          problem = fate
        }
      }
      if (group === undefined) {
        work.outcomes.reject(i, problem!)
        work.typeOf[i] = type
      } else work.add(group, i)
    }
    return undefined
  }

  /** What becomes of a record without a model. */
  #withoutModel(dataType: string | undefined, mayHold: boolean): SluiceError | Held {
    if (dataType === undefined) {
      return new SluiceError('record.data-type.unknown', `the stream has seen ${MAX_DATA_TYPES} data types already and learns no more`)
    }
    const { declaredDataTypes } = this.options
    if (declaredDataTypes !== undefined && !declaredDataTypes.includes(dataType)) {
      const message = `data type '${dataType}' is not one of this stream's: ${declaredDataTypes.join(', ')}`
      return new SluiceError('record.data-type.unknown', message, { details: { dataType } })
    }
    const forMs = this.#windows.remaining(dataType)
    if (forMs > 0 && mayHold) return { held: dataType, forMs }
    return new SluiceError('record.no-model', `no model serves data type '${dataType}'${this.#windows.explain()}`, {
      details: { dataType },
    })
  }
}

const TOMBSTONE = new SluiceError('record.tombstone', 'the record has no value (a tombstone), so there is nothing to score')

interface PolicyInForce {
  readonly policy: ArmsPolicy
  readonly pool: PolicyGroup[]
  served: ServedPolicy | undefined
  /** Whether all arms that may answer were in service at some time. */
  wasComplete: boolean
}

const NO_ARMS: ReadonlyMap<string, ServedModel> = new Map()
