import { SluiceError } from '../errors.ts'
import type { TopicPartition } from '../log.ts'
import { type ModelState, stateKey, stateText } from '../model-state.ts'
import type { Arm } from '../policy.ts'
import { KeyedInstance } from './keyed-instance.ts'
import type { ServedModel } from './served-model.ts'
import { type Instance, WholeInstance } from './state-instance.ts'

/** Of how many versions of a data type the state is kept, so that going back to one finds it as it left it. */
const KEPT_VERSIONS = 10

/**
 * The states of all models with a state in one partition of an input: what is known of them, and the instances that serve now. A version
 * that serves for the first time begins with its own initial state; one that comes back goes on from where it was.
 */
export class ModelStates {
  readonly #place: TopicPartition
  /** By the key of their records: as the batches left them that have begun, and as those left them that are finished. The last used is last. */
  readonly #scored = new Map<string, ModelState>()
  readonly #finished = new Map<string, ModelState>()
  /** By data type and slot. */
  readonly #serving = new Map<string, ServingStates>()
  #turn: Promise<void> | undefined

  constructor(place: TopicPartition) {
    this.#place = place
  }

  /** Takes a state that was committed. Call it before any batch begins, and in the order of the commits. */
  restore(state: ModelState): void {
    this.forget(stateKey(this.#place, state))
    this.finish(state)
    this.#note(state)
  }

  /** Likewise for a state that was forgotten. */
  forget(key: string): void {
    this.#scored.delete(key)
    this.#finished.delete(key)
  }

  /** A batch that left this state is finished. */
  finish(state: ModelState): void {
    const key = stateKey(this.#place, state)
    this.#finished.delete(key)
    if (state.snapshot !== undefined) this.#finished.set(key, state)
  }

  /** The states as the finished batches left them. */
  finished(): IterableIterator<ModelState> {
    return this.#finished.values()
  }

  /** Does work that uses the instances when that of all batches before is done; at once where it is. */
  inTurn(work: () => Promise<void> | undefined): Promise<void> | undefined {
    const running = this.#turn === undefined ? work() : this.#turn.then(work)
    if (running === undefined) return undefined
    const turn = running
      .catch(() => {})
      .then(() => {
        if (this.#turn === turn) this.#turn = undefined
      })
    this.#turn = turn
    return running
  }

  /**
   * The instances of the models that answer a data type now; of one arm, which is a slot of its own, where it has several. Throws
   * `log.corrupt` where a state that was read back does not fit its model.
   */
  serving(dataType: string, served: ServedModel, slot = ''): ServingStates {
    const place = slot === '' ? dataType : `${dataType}\n${slot}`
    let serving = this.#serving.get(place)
    if (serving?.served === served && serving.isLatest()) return serving
    const forgotten: ModelState[] = []
    const instances = served.arms.map((arm) => arm.model.state && this.#begin(dataType, arm, forgotten))
    serving = new ServingStates({ served, instances, forgotten, place: this.#place, note: (state) => this.#note(state) })
    this.#serving.set(place, serving)
    return serving
  }

  #begin(dataType: string, { model, descriptor }: Arm, forgotten: ModelState[]): Instance {
    const instance = model.state!.fork()
    const about = { dataType, model: `${descriptor.name}@${descriptor.version}`, sha256: descriptor.sha256 }
    if (![...this.#scored.values()].some((state) => isOf(state, about))) forgotten.push(...this.#makeRoom(dataType))
    const known = (key?: string): ModelState | undefined => {
      const state = this.#scored.get(stateKey(this.#place, { ...about, ...(key !== undefined && { key }) }))
      return state?.sha256 === about.sha256 ? state : undefined
    }
    const parts = { model: instance, about, place: this.#place, known }
    if (model.state!.per !== 'key') return new WholeInstance(parts)
    return new KeyedInstance({ ...parts, all: [...this.#scored.values()].filter((state) => state.key !== undefined && isOf(state, about)) })
  }

  /** Gives up the states of the versions that were used the longest ago where there are as many as are kept. */
  #makeRoom(dataType: string): ModelState[] {
    const all = [...this.#scored.values()].filter((state) => state.dataType === dataType)
    // By the last use of any of a version's states.
    const versions = [...new Set(all.map(({ model }) => model).toReversed())].toReversed()
    const gone = new Set(versions.slice(0, Math.max(0, versions.length + 1 - KEPT_VERSIONS)))
    const states = all.filter(({ model }) => gone.has(model)).map((state) => ({ ...state, snapshot: undefined }))
    for (const state of states) this.#scored.delete(stateKey(this.#place, state))
    return states
  }

  #note(state: ModelState): void {
    const key = stateKey(this.#place, state)
    this.#scored.delete(key)
    this.#scored.set(key, state)
  }
}

function isOf(state: ModelState, { dataType, model }: Pick<ModelState, 'dataType' | 'model'>): boolean {
  return state.dataType === dataType && state.model === model
}

interface ServingParts {
  readonly served: ServedModel
  /** Per arm; undefined where its model has no state. */
  readonly instances: readonly (Instance | undefined)[]
  readonly forgotten: ModelState[]
  readonly place: TopicPartition
  readonly note: (state: ModelState) => void
}

/** The instances of the models that answer one data type in one partition. */
export class ServingStates {
  readonly served: ServedModel
  /** Those of the served model, with the instances in the places of models with a state. */
  readonly arms: readonly Arm[]
  readonly #parts: ServingParts
  readonly #instances: readonly Instance[]

  constructor(parts: ServingParts) {
    this.#parts = parts
    this.served = parts.served
    this.#instances = parts.instances.filter((instance) => instance !== undefined)
    this.arms = parts.served.arms.map((arm, i) => ({ ...arm, model: parts.instances[i]?.model ?? arm.model }))
  }

  /** Whether no other slot has gone on from the states since. */
  isLatest(): boolean {
    return this.#instances.every((instance) => instance.isLatest())
  }

  /** Throws `log.corrupt` where a state that was to be gone on from in this batch does not fit its model. */
  checkRead(): void {
    for (const instance of this.#instances) instance.checkRead()
  }

  /**
   * The states that have changed since the batch before. Throws `record.score.failed` where the record of one would be longer than `maxBytes`:
   * then no state counts as changed.
   */
  advance(maxBytes: number): readonly ModelState[] {
    const { place, forgotten, note } = this.#parts
    const changed = this.#instances.map((instance) => instance.changed())
    for (const states of changed) for (const state of states) checkLength(place, state, maxBytes)
    for (const [i, states] of changed.entries()) {
      for (const state of states) note(state)
      this.#instances[i]!.accept(states)
    }
    return [...forgotten.splice(0), ...changed.flat()]
  }

  /** Puts the instances back to where they were after the batch before. */
  goBack(): void {
    for (const instance of this.#instances) instance.goBack()
  }
}

const encoder = new TextEncoder()
/** What a record batch has beside the texts of its only record. */
const FRAMING = 256

function checkLength(place: TopicPartition, state: ModelState, maxBytes: number): void {
  const text = stateText(place, state)! + stateKey(place, state)
  // No character takes more than three bytes for each of its units.
  if (text.length * 3 + FRAMING <= maxBytes) return
  const bytes = encoder.encode(text).length + FRAMING
  if (bytes <= maxBytes) return
  const message = `with these records the state of ${state.model} would take ${bytes} bytes, and the topic of states takes at most ${maxBytes}; the state stays as it was before`
  throw new SluiceError('record.score.failed', message, { details: { model: state.model, bytes, limit: maxBytes } })
}
