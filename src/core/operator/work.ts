import { type Batch, INDEX, offsetOf } from '../batch.ts'
import { writeDeadLetter } from '../dead-letter.ts'
import { asSluiceError, SluiceError } from '../errors.ts'
import { Outcomes } from '../outcomes.ts'
import type { Decision } from '../policy.ts'
import type { ModelStatistics } from '../statistics.ts'
import type { SwapMarker } from '../swap-marker.ts'
import { BatchChain } from './batch-chain.ts'
import { Group } from './group.ts'
import type { Lane } from './lane.ts'
import type { OperatorOptions } from './operator.ts'
import type { ServedModel } from './served-model.ts'

/** What a batch has become. All bytes are valid until `Work.release`. */
export interface Answers {
  /** Record batches for the output topic, in the order of the input. */
  readonly outputs: readonly Uint8Array[]
  /** Record batches for the dead-letter topic. */
  readonly deadLetters: readonly Uint8Array[]
  readonly markers: readonly SwapMarker[]
  /** The statistics that changed. */
  readonly statistics: readonly ModelStatistics[]
  readonly scored: number
  readonly rejected: number
  readonly nextOffset: bigint
  /** When it was finished, ms since the epoch. */
  readonly at: number
}

/** One batch on its way through the operator. */
export class Work {
  readonly outcomes = new Outcomes()
  batch!: Batch
  lane!: Lane
  /** Settled when all groups are scored; undefined where they already are. */
  done: Promise<void> | undefined
  /** Per rejected record, the code of its data type; -1 where it is not known. */
  typeOf = new Int32Array(0)
  readonly #options: OperatorOptions
  readonly #recycle: (work: Work) => void
  readonly #outputs: BatchChain
  readonly #deadLetters: BatchChain
  readonly #groups: Group[] = []
  /** Per record, the group that it is in. */
  #groupOf = new Int32Array(0)
  #used = 0
  #markers: SwapMarker[] = []
  readonly #changed = new Set<ModelStatistics>()

  constructor(options: OperatorOptions, recycle: (work: Work) => void) {
    this.#options = options
    this.#recycle = recycle
    this.#outputs = new BatchChain(options.maxBatchBytes)
    this.#deadLetters = new BatchChain(options.maxBatchBytes)
  }

  reset(batch: Batch, lane: Lane): void {
    this.batch = batch
    this.lane = lane
    this.done = undefined
    this.#used = 0
    this.#markers = []
    this.#changed.clear()
    this.outcomes.reset(batch.count)
    this.#outputs.reset()
    this.#deadLetters.reset()
    if (this.typeOf.length < batch.count) {
      this.typeOf = new Int32Array(batch.count * 2)
      this.#groupOf = new Int32Array(batch.count * 2)
    }
    this.typeOf.fill(-1, 0, batch.count)
  }

  /** The place of the group of a data type, begun where it is new. */
  groupFor(dataType: string, served: ServedModel): number {
    for (let g = 0; g < this.#used; g++) if (this.#groups[g]!.dataType === dataType) return g
    const group = (this.#groups[this.#used] ??= new Group())
    group.reset(dataType, served)
    served.loaded.retain()
    return this.#used++
  }

  add(group: number, record: number): void {
    this.#groups[group]!.add(record)
    this.#groupOf[record] = group
  }

  /** Gives the groups back without having done anything. */
  abandon(): void {
    this.#releaseModels()
    this.#recycle(this)
  }

  /** Decodes and scores all groups, and notes the versions that answer for the first time. */
  score(): void {
    const pending: Promise<void>[] = []
    for (let g = 0; g < this.#used; g++) {
      const group = this.#groups[g]!
      this.#mark(group)
      group.served!.reader.read(this.batch, group.records, group.count, group.frame, this.outcomes)
      const scoring = this.#decide(group)
      if (scoring !== undefined) pending.push(scoring)
    }
    if (pending.length > 0) this.done = Promise.all(pending).then(nothing)
  }

  /** Writes answers, dead letters and statistics. Call it once `done`, in the order in which the lane's batches began. */
  finish(): Answers {
    const { batch, outcomes } = this
    const now = this.#options.clock.now()
    for (let g = 0; g < this.#used; g++) this.#count(this.#groups[g]!)
    for (let i = 0; i < batch.count; i++) {
      if (outcomes.rejected[i] === 1) this.#writeRejected(i)
      else this.#writeAnswer(i, this.#groups[this.#groupOf[i]!]!, now)
    }
    return {
      outputs: this.#outputs.finish(),
      deadLetters: this.#deadLetters.finish(),
      markers: this.#markers,
      statistics: [...this.#changed],
      scored: batch.count - outcomes.rejections,
      rejected: outcomes.rejections,
      nextOffset: batch.nextOffset,
      at: now,
    }
  }

  /** Gives back the models, the batch and the buffers. The answers' bytes are then invalid. */
  release(): void {
    this.#releaseModels()
    this.batch.release()
    this.#recycle(this)
  }

  /** Calls with each group's data type, frame and scores, as long as the work is not released. For samples of what goes by. */
  groups(): readonly Group[] {
    return this.#groups.slice(0, this.#used)
  }

  #mark(group: Group): void {
    const { lane, batch } = this
    const { id, descriptor } = group.served!.loaded
    const previous = lane.serving.get(group.dataType) ?? null
    if (previous === id) return
    lane.serving.set(group.dataType, id)
    const { name, version, sha256 } = descriptor
    const fromOffset = String(offsetOf(batch, group.records[0]!))
    const { topic, partition } = batch
    this.#markers.push({
      dataType: group.dataType,
      name,
      version,
      sha256,
      topic,
      partition,
      fromOffset,
      at: this.#options.clock.now(),
      previous,
    })
  }

  #decide(group: Group): Promise<void> | undefined {
    const { policy, clock } = this.#options
    if (group.frame.rows === 0) {
      group.scores.reset(group.served!.loaded.model.outputs, 0)
      return undefined
    }
    let decision: Decision | Promise<Decision>
    try {
      decision = policy.decide(group.frame, group.served!.arms, group.scores, clock)
    } catch (error) {
      return fail(group, error)
    }
    if (!(decision instanceof Promise)) {
      group.elapsedMs = decision.elapsedMs
      return undefined
    }
    return decision.then(
      (made) => {
        group.elapsedMs = made.elapsedMs
      },
      (error: unknown) => fail(group, error),
    )
  }

