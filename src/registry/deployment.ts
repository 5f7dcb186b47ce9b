import type { Clock } from '../core/clock.ts'
import { asSluiceError, type SluiceError } from '../core/errors.ts'
import type { LoadedModel } from '../core/loaded-model.ts'
import type { DataTypeHistory, ModelEntry, VersionStatus } from './history.ts'
import type { ModelLoader } from './model-loader.ts'
import { SharedLoads } from './shared-loads.ts'

/** The slot of a data type whose only model answers. Other slots are the arms of its policy, by their names. */
export const WHOLE = ''

/** Where models serve: the operators of the streams. */
export interface ServingTarget {
  /** Fits a model to all streams that can use it, and returns what lets it serve in a slot. Throws `model.inputs.mismatch` where none can. */
  fit(loaded: LoadedModel, slot: string): () => void
  /** No model serves in the slot any more. */
  withdraw(dataType: string, slot: string): void
}

export interface DeploymentEvent {
  readonly kind: 'model-serving' | 'model-refused' | 'model-withdrawn'
  readonly dataType: string
  readonly entry: ModelEntry | undefined
  readonly error: SluiceError | undefined
}

/** Which models are to serve a data type side by side: the slot of each, and the model (`name` or `name@version`); undefined for whatever was asked for last. */
export type Slots = ReadonlyMap<string, string | undefined>

export interface DeploymentOptions {
  readonly loader: ModelLoader
  readonly target: ServingTarget
  readonly clock: Clock
  readonly onEvent: (event: DeploymentEvent) => void
  /** The slots of a data type; only `WHOLE` where absent. */
  readonly slots?: (dataType: string) => Slots
}

/** How many loaded models of a slot are kept beside the serving one, so that going back is immediate. */
const KEPT_WARM = 1

/** Why loading was given up: another version is wanted, or the node stops. */
const SUPERSEDED = new Error('another version is wanted by now')

const ONE_SLOT: Slots = new Map([[WHOLE, undefined]])

/**
 * Brings what serves each data type to what the registry wants: loads off the hot path, swaps when ready, and where a version
 * fails, reports it and leaves the one before it serving. Data types don't wait for each other, nor do the slots of one; a version that
 * several slots want is loaded once.
 */
export class Deployment {
  readonly #options: DeploymentOptions
  readonly #states = new Map<string, Map<string, SlotState>>()
  readonly #loads: SharedLoads
  #closed = false

  constructor(options: DeploymentOptions) {
    this.#options = options
    this.#loads = new SharedLoads(options.loader)
  }

