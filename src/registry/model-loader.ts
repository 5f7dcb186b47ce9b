import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '../core/clock.ts'
import { asSluiceError, SluiceError } from '../core/errors.ts'
import { LoadedModel } from '../core/loaded-model.ts'
import type { Model, Runtime } from '../core/model.ts'
import { sha256Of } from './descriptor.ts'
import type { ModelEntry } from './history.ts'
import { replayGolden } from './replay-golden.ts'
import { warmModel } from './warm-model.ts'

export interface LoaderOptions {
  readonly runtimes: readonly Runtime[]
  /** The bytes of a version, from its record or its location. */
  readonly fetch: (entry: ModelEntry, signal: AbortSignal) => Promise<Uint8Array>
  readonly loadTimeoutMs: number
  readonly clock: Clock
}

const RETRY_MS = 200

/** Takes a version from its bytes to a model that is ready to score: fetched, verified against its sha256, loaded, warmed, and held to its golden vectors. */
export class ModelLoader {
  readonly #options: LoaderOptions

  constructor(options: LoaderOptions) {
    this.#options = options
  }

  /**
   * The model is retained once for the caller. Throws a model-scope error that says which step failed, or the signal's reason;
   * what is loaded after that is disposed of.
   */
  async load(entry: ModelEntry, signal: AbortSignal): Promise<LoadedModel> {
    const { runtimes, loadTimeoutMs, clock } = this.#options
    const { descriptor, id } = entry
    const runtime = runtimes.find((candidate) => candidate.format === descriptor.format)
    if (runtime === undefined) {
      const known = runtimes.map((candidate) => candidate.format).join(', ')
      throw new SluiceError('model.format.unknown', `${id} has the format '${descriptor.format}', and this node loads ${known}`)
    }
    const started = clock.monotonic()
    const timeout = new AbortController()
    const timer = setTimeout(() => {
      timeout.abort(new SluiceError('model.load.timeout', `${id} was not ready after ${loadTimeoutMs} ms (models.loadTimeoutMs)`))
    }, loadTimeoutMs)
    const given = AbortSignal.any([signal, timeout.signal])
    try {
      const model = await unlessAborted(this.#prepare(entry, runtime, given), given)
      entry.loadMs = clock.monotonic() - started
      return new LoadedModel(descriptor, model).retain()
    } finally {
      clearTimeout(timer)
    }
  }

  async #prepare(entry: ModelEntry, runtime: Runtime, signal: AbortSignal): Promise<Model> {
    const { descriptor, id } = entry
    const bytes = await this.#fetch(entry, signal)
    const sha256 = sha256Of(bytes)
    if (sha256 !== descriptor.sha256) {
      throw new SluiceError(
        'model.sha256.mismatch',
        `the bytes of ${id} have the sha256 ${sha256}, and its descriptor says ${descriptor.sha256}`,
      )
    }
    let model: Model | undefined
    try {
      model = await runtime.load(descriptor, bytes)
      if (!signal.aborted) await warmModel(model)
      if (!signal.aborted) await replayGolden(descriptor, model)
    } catch (error) {
      model?.[Symbol.dispose]()
      throw asSluiceError(error, 'model.runtime.failed', `${id} could not be loaded`)
    }
    // Nobody waits for it any more.
    if (signal.aborted) model[Symbol.dispose]()
    return model
  }

  /** That the log can't be read for now says nothing of the model: it is tried again until the time for loading is over. */
  async #fetch(entry: ModelEntry, signal: AbortSignal): Promise<Uint8Array> {
    for (;;) {
      try {
        return await this.#options.fetch(entry, signal)
      } catch (error) {
        if (signal.aborted || !(error instanceof SluiceError) || error.scope !== 'service') throw error
        await pause(RETRY_MS, undefined, { signal })
      }
    }
  }
}

/** What the work gives, or the signal's reason as soon as it aborts. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
