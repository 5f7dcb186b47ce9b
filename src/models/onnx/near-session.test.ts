import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import { node, onnxModel } from './fixtures/graph-fixture.ts'
import { columns, regression } from './fixtures/model-fixtures.ts'
import { createOnnxRuntime, type OnnxRuntime } from './onnx-runtime.ts'

/** A runtime that counts the batches that its workers got. */
function counted(): { runtime: OnnxRuntime & AsyncDisposable; batches: () => number } {
  let batches = 0
  const startWorker = (): Worker => {
    const worker = new Worker(new URL('onnx-worker.ts', import.meta.url), { execArgv: [] })
    const post = worker.postMessage.bind(worker)
    worker.postMessage = (message: { request: { kind: string } }, transfer) => {
      if (message.request.kind === 'run') batches++
      post(message, transfer as [])
    }
    return worker
  }
  return { runtime: createOnnxRuntime({ threads: 1, startWorker }) as OnnxRuntime & AsyncDisposable, batches: () => batches }
}

describe('a small ONNX model', () => {
  it('runs without a worker, batch by batch', async () => {
    const { runtime, batches } = counted()
    await using _ = runtime
    using model = await runtime.load(descriptorOf('onnx', regression), regression)
    expect(await scoreRows(model, [{ a: 1, b: 2 }])).toEqual([{ score: 0.5 }])
    // y = 2 a - b + 0.5 (the fixture), with two batches on their way at once and a record that lacks b.
    const answers = await Promise.all([scoreRows(model, [{ a: 3, b: 1 }, { a: 1 }]), scoreRows(model, [{ a: 0, b: 0 }])])
    expect(answers).toMatchObject([[{ score: 5.5 }, { code: 'record.feature.missing' }], [{ score: 0.5 }]])
    expect(batches()).toBe(0)
  })

  it('leaves a batch that would hold up the event loop to a worker', async () => {
    const { runtime, batches } = counted()
    await using _ = runtime
    using model = await runtime.load(descriptorOf('onnx', regression), regression)
    const many = Array.from({ length: 10_000 }, (_row, a) => ({ a: a % 1000, b: 0 }))
    const answers = await scoreRows(model, many)
    expect(answers.at(-1)).toEqual({ score: 2 * 999 + 0.5 })
    expect(batches()).toBe(1)
  })

  it('is none where an operator may take long for some values, or takes texts', async () => {
    const expand = onnxModel({
      inputs: [{ name: 'x', type: 'float32', shape: ['N', 1] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
      nodes: [node('Shape', { inputs: ['x'], outputs: ['shape'] }), node('Expand', { inputs: ['x', 'shape'], outputs: ['y'] })],
    })
    const { runtime, batches } = counted()
    await using _ = runtime
    using expanding = await runtime.load(descriptorOf('onnx', expand), expand)
    expect(await scoreRows(expanding, [[4]])).toEqual([{ score: 4 }])
    expect(batches()).toBe(1)
    using texts = await runtime.load(descriptorOf('onnx', columns), columns)
    expect(await scoreRows(texts, [{ carrier: 'UA', distance: 5, cancelled: 1 }])).toEqual([{ score: 106 }])
    expect(batches()).toBe(2)
  })

  it('does not run once its runtime is disposed', async () => {
    const { runtime } = counted()
    const model = await runtime.load(descriptorOf('onnx', regression), regression)
    await runtime[Symbol.asyncDispose]()
    await expect(scoreRows(model, [{ a: 1, b: 2 }])).rejects.toMatchObject({ code: 'model.runtime.failed' })
  })
})
