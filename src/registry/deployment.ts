import type { Clock } from '../core/clock.ts'
import { asSluiceError, type SluiceError } from '../core/errors.ts'
import type { LoadedModel } from '../core/loaded-model.ts'
import type { DataTypeHistory, ModelEntry, VersionStatus } from './history.ts'
import type { ModelLoader } from './model-loader.ts'

/** Where models serve: the operators of the streams. */
export interface ServingTarget {
  /** Fits a model to all streams that can use it, and returns what lets it serve. Throws `model.inputs.mismatch` where none can. */
  fit(loaded: LoadedModel): () => void
  /** No model serves the data type any more. */
  withdraw(dataType: string): void
}

export interface DeploymentEvent {
  readonly kind: 'model-serving' | 'model-refused' | 'model-withdrawn'
  readonly dataType: string
  readonly entry: ModelEntry | undefined
  readonly error: SluiceError | undefined
}

export interface DeploymentOptions {
  readonly loader: ModelLoader
  readonly target: ServingTarget
  readonly clock: Clock
  readonly onEvent: (event: DeploymentEvent) => void
}

/** How many loaded models of a data type are kept beside the serving one, so that going back is immediate. */
const KEPT_WARM = 1

/** Why loading was given up: another version is wanted, or the node stops. */
const SUPERSEDED = new Error('another version is wanted by now')

/**
 * Brings what serves each data type to what the registry wants: loads off the hot path, swaps when ready, and where a version
 * fails, reports it and leaves the one before it serving. Data types don't wait for each other.
 */
export class Deployment {
  readonly #options: DeploymentOptions
  readonly #states = new Map<string, DataTypeState>()
  #closed = false

  constructor(options: DeploymentOptions) {
    this.#options = options
  }

  /**
   * What a data type has serving may no longer be what is wanted: sees to it. A version that is being loaded and is not wanted any
   * more is given up. Resolves when what serves is what is wanted.
   */
  reconcile(history: DataTypeHistory): Promise<void> {
    let state = this.#states.get(history.dataType)
    if (state === undefined) this.#states.set(history.dataType, (state = newState()))
    if (state.loading !== undefined && state.loading.entry !== history.wanted) state.loading.abort.abort(SUPERSEDED)
    return (state.running ??= this.#run(history, state))
  }

  /** Has no model serve a data type any more, and forgets it, as if it had never been. */
  async drop(dataType: string): Promise<void> {
    const state = this.#states.get(dataType)
    if (state === undefined) return
    this.#states.delete(dataType)
    state.dropped = true
    state.loading?.abort.abort(SUPERSEDED)
    await state.running
    this.#release(dataType, state)
  }

  /** Resolves when nothing is being loaded. */
  async settled(): Promise<void> {
    for (;;) {
      const running = [...this.#states.values()].flatMap((state) => (state.running === undefined ? [] : [state.running]))
      if (running.length === 0) return
      await Promise.all(running)
    }
  }

  /** Gives up what is being loaded, and releases all models. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    for (const { loading } of this.#states.values()) loading?.abort.abort(SUPERSEDED)
    await this.settled()
    for (const [dataType, state] of this.#states) this.#release(dataType, state)
    this.#states.clear()
  }

  #release(dataType: string, state: DataTypeState): void {
    this.#options.target.withdraw(dataType)
    state.serving?.loaded.release()
    for (const warm of state.warm) warm.loaded.release()
  }

  async #run(history: DataTypeHistory, state: DataTypeState): Promise<void> {
    // So that `running` is set before it is cleared below, in the same step as the last look at what is wanted.
    await Promise.resolve()
    try {
      while (history.wanted !== state.serving?.entry && !this.#closed && !state.dropped) {
        const { wanted } = history
        if (wanted === undefined) this.#withdraw(history, state)
        else await this.#deploy(history, state, wanted)
      }
      cool(state)
    } finally {
      state.running = undefined
    }
  }

  async #deploy(history: DataTypeHistory, state: DataTypeState, entry: ModelEntry): Promise<void> {
    const { clock, onEvent } = this.#options
    try {
      const loaded = takeWarm(state, entry) ?? (await this.#load(state, entry))
      if (history.wanted !== entry) return keepWarm(state, { entry, loaded })
      this.#swap(loaded)
      const before = state.serving
      state.serving = { entry, loaded }
      if (before !== undefined) {
        if (before.entry.status === 'serving') before.entry.status = 'ready'
        before.entry.servingSince = null
        keepWarm(state, before)
      }
      entry.status = 'serving'
      entry.servingSince = clock.now()
      entry.reason = null
      onEvent({ kind: 'model-serving', dataType: history.dataType, entry, error: undefined })
    } catch (cause) {
      if (cause === SUPERSEDED) return
      const error = asSluiceError(cause, 'model.runtime.failed', `${entry.id} could not be put to work`)
      history.refuse(entry, error)
      onEvent({ kind: 'model-refused', dataType: history.dataType, entry, error })
    }
  }

  async #load(state: DataTypeState, entry: ModelEntry): Promise<LoadedModel> {
    const abort = new AbortController()
    state.loading = { entry, abort }
    entry.status = 'loading'
    try {
      return await this.#options.loader.load(entry, abort.signal)
    } finally {
      state.loading = undefined
      // Read anew, since it may have been retired meanwhile.
      if ((entry.status as VersionStatus) === 'loading') entry.status = abort.signal.aborted ? 'published' : 'ready'
    }
  }

  #swap(loaded: LoadedModel): void {
    let swap: () => void
    try {
      swap = this.#options.target.fit(loaded)
    } catch (error) {
      loaded.release()
      throw error
    }
    swap()
  }

  #withdraw(history: DataTypeHistory, state: DataTypeState): void {
    const { target, onEvent } = this.#options
    target.withdraw(history.dataType)
    const before = state.serving
    state.serving = undefined
    if (before?.entry.status === 'serving') before.entry.status = 'ready'
    before?.loaded.release()
    onEvent({ kind: 'model-withdrawn', dataType: history.dataType, entry: before?.entry, error: undefined })
  }
}

interface Deployed {
  readonly entry: ModelEntry
  readonly loaded: LoadedModel
}

interface DataTypeState {
  serving: Deployed | undefined
  warm: Deployed[]
  loading: { readonly entry: ModelEntry; readonly abort: AbortController } | undefined
  running: Promise<void> | undefined
  /** Nobody asks for it any more. */
  dropped: boolean
}

function newState(): DataTypeState {
  return { serving: undefined, warm: [], loading: undefined, running: undefined, dropped: false }
}

function keepWarm(state: DataTypeState, model: Deployed): void {
  state.warm.unshift(model)
  for (const old of state.warm.splice(KEPT_WARM)) old.loaded.release()
}

function takeWarm(state: DataTypeState, entry: ModelEntry): LoadedModel | undefined {
  const at = state.warm.findIndex((candidate) => candidate.entry === entry)
  return at < 0 ? undefined : state.warm.splice(at, 1)[0]!.loaded
}

/** Releases what is kept and must not serve again. */
function cool(state: DataTypeState): void {
  const isOver = ({ entry }: Deployed): boolean => entry.status === 'retired'
  for (const { loaded } of state.warm.filter(isOver)) loaded.release()
  state.warm = state.warm.filter((model) => !isOver(model))
}
