import type { Clock } from '../core/clock.ts'
import { asSluiceError, type SluiceError } from '../core/errors.ts'
import type { LoadedModel } from '../core/loaded-model.ts'
import type { DataTypeHistory, ModelEntry } from './history.ts'
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

/**
 * Brings what serves each data type to what the registry wants: loads off the hot path, swaps when ready, and where a version
 * fails, reports it and leaves the one before it serving. Data types don't wait for each other.
 */
export class Deployment {
  readonly #options: DeploymentOptions
  readonly #states = new Map<string, DataTypeState>()

  constructor(options: DeploymentOptions) {
    this.#options = options
  }

  /** What a data type has serving may no longer be what is wanted: sees to it, now or when the current step is done. */
  reconcile(history: DataTypeHistory): Promise<void> {
    let state = this.#states.get(history.dataType)
    if (state === undefined) this.#states.set(history.dataType, (state = { serving: undefined, warm: [], running: undefined }))
    state.running ??= this.#run(history, state).finally(() => {
      state.running = undefined
    })
    return state.running
  }

  /** Resolves when nothing is being loaded. */
  async settled(): Promise<void> {
    for (;;) {
      const running = [...this.#states.values()].flatMap((state) => (state.running === undefined ? [] : [state.running]))
      if (running.length === 0) return
      await Promise.all(running)
    }
  }

  /** Releases all models. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.settled()
    for (const [dataType, state] of this.#states) {
      this.#options.target.withdraw(dataType)
      state.serving?.loaded.release()
      for (const warm of state.warm) warm.loaded.release()
    }
    this.#states.clear()
  }

  async #run(history: DataTypeHistory, state: DataTypeState): Promise<void> {
    while (history.wanted !== state.serving?.entry) {
      const { wanted } = history
      if (wanted === undefined) this.#withdraw(history, state)
      else await this.#deploy(history, state, wanted)
    }
  }

  async #deploy(history: DataTypeHistory, state: DataTypeState, entry: ModelEntry): Promise<void> {
    const { loader, target, clock, onEvent } = this.#options
    try {
      const loaded = takeWarm(state, entry) ?? (await this.#load(loader, entry))
      if (history.wanted !== entry) return this.#keepWarm(state, { entry, loaded })
      let swap: () => void
      try {
        swap = target.fit(loaded)
      } catch (error) {
        loaded.release()
        throw error
      }
      swap()
      const before = state.serving
      state.serving = { entry, loaded }
      if (before !== undefined) {
        if (before.entry.status === 'serving') before.entry.status = 'ready'
        before.entry.servingSince = null
        this.#keepWarm(state, before)
      }
      entry.status = 'serving'
      entry.servingSince = clock.now()
      onEvent({ kind: 'model-serving', dataType: history.dataType, entry, error: undefined })
    } catch (cause) {
      const error = asSluiceError(cause, 'model.runtime.failed', `${entry.id} could not be put to work`)
      history.refuse(entry, error)
      onEvent({ kind: 'model-refused', dataType: history.dataType, entry, error })
    }
  }

  async #load(loader: ModelLoader, entry: ModelEntry): Promise<LoadedModel> {
    entry.status = 'loading'
    const loaded = await loader.load(entry)
    if ((entry.status as string) === 'loading') entry.status = 'ready'
    return loaded
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

  #keepWarm(state: DataTypeState, model: Deployed): void {
    if (model.entry.status === 'retired') return model.loaded.release()
    state.warm.unshift(model)
    for (const old of state.warm.splice(KEPT_WARM)) old.loaded.release()
  }
}

interface Deployed {
  readonly entry: ModelEntry
  readonly loaded: LoadedModel
}

interface DataTypeState {
  serving: Deployed | undefined
  warm: Deployed[]
  running: Promise<void> | undefined
}

function takeWarm(state: DataTypeState, entry: ModelEntry): LoadedModel | undefined {
  const at = state.warm.findIndex((candidate) => candidate.entry === entry)
  return at < 0 ? undefined : state.warm.splice(at, 1)[0]!.loaded
}
