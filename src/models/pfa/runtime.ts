import { asSluiceError, SluiceError } from '../../core/errors.ts'
import { type Clock, systemClock } from '../../core/clock.ts'
import { modelId, type Runtime } from '../../core/model.ts'
import { isJsonText, readDocumentText } from './document/read-document-text.ts'
import { loadEngine, loadEngineFromBytes, type EngineOptions } from './engine/load-engine.ts'
import type { PfaEngine } from './engine/pfa-engine.ts'
import { createPfaModel } from './pfa-model.ts'

export interface PfaOptions {
  readonly clock?: Clock
  /** The longest that scoring one record may take, in milliseconds, whatever a document says of itself. */
  readonly timeoutMs?: number
}

const DOCUMENT_BYTES = 64 * 1024 * 1024

/**
 * The runtime of PFA documents, version 0.8.1: JSON, YAML or PrettyPFA. Its models score synchronously, one record after the other, and keep
 * the state of the document's cells and pools, each partition of a stream in an instance of its own.
 *
 * @example
 * const runtime = createPfaRuntime()
 * using model = await runtime.load(descriptor, bytes)
 */
export function createPfaRuntime(options: PfaOptions = {}): Runtime {
  return {
    format: 'pfa',
    async load(descriptor, bytes) {
      const id = modelId(descriptor)
      const engine = loadDocument(bytes, id, options)
      try {
        return createPfaModel(engine, descriptor.inputs)
      } catch (error) {
        throw loadError(error, id)
      }
    },
  }
}

/** Loads a document, and runs its `begin`. Throws errors of model scope. */
export function loadDocument(bytes: Uint8Array, id: string, { clock = systemClock, timeoutMs }: PfaOptions): PfaEngine {
  if (bytes.length > DOCUMENT_BYTES) {
    throw new SluiceError('model.too-large', `the document of ${id} has ${bytes.length} bytes; the limit is ${DOCUMENT_BYTES}`)
  }
  try {
    const engine = load(bytes, textOf(bytes), { clock, ...(timeoutMs !== undefined && { timeoutMs }) })
    engine.begin()
    return engine
  } catch (error) {
    throw loadError(error, id)
  }
}

function load(bytes: Uint8Array, text: string, options: EngineOptions): PfaEngine {
  return isJsonText(text) ? loadEngineFromBytes(bytes, text, options) : loadEngine(readDocumentText(text), options)
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new SluiceError('model.malformed', 'the document is not UTF-8', { cause: error })
  }
}

function loadError(error: unknown, id: string): SluiceError {
  if (error instanceof SluiceError && error.scope === 'model') return error
  if (error instanceof RangeError) {
    return new SluiceError('model.unsupported', `the document of ${id} is too deeply nested`, { cause: error })
  }
  const reason = error instanceof Error ? error.message : String(error)
  return asSluiceError(
    error instanceof SluiceError ? new Error(reason, { cause: error }) : error,
    'model.runtime.failed',
    `loading ${id} failed`,
  )
}
