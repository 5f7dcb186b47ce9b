import { asSluiceError, SluiceError } from '../errors.ts'
import type { TopicPartition } from '../log.ts'
import type { StatefulModel } from '../model.ts'
import { type ModelState, stateKey } from '../model-state.ts'

/** The instance of a model in one partition, and what it remembers. */
export interface Instance {
  readonly model: StatefulModel
  /** Whether nobody else has gone on from its states since. */
  isLatest(): boolean
  /** Throws `log.corrupt` where a state that was read back in this batch does not fit. */
  checkRead(): void
  /** The states that are others than after the batch before. Throws `record.score.failed` where there would be too many. */
  changed(): readonly ModelState[]
  /** These count from now on. */
  accept(states: readonly ModelState[]): void
  /** As after the batch before. */
  goBack(): void
}

export type AboutState = Pick<ModelState, 'dataType' | 'model' | 'sha256'>

export interface InstanceParts {
  readonly model: StatefulModel
  readonly about: AboutState
  readonly place: TopicPartition
  /** The state that is known now, of the same bytes: of a key, or the only one. */
  readonly known: (key?: string) => ModelState | undefined
}

/** One state for all records of the partition. */
export class WholeInstance implements Instance {
  readonly model: StatefulModel
  readonly #known: InstanceParts['known']
  #state: ModelState

  /** Throws `log.corrupt` where the known state does not fit. */
  constructor({ model, about, place, known }: InstanceParts) {
    this.model = model
    this.#known = known
    const state = known()
    if (state !== undefined) restoreState(model, state, place)
    this.#state = { ...about, snapshot: model.snapshot() }
  }

  isLatest(): boolean {
    return (this.#known() ?? this.#state).snapshot === this.#state.snapshot
  }

  checkRead(): void {}

  changed(): readonly ModelState[] {
    const snapshot = this.model.snapshot()
    return snapshot === this.#state.snapshot ? [] : [{ ...this.#state, snapshot }]
  }

  accept([state]: readonly ModelState[]): void {
    if (state !== undefined) this.#state = state
  }

  goBack(): void {
    this.model.restore(this.#state.snapshot!)
  }
}

/** Puts a state that was read back into an instance. Throws `log.corrupt` where it does not fit. */
export function restoreState(model: StatefulModel, state: ModelState, place: TopicPartition): void {
  try {
    model.restore(state.snapshot!)
  } catch (cause) {
    const { message } = asSluiceError(cause, 'model.malformed', 'it can not be read')
    const text = `the state under the key '${stateKey(place, state)}' can not be gone on from: ${message}`
    throw new SluiceError('log.corrupt', text, { cause })
  }
}
