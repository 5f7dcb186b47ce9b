import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { SluiceError } from '../../core/errors.ts'
import type { Model, ModelDescriptor, Runtime } from '../../core/model.ts'
import { createOnnxModel, METADATA } from './onnx-model.ts'
import type { Preparation } from './preparation/preparation.ts'
import { withNearSession } from './near-session.ts'
import type { OnnxSession } from './onnx-session.ts'
import { createSessionPool } from './session-pool.ts'
import { createWorkerCalls } from '../trees/worker-call.ts'
import { mayBeTreeGraph } from './trees/tree-graph.ts'
import { readTreeEnsemble, type TreeEnsemble } from './trees/tree-ensemble.ts'
import { createTreeEnsembleModel } from './trees/tree-ensemble-model.ts'

export interface OnnxRuntimeOptions {
  /** Worker threads in which models are loaded and scored. From 2 to 4, as the machine has cores, where absent. */
  readonly threads?: number
  /** How long loading may take before it fails with `model.load.timeout` and its worker is given up. A minute where absent. */
  readonly loadTimeoutMs?: number
  /** Where false, small models too run in worker threads, and not in that of the event loop. */
  readonly near?: boolean
  /** Starts a worker that runs onnx-worker, for a program that keeps that file elsewhere. */
  readonly startWorker?: () => Worker
}

/** The runtime of ONNX models, which runs those that are made of other formats too. */
export interface OnnxRuntime extends Runtime {
  /** With a preparation: what is done with a model's inputs before its graph runs. */
  load(descriptor: ModelDescriptor, bytes: Uint8Array, preparation?: Preparation): Promise<Model>
}

/** Ensembles of this many bytes or more are read in a worker thread. */
const READER_BYTES = 1024 * 1024

/**
 * The runtime of ONNX models, on ONNX Runtime in worker threads: neither loading nor scoring blocks the event loop, and with two
 * threads or more a model loads while another scores. Threads start with the first model. A model that was seen there to take at most
 * 2 us a record, and the same for each, runs in the thread of the event loop, where a batch takes less than its way to a worker. A model that is one ensemble of trees is
 * scored by our own scorer instead, at once, where that gives the same.
 */
export function createOnnxRuntime(options: OnnxRuntimeOptions = {}): OnnxRuntime {
  const threads = options.threads ?? Math.min(4, Math.max(2, availableParallelism()))
  const pool = createSessionPool({
    threads,
    startWorker: options.startWorker ?? startWorker,
    loadTimeoutMs: options.loadTimeoutMs ?? 60_000,
  })
  const closing = new AbortController()
  const readers = createWorkerCalls()
  const readTrees = async (bytes: Uint8Array, metadata: ModelDescriptor['metadata']): Promise<TreeEnsemble | undefined> => {
    if (bytes.length < READER_BYTES) return readTreeEnsemble(bytes, metadata)
    if (!mayBeTreeGraph(bytes)) return undefined
    return readers.call(fileBeside('trees/tree-worker'), { bytes, metadata })
  }
  return {
    format: 'onnx',
    async load(descriptor, bytes, preparation) {
      const trees = useOwnScorer(descriptor) && preparation === undefined ? await readTrees(bytes, descriptor.metadata) : undefined
      if (trees !== undefined) return createTreeEnsembleModel(descriptor, trees)
      const pooled = await pool.open(bytes, descriptor.metadata, preparation)
      if (options.near === false) return createOnnxModel(descriptor, pooled)
      const open = async (): Promise<OnnxSession> => openHere(bytes, descriptor.metadata)
      return createOnnxModel(descriptor, await withNearSession(pooled, { open, closing: closing.signal }))
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      await readers.stop()
      await pool.close()
    },
  }
}

/** ONNX Runtime itself is loaded into this thread with the first model that is small enough to run here. */
async function openHere(bytes: Uint8Array, metadata: ModelDescriptor['metadata']): Promise<OnnxSession> {
  const { openSession } = await import('./onnx-session.ts')
  return openSession(bytes.slice(), metadata)
}

function useOwnScorer({ metadata }: ModelDescriptor): boolean {
  const engine = metadata[METADATA.engine]
  if (engine === undefined || engine === 'onnxruntime') return engine === undefined
  throw new SluiceError('model.descriptor.malformed', `the metadata's engine is '${engine}'; it may be onnxruntime`)
}

/** The workers are beside this file, as TypeScript in development and as JavaScript once compiled. */
function fileBeside(name: string): URL {
  return new URL(`./${name}${extname(import.meta.url)}`, import.meta.url)
}

function startWorker(): Worker {
  return new Worker(fileBeside('onnx-worker'), { name: 'onnx', execArgv: [] })
}
