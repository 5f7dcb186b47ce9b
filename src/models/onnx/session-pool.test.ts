import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import type { Model, Runtime } from '../../core/model.ts'
import { regression, zipMapClassifier } from './fixtures/model-fixtures.ts'
import { createOnnxRuntime } from './onnx-runtime.ts'

const rows = [{ a: 1, b: 2 }]
const scored = [{ score: 0.5 }]

/** A runtime whose workers are in reach. */
function observed(threads: number): { runtime: Runtime & AsyncDisposable; workers: Worker[] } {
  const workers: Worker[] = []
  const startWorker = (): Worker => {
    const worker = new Worker(new URL('onnx-worker.ts', import.meta.url), { execArgv: [] })
    workers.push(worker)
    return worker
  }
  const runtime = createOnnxRuntime({ threads, startWorker, near: false })
  return { runtime: runtime as Runtime & AsyncDisposable, workers }
}

async function load(runtime: Runtime, bytes: Uint8Array): Promise<Model> {
  return runtime.load(descriptorOf('onnx', bytes), bytes)
}

describe('the workers of ONNX models', () => {
  it('start with the first model', async () => {
    const { runtime, workers } = observed(2)
    await using _ = runtime
    expect(workers).toHaveLength(0)
    using model = await load(runtime, regression)
    expect(await scoreRows(model, rows)).toEqual(scored)
    expect(workers.length).toBeGreaterThan(0)
  })

  it.each([1, 2])('fail what they had and are started again, with all models, when they end (of %i)', async (threads) => {
    const { runtime, workers } = observed(threads)
    await using _ = runtime
    using model = await load(runtime, regression)
    using other = await load(runtime, zipMapClassifier(['lost', 'found']))
    const ended = workers.map(async (worker) => worker.terminate())
    const running = Array.from({ length: threads }, async () => scoreRows(model, rows))
    for (const result of await Promise.allSettled(running)) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'model.runtime.failed' } })
    }
    await Promise.all(ended)
    expect(await scoreRows(model, rows)).toEqual(scored)
    expect(await scoreRows(other, [[1]])).toMatchObject([{ label: 'found' }])
    expect(workers.length).toBeGreaterThan(threads)
  })

  it('serve on while another has ended', async () => {
    const { runtime, workers } = observed(2)
    await using _ = runtime
    using model = await load(runtime, regression)
    await expect.poll(() => workers.length).toBe(2)
    for (let i = 0; i < 3; i++) {
      await workers.at(-1)!.terminate()
      expect(await scoreRows(model, rows)).toEqual(scored)
    }
  })

  it('forget a model that is disposed', async () => {
    const { runtime, workers } = observed(1)
    await using _ = runtime
    {
      using model = await load(runtime, regression)
      expect(await scoreRows(model, rows)).toEqual(scored)
    }
    using next = await load(runtime, regression)
    expect(await scoreRows(next, rows)).toEqual(scored)
    expect(workers).toHaveLength(1)
  })

  it('keep serving a model while another that is broken fails to load', async () => {
    const { runtime } = observed(1)
    await using _ = runtime
    using model = await load(runtime, regression)
    const refused = load(runtime, regression.slice(0, 100))
    const answers = scoreRows(model, rows)
    await expect(refused).rejects.toMatchObject({ code: 'model.malformed' })
    expect(await answers).toEqual(scored)
  })

  it('end with the runtime', async () => {
    const { runtime, workers } = observed(2)
    const model = await load(runtime, regression)
    const exits = Promise.all(workers.map(async (worker) => new Promise((resolve) => worker.once('exit', resolve))))
    await runtime[Symbol.asyncDispose]()
    await exits
    await expect(scoreRows(model, rows)).rejects.toMatchObject({ code: 'model.runtime.failed' })
  })

  it('are given up when loading takes too long, so that the next model loads in another', async () => {
    let started = 0
    const startWorker = (): Worker => {
      started++
      // It takes as long as it likes to load, and ends when it is told to.
      const code = `import { parentPort } from 'node:worker_threads'
        parentPort.on('message', ({ request }) => request.kind === 'close' && parentPort.close())`
      return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`))
    }
    const runtime = createOnnxRuntime({ threads: 1, loadTimeoutMs: 20, startWorker })
    for (const expected of [1, 2]) {
      await expect(load(runtime, regression)).rejects.toMatchObject({ code: 'model.load.timeout' })
      expect(started).toBe(expected)
    }
    await runtime[Symbol.asyncDispose]!()
  })

  it('that can not start fail the model, not the process', async () => {
    const runtime = createOnnxRuntime({
      threads: 1,
      startWorker: () => new Worker(new URL('data:text/javascript,throw new Error("no library")')),
    })
    await expect(load(runtime, regression)).rejects.toMatchObject({
      code: 'model.runtime.failed',
      message: expect.stringContaining('no library') as string,
    })
    await runtime[Symbol.asyncDispose]!()
  })
})
