import { describe, expect, it } from 'vitest'
import { longestTurn } from '../../../test/contracts/longest-turn.ts'
import { scoreFrame } from '../../../test/contracts/answers.ts'
import { frameOf } from '../../../test/contracts/frame-of.ts'
import { descriptorOf, testRuntime } from '../../../test/contracts/runtime.ts'
import { externalTensor, floats, node, onnxModel } from './fixtures/graph-fixture.ts'
import { columns, regression, tree, zipMapClassifier } from './fixtures/model-fixtures.ts'
import { createOnnxRuntime } from './onnx-runtime.ts'

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const rejectedWith = <C extends string>(code: C): { rejectedWith: C } => ({ rejectedWith: code })
const found = (x: number) => ({
  label: x > 0 ? 'found' : 'lost',
  'probability(lost)': sigmoid(-x),
  'probability(found)': sigmoid(x),
})

/** y = x, by way of means over n values, `times` times: 4 n^2 bytes, and 2 n^2 times operations a row. Exact where n is a power of 2. */
function slow(n: number, times: number): Uint8Array {
  const filled = (name: string, shape: readonly [number, number], value: number): Uint8Array =>
    floats(
      name,
      shape,
      Array.from({ length: shape[0] * shape[1] }, () => value),
    )
  const steps = Array.from({ length: times }, (_, i) => node('MatMul', { inputs: [`h${i}`, 'means'], outputs: [`h${i + 1}`] }))
  return onnxModel({
    inputs: [{ name: 'x', type: 'float32', shape: ['N', 1] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
    nodes: [
      node('MatMul', { inputs: ['x', 'ones'], outputs: ['h0'] }),
      ...steps,
      node('MatMul', { inputs: [`h${times}`, 'mean'], outputs: ['y'] }),
    ],
    initializers: [filled('ones', [1, n], 1), filled('means', [n, n], 1 / n), filled('mean', [n, 1], 1 / n)],
  })
}

testRuntime({
  name: 'ONNX',
  create: () => createOnnxRuntime({ threads: 2 }),
  cases: [
    {
      title: 'a linear regression',
      bytes: regression,
      rows: [
        { a: 1, b: 2 },
        { a: 3, b: 0.25 },
        { a: 1 },
        { a: 1, b: 'x' },
        { a: Infinity, b: 1 },
        { a: 1, b: NaN },
        { a: 1e300, b: 1 },
        { a: 3e38, b: -3e38 },
      ],
      expected: [
        0.5,
        6.25,
        rejectedWith('record.feature.missing'),
        rejectedWith('record.feature.invalid'),
        rejectedWith('record.feature.not-finite'),
        rejectedWith('record.feature.not-finite'),
        rejectedWith('record.feature.invalid'),
        rejectedWith('record.score.not-finite'),
      ],
      tolerance: 1e-7,
    },
    {
      title: 'a classifier with text labels and ZipMap',
      bytes: zipMapClassifier(['lost', 'found']),
      rows: [[2], [-1], [0.5], [null]],
      expected: [found(2), found(-1), found(0.5), rejectedWith('record.feature.missing')],
      tolerance: 1e-6,
    },
    {
      title: 'a classifier with integer labels and ZipMap, whose score is a probability',
      bytes: zipMapClassifier([-1, 7]),
      descriptor: { metadata: { output: 'probability(7)' } },
      rows: [[2], [-1]],
      expected: [sigmoid(2), sigmoid(-1)],
      tolerance: 1e-6,
    },
    {
      title: 'columns of texts, integers and truth values',
      bytes: columns,
      rows: [
        { carrier: 'UA', distance: 2 ** 40 + 1, cancelled: false },
        { carrier: 'AA', distance: -(2 ** 40) - 5, cancelled: true },
        { carrier: 'ZZ', distance: -1, cancelled: 1 },
        { carrier: 'UA', distance: 0.5, cancelled: false },
        { carrier: 'UA', distance: 2 ** 54, cancelled: false },
        { carrier: 'UA', distance: 1, cancelled: 2 },
        { carrier: null, distance: 1, cancelled: false },
        { carrier: 4, distance: 1, cancelled: false },
      ],
      expected: [
        2 ** 40 + 101,
        -(2 ** 40) + 196,
        -1,
        rejectedWith('record.feature.invalid'),
        rejectedWith('record.feature.invalid'),
        rejectedWith('record.feature.invalid'),
        rejectedWith('record.feature.missing'),
        rejectedWith('record.feature.invalid'),
      ],
      tolerance: 0,
    },
    {
      title: 'a tree that takes missing values',
      bytes: tree,
      rows: [[0.5], [0.75], [null], [NaN], [Infinity], ['x']],
      expected: [1, 2, 1, 1, rejectedWith('record.feature.not-finite'), rejectedWith('record.feature.invalid')],
    },
  ],
  malformed: [
    { title: 'bytes that are not protobuf', bytes: Buffer.from('<PMML version="4.4"/>'), code: 'model.malformed' },
    { title: 'a protobuf message of something else', bytes: Uint8Array.of(8, 1, 18, 1, 65), code: 'model.malformed' },
    {
      title: 'tensors in a file',
      bytes: onnxModel({
        inputs: [{ name: 'x', type: 'float32', shape: ['N', 1] }],
        outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
        nodes: [node('Add', { inputs: ['x', 'w'], outputs: ['y'] })],
        initializers: [externalTensor('w', '/etc/hostname')],
      }),
      code: 'model.unsupported',
    },
  ],
  large: { bytes: slow(2048, 1), turnMs: 100 },
})

describe('the ONNX runtime', () => {
  it('leaves the event loop free while it scores', async () => {
    const runtime = createOnnxRuntime({ threads: 1 })
    const bytes = slow(512, 12)
    const model = await runtime.load(descriptorOf('onnx', bytes), bytes)
    const frame = frameOf(
      model.inputs,
      Array.from({ length: 2000 }, (_, row) => [row]),
    )
    const started = performance.now()
    const turn = await longestTurn(async () => {
      const [one, other] = await Promise.all([scoreFrame(model, frame), scoreFrame(model, frame)])
      expect([one.values[1999], other.values[1999]]).toEqual([1999, 1999])
    })
    const elapsed = performance.now() - started
    expect(elapsed, 'the model computes long enough for the test to say something').toBeGreaterThan(40)
    expect(turn).toBeLessThan(elapsed / 4)
    await runtime[Symbol.asyncDispose]!()
  })
})
