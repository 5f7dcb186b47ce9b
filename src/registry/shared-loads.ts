import type { LoadedModel } from '../core/loaded-model.ts'
import type { ModelEntry } from './history.ts'
import type { ModelLoader } from './model-loader.ts'

interface Load {
  readonly loaded: Promise<LoadedModel>
  readonly abort: AbortController
  waiting: number
}

/** Loads each version once for all who want it at the same time, and gives it up when none of them does any more. */
export class SharedLoads {
  readonly #loader: Pick<ModelLoader, 'load'>
  readonly #loads = new Map<ModelEntry, Load>()

  constructor(loader: Pick<ModelLoader, 'load'>) {
    this.#loader = loader
  }

  /** The model is retained once for the caller. Throws what the loader does, or the signal's reason. */
  async load(entry: ModelEntry, signal: AbortSignal): Promise<LoadedModel> {
    let load = this.#loads.get(entry)
    if (load === undefined) {
      const abort = new AbortController()
      load = { loaded: this.#loader.load(entry, abort.signal), abort, waiting: 0 }
      load.loaded.catch(() => {})
      this.#loads.set(entry, load)
    }
    load.waiting++
    const aborted = Promise.withResolvers<never>()
    const give = (): void => aborted.reject(signal.reason)
    signal.addEventListener('abort', give)
    if (signal.aborted) give()
    try {
      return (await Promise.race([load.loaded, aborted.promise])).retain()
    } finally {
      signal.removeEventListener('abort', give)
      if (--load.waiting === 0) this.#end(entry, load)
    }
  }

  #end(entry: ModelEntry, load: Load): void {
    if (this.#loads.get(entry) === load) this.#loads.delete(entry)
    load.abort.abort(new Error('nobody wants it any more'))
    load.loaded.then(
      (loaded) => loaded.release(),
      () => {},
    )
  }
}
