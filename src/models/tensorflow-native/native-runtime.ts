import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Runtime } from '../../core/model.ts'
import { createOnnxModel } from '../onnx/onnx-model.ts'
import { createSessionPool } from '../onnx/session-pool.ts'
import { findLibraries, LIBRARIES_VARIABLE } from './libraries.ts'
import type { NativeOptions } from './open-native.ts'

export interface NativeRuntimeOptions {
  readonly format: NativeOptions['format']
  /** The folder with TensorFlow's libraries; what the environment's SLUICE_TENSORFLOW says where absent. */
  readonly libraries?: string
  /** Worker threads, each with a session of its own of every model. 2 where absent. */
  readonly threads?: number
  readonly loadTimeoutMs?: number
}

/**
 * The runtime of frozen graphs or saved models on TensorFlow itself, through its C API in worker threads: every op that TensorFlow has,
 * at the price of half a gigabyte of libraries. Nothing is loaded before the first model. A model is a program to TensorFlow: what
 * reaches out of it is refused by name, yet only models that one trusts should be run so.
 * Throws `model.runtime.failed` where koffi or the libraries are not there.
 */
export function createNativeRuntime({ format, libraries, threads, loadTimeoutMs }: NativeRuntimeOptions): Runtime & AsyncDisposable {
  const folder = libraries ?? process.env[LIBRARIES_VARIABLE]
  const options: NativeOptions = { format, libraries: folder }
  const pool = createSessionPool({
    threads: threads ?? 2,
    loadTimeoutMs: loadTimeoutMs ?? 60_000,
    engine: 'TensorFlow',
    startWorker: () =>
      new Worker(new URL(`./native-worker${extname(import.meta.url)}`, import.meta.url), {
        name: 'tensorflow',
        execArgv: [],
        workerData: options,
      }),
  })
  return {
    format,
    async load(descriptor, bytes) {
      findLibraries(folder)
      return createOnnxModel(descriptor, await pool.open(bytes, descriptor.metadata))
    },
    async [Symbol.asyncDispose]() {
      await pool.close()
    },
  }
}
