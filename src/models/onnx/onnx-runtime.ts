import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Runtime } from '../../core/model.ts'
import { createOnnxModel } from './onnx-model.ts'
import { createSessionPool } from './session-pool.ts'

export interface OnnxRuntimeOptions {
  /** Worker threads in which models are loaded and scored. From 2 to 4, as the machine has cores, where absent. */
  readonly threads?: number
  /** How long loading may take before it fails with `model.load.timeout` and its worker is given up. A minute where absent. */
  readonly loadTimeoutMs?: number
  /** Starts a worker that runs onnx-worker, for a program that keeps that file elsewhere. */
  readonly startWorker?: () => Worker
}

/**
 * The runtime of ONNX models, on ONNX Runtime in worker threads: neither loading nor scoring blocks the event loop, and with two
 * threads or more a model loads while another scores. Threads start with the first model.
 */
export function createOnnxRuntime(options: OnnxRuntimeOptions = {}): Runtime {
  const threads = options.threads ?? Math.min(4, Math.max(2, availableParallelism()))
  const pool = createSessionPool({
    threads,
    startWorker: options.startWorker ?? startWorker,
    loadTimeoutMs: options.loadTimeoutMs ?? 60_000,
  })
  return {
    format: 'onnx',
    async load(descriptor, bytes) {
      return createOnnxModel(descriptor, await pool.open(bytes, descriptor.metadata))
    },
    async [Symbol.asyncDispose]() {
      await pool.close()
    },
  }
}

/** The worker is beside this file, as TypeScript in development and as JavaScript once compiled. */
function startWorker(): Worker {
  const file = new URL(`./onnx-worker${extname(import.meta.url)}`, import.meta.url)
  return new Worker(file, { name: 'onnx', execArgv: [] })
}