  /**
   * What a data type has serving may no longer be what is wanted: sees to it. A version that is being loaded and is not wanted any
   * more is given up. Resolves when what serves is what is wanted.
   */
  async reconcile(history: DataTypeHistory): Promise<void> {
    const { dataType } = history
    const slots = this.#options.slots?.(dataType) ?? ONE_SLOT
    let states = this.#states.get(dataType)
    if (states === undefined) this.#states.set(dataType, (states = new Map()))
    for (const slot of [...states.keys()].filter((known) => !slots.has(known))) this.#dropSlot(dataType, slot)
    await Promise.all(
      [...slots.keys()].map(async (slot) => {
        let state = states.get(slot)
        if (state === undefined) states.set(slot, (state = newState(slot)))
        if (state.loading !== undefined && state.loading.entry !== this.#wanted(history, slot)) state.loading.abort.abort(SUPERSEDED)
        return (state.running ??= this.#run(history, state))
      }),
    )
  }

  /** Has no model serve a data type any more, and forgets it, as if it had never been. */
  async drop(dataType: string): Promise<void> {
    const states = [...(this.#states.get(dataType)?.values() ?? [])]
    for (const { slot } of states) this.#dropSlot(dataType, slot)
    await Promise.all(states.map(async ({ running }) => running))
    this.#states.delete(dataType)
  }

  /** Resolves when nothing is being loaded. */
  async settled(): Promise<void> {
    for (;;) {
      const running = [...this.#all()].flatMap(([, state]) => (state.running === undefined ? [] : [state.running]))
      if (running.length === 0) return
      await Promise.all(running)
    }
  }

  /** Gives up what is being loaded, and releases all models. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    for (const [, { loading }] of this.#all()) loading?.abort.abort(SUPERSEDED)
    await this.settled()
    for (const [dataType, state] of this.#all()) this.#release(dataType, state)
    this.#states.clear()
  }

  *#all(): IterableIterator<[dataType: string, state: SlotState]> {
    for (const [dataType, states] of this.#states) for (const state of states.values()) yield [dataType, state]
  }

  #wanted(history: DataTypeHistory, slot: string): ModelEntry | undefined {
    const slots = this.#options.slots?.(history.dataType) ?? ONE_SLOT
    if (!slots.has(slot)) return undefined
    const model = slots.get(slot)
    return model === undefined ? history.wanted : history.wantedOf(model)
  }

  /** The slot is not there any more. What is being loaded for it is given up, and what serves in it released. */
  #dropSlot(dataType: string, slot: string): void {
    const state = this.#states.get(dataType)!.get(slot)!
    this.#states.get(dataType)!.delete(slot)
    state.dropped = true
    state.loading?.abort.abort(SUPERSEDED)
    if (state.running === undefined) this.#release(dataType, state)
    else void state.running.then(() => this.#release(dataType, state))
  }

  #release(dataType: string, state: SlotState): void {
    // Another slot of the same name may be there by now.
    if (!this.#states.get(dataType)?.has(state.slot) || this.#closed) this.#options.target.withdraw(dataType, state.slot)
    this.#leave(dataType, state.serving)
    state.serving?.loaded.release()
    for (const warm of state.warm) warm.loaded.release()
    state.warm = []
  }

  async #run(history: DataTypeHistory, state: SlotState): Promise<void> {
    // So that `running` is set before it is cleared below, in the same step as the last look at what is wanted.
    await Promise.resolve()
    try {
      while (this.#wanted(history, state.slot) !== state.serving?.entry && !this.#closed && !state.dropped) {
        const wanted = this.#wanted(history, state.slot)
        if (wanted === undefined) this.#withdraw(history, state)
        else await this.#deploy(history, state, wanted)
      }
      cool(state)
    } finally {
      state.running = undefined
    }
  }

  async #deploy(history: DataTypeHistory, state: SlotState, entry: ModelEntry): Promise<void> {
    const { clock, onEvent } = this.#options
    const { dataType } = history
    try {
      const loaded = takeWarm(state, entry) ?? this.#elsewhere(dataType, entry) ?? (await this.#load(state, entry))
      if (this.#wanted(history, state.slot) !== entry || state.dropped) return keepWarm(state, { entry, loaded })
      this.#swap(loaded, state.slot)
      const before = state.serving
      state.serving = { entry, loaded }
      if (before !== undefined) {
        this.#leave(dataType, before)
        keepWarm(state, before)
      }
      entry.reason = null
      if (entry.status === 'serving') return
      entry.status = 'serving'
      entry.servingSince = clock.now()
      onEvent({ kind: 'model-serving', dataType, entry, error: undefined })
    } catch (cause) {
      if (cause === SUPERSEDED) return
      const error = asSluiceError(cause, 'model.runtime.failed', `${entry.id} could not be put to work`)
      const isNews = entry.status !== 'refused'
      history.refuse(entry, error)
      if (isNews) onEvent({ kind: 'model-refused', dataType, entry, error })
    }
  }

  /** A version does not serve in a slot any more; it may in another. */
  #leave(dataType: string, before: Deployed | undefined): void {
    if (before === undefined) return
    const others = [...(this.#states.get(dataType)?.values() ?? [])]
    if (others.some(({ serving }) => serving?.entry === before.entry)) return
    if (before.entry.status === 'serving') before.entry.status = 'ready'
    before.entry.servingSince = null
  }

  /** The version as another slot has it. */
  #elsewhere(dataType: string, entry: ModelEntry): LoadedModel | undefined {
    for (const { serving, warm } of this.#states.get(dataType)?.values() ?? [])
      for (const deployed of serving === undefined ? warm : [serving, ...warm])
        if (deployed.entry === entry) return deployed.loaded.retain()
    return undefined
  }

  async #load(state: SlotState, entry: ModelEntry): Promise<LoadedModel> {
    const abort = new AbortController()
    state.loading = { entry, abort }
    if (entry.status !== 'serving') entry.status = 'loading'
    try {
      return await this.#loads.load(entry, abort.signal)
    } finally {
      state.loading = undefined
      // Read anew, since it may have been retired meanwhile.
      if ((entry.status as VersionStatus) === 'loading') entry.status = abort.signal.aborted ? 'published' : 'ready'
    }
  }

  #swap(loaded: LoadedModel, slot: string): void {
    let swap: () => void
    try {
      swap = this.#options.target.fit(loaded, slot)
    } catch (error) {
      loaded.release()
      throw error
    }
    swap()
  }

  #withdraw(history: DataTypeHistory, state: SlotState): void {
    const { target, onEvent } = this.#options
    target.withdraw(history.dataType, state.slot)
    const before = state.serving
    state.serving = undefined
    this.#leave(history.dataType, before)
    before?.loaded.release()
    onEvent({ kind: 'model-withdrawn', dataType: history.dataType, entry: before?.entry, error: undefined })
  }
}

interface Deployed {
  readonly entry: ModelEntry
  readonly loaded: LoadedModel
}

interface SlotState {
  readonly slot: string
  serving: Deployed | undefined
  warm: Deployed[]
  loading: { readonly entry: ModelEntry; readonly abort: AbortController } | undefined
  running: Promise<void> | undefined
  /** Nobody asks for it any more. */
  dropped: boolean
}

function newState(slot: string): SlotState {
  return { slot, serving: undefined, warm: [], loading: undefined, running: undefined, dropped: false }
}

function keepWarm(state: SlotState, model: Deployed): void {
  state.warm.unshift(model)
  for (const old of state.warm.splice(KEPT_WARM)) old.loaded.release()
}

function takeWarm(state: SlotState, entry: ModelEntry): LoadedModel | undefined {
  const at = state.warm.findIndex((candidate) => candidate.entry === entry)
  return at < 0 ? undefined : state.warm.splice(at, 1)[0]!.loaded
}

/** Releases what is kept and must not serve again. */
function cool(state: SlotState): void {
  const isOver = ({ entry }: Deployed): boolean => entry.status === 'retired'
  for (const { loaded } of state.warm.filter(isOver)) loaded.release()
  state.warm = state.warm.filter((model) => !isOver(model))
}