  /** Moves the rows that the model rejected to the outcomes, checks the scores, and counts the frame. */
  #count(group: Group): void {
    const { frame, scores } = group
    const [score] = scores.outputs
    const width = scores.outputs.length
    for (let row = 0; row < frame.rows; row++) {
      const record = frame.records[row]!
      if (scores.rejections > 0 && scores.rejected[row] === 1) {
        this.outcomes.reject(record, scores.error(row)!)
        continue
      }
      const value = scores.values[row * width]!
      const usable = score!.type === 'number' ? value - value === 0 : value >= 0
      if (!usable) this.outcomes.reject(record, unusable(group, value))
    }
    let scored = frame.rows
    for (let row = 0; row < frame.rows; row++) scored -= this.outcomes.rejected[frame.records[row]!]!
    if (scored === 0) return
    const statistics = this.#statistics(group)
    statistics.scored(scored, group.elapsedMs)
    group.statistics = statistics
    this.#changed.add(statistics)
  }

  #statistics(group: Group): ModelStatistics {
    const { id, descriptor } = group.served!.loaded
    return this.lane.statistics(group.dataType, id, () => ({
      dataType: group.dataType,
      model: id,
      description: descriptor.description,
      format: descriptor.format,
      since: this.#options.clock.now(),
    }))
  }

  #writeAnswer(i: number, group: Group, now: number): void {
    const { batch } = this
    const { scores, frame } = group
    while (frame.records[group.row] !== i) group.row++
    const { row } = group
    const served = group.served!
    const out = this.#outputs.next()
    const cell = i * INDEX.stride
    const timestamp = batch.timestamps[i]!
    out.startRecord(timestamp)
    out.key(batch.bytes, batch.index[cell + INDEX.keyAt]!, batch.index[cell + INDEX.keyLength]!)
    out.startValue()
    served.writer.write(batch, i, scores, row, out)
    out.endValue()
    served.headers.write(batch, i, scores.values[row * scores.outputs.length]!, out)
    out.endRecord()
    group.statistics!.latency.record(now - timestamp)
  }

  #writeRejected(i: number): void {
    const error = this.outcomes.error(i)!
    const known = this.typeOf[i]!
    const group = known === -1 && this.#used > 0 ? this.#groupWith(i) : undefined
    const dataType = group?.dataType ?? (known < 0 ? '' : this.#options.dataTypes.dictionary.text(known))
    const model = group?.served!.loaded.id ?? ''
    writeDeadLetter(this.batch, i, this.#deadLetters.next(), {
      error,
      dataType,
      model,
      stream: this.#options.stream,
      maxBytes: this.#options.deadLetterMaxBytes,
    })
    const statistics =
      group === undefined
        ? this.lane.statistics(dataType, '', () => ({ dataType, model: '', description: '', format: '', since: this.#options.clock.now() }))
        : this.#statistics(group)
    statistics.reject(error.code)
    this.#changed.add(statistics)
  }

  /** The group that a rejected record was in, if it got that far. */
  #groupWith(i: number): Group | undefined {
    const group = this.#groups[this.#groupOf[i]!]
    if (group === undefined || this.#groupOf[i]! >= this.#used) return undefined
    let low = 0
    let high = group.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (group.records[middle]! < i) low = middle + 1
      else high = middle
    }
    return low < group.count && group.records[low] === i ? group : undefined
  }

  #releaseModels(): void {
    for (let g = 0; g < this.#used; g++) {
      this.#groups[g]!.served!.loaded.release()
      this.#groups[g]!.served = undefined
    }
  }
}

/** The model itself failed: all rows that it had not rejected are. */
function fail(group: Group, cause: unknown): undefined {
  const { id } = group.served!.loaded
  const { message } = asSluiceError(cause, 'model.runtime.failed', `${id} failed`)
  const error = new SluiceError('record.score.failed', message, { cause, details: { model: id } })
  for (let row = 0; row < group.frame.rows; row++) group.scores.reject(row, error)
}

function unusable(group: Group, value: number): SluiceError {
  const { id, model } = group.served!.loaded
  const { name, type } = model.outputs[0]!
  if (type === 'label')
    return new SluiceError('record.score.failed', `${id} gave no label for its output '${name}'`, { details: { model: id } })
  return new SluiceError('record.score.not-finite', `${id} answered ${value} for its output '${name}'`, { details: { model: id } })
}

function nothing(): void {}
