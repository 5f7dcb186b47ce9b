import { afterAll, describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf, testRuntime } from '../../../test/contracts/runtime.ts'
import type { Model } from '../../core/model.ts'
import { constant, FLOAT, floats, graph, node, placeholder, typeAttribute } from './fixtures/tensorflow-fixture.ts'
import { createWholeRuntime } from './fixtures/whole-runtime.ts'

/** y = 2 a - b + 0.5. */
const regression = graph([
  placeholder('x', FLOAT, [-1, 2]),
  constant('weights', floats([2, 1], [2, -1])),
  constant('bias', floats([1], [0.5])),
  node('product', 'MatMul', { inputs: ['x', 'weights'] }),
  node('y', 'BiasAdd', { inputs: ['product', 'bias'] }),
])

/** The logistic functions of x and of -x. */
const twoClasses = graph([
  placeholder('x', FLOAT, [-1, 1]),
  constant('weights', floats([1, 2], [1, -1])),
  node('product', 'MatMul', { inputs: ['x', 'weights'] }),
  node('y', 'Sigmoid', { inputs: ['product'] }),
])

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const named = { metadata: { feature_names: 'a,b' } }

/** Products with eight matrices of a million weights: 32 MB. */
function large(): Uint8Array {
  const size = 1000
  const weights = floats(
    [size, size],
    Array.from({ length: size * size }, () => 0.001),
  )
  const layers = Array.from({ length: 8 }, (_, i) => [
    constant(`w${i}`, weights),
    node(`h${i + 1}`, 'MatMul', { inputs: [`h${i}`, `w${i}`] }),
  ])
  return graph([placeholder('h0', FLOAT, [-1, size]), ...layers.flat()])
}

testRuntime({
  name: 'TensorFlow',
  create: () => createWholeRuntime('tensorflow'),
  cases: [
    {
      title: 'a linear regression',
      descriptor: named,
      bytes: regression,
      rows: [{ a: 1, b: 2 }, { a: 3, b: 0.25 }, { a: 1 }],
      expected: [0.5, 6.25, { rejectedWith: 'record.feature.missing' }],
    },
    {
      title: 'two classes',
      bytes: twoClasses,
      rows: [[0], [-20], [3]],
      expected: [0, -20, 3].map((x) => ({ 'y[0]': sigmoid(x), 'y[1]': sigmoid(-x) })),
      tolerance: 1e-6,
    },
  ],
  large: { bytes: large(), turnMs: 80 },
  malformed: [
    { title: 'text', bytes: new TextEncoder().encode('<PMML version="4.4"/>') },
    { title: 'a node that is not there', bytes: graph([placeholder('x', FLOAT, [-1, 2]), node('y', 'Relu', { inputs: ['z'] })]) },
    {
      title: 'a circle',
      bytes: graph([
        placeholder('x', FLOAT, [-1, 2]),
        node('a', 'Add', { inputs: ['x', 'b'] }),
        node('b', 'Relu', { inputs: ['a'] }),
        node('y', 'Relu', { inputs: ['b'] }),
      ]),
      code: 'model.malformed',
    },
    {
      title: 'a constant whose values do not fit its shape',
      bytes: graph([
        placeholder('x', FLOAT, [-1, 1]),
        constant('w', floats([1, 2], [1, 2, 3])),
        node('y', 'MatMul', { inputs: ['x', 'w'] }),
      ]),
      code: 'model.malformed',
    },
    {
      title: 'an op of no name',
      bytes: graph([placeholder('x', FLOAT, [-1, 1]), node('y', 'Frobnicate', { inputs: ['x'] })]),
      code: 'model.unsupported',
    },
  ],
})

describe('a frozen graph', () => {
  const runtime = createWholeRuntime('tensorflow')
  afterAll(async () => runtime[Symbol.asyncDispose]())
  const load = async (bytes: Uint8Array, metadata = {}): Promise<Model> =>
    runtime.load(descriptorOf('tensorflow', bytes, { metadata }), bytes)

  it('is refused with the name of the op that is not supported', async () => {
    const bytes = graph([placeholder('x', FLOAT, [-1, 1]), node('y', 'Frobnicate', { inputs: ['x'] })])
    await expect(load(bytes)).rejects.toThrow("op 'Frobnicate' (node 'y') is not supported")
  })

  it('may have ops that its outputs do not need', async () => {
    const bytes = graph([placeholder('x', FLOAT, [-1, 1]), node('z', 'Frobnicate', { inputs: ['x'] }), node('y', 'Neg', { inputs: ['x'] })])
    using model = await load(bytes, { graph_outputs: 'y' })
    expect(await scoreRows(model, [[3]])).toEqual([{ score: -3 }])
  })

  it('takes as many columns as its weights have rows, where the placeholder does not say', async () => {
    const open = node('x', 'Placeholder', { attributes: { dtype: typeAttribute(FLOAT) } })
    const bytes = graph([open, constant('w', floats([3, 1], [1, 10, 100])), node('y', 'MatMul', { inputs: ['x', 'w'] })])
    using model = await load(bytes)
    expect(model.inputs.length).toBe(3)
    expect(await scoreRows(model, [[1, 2, 3]])).toEqual([{ score: 321 }])
  })

  it('of ten thousand nodes in a row is converted', async () => {
    const count = 10_000
    const steps = Array.from({ length: count }, (_, i) => node(`n${i + 1}`, 'Identity', { inputs: [`n${i}`] }))
    const bytes = graph([placeholder('n0', FLOAT, [-1, 1]), ...steps, node('y', 'Neg', { inputs: [`n${count}`] })])
    using model = await load(bytes)
    expect(await scoreRows(model, [[3]])).toEqual([{ score: -3 }])
  })

  it('is refused where the metadata names a node that is not there', async () => {
    await expect(load(regression, { graph_outputs: 'nowhere' })).rejects.toMatchObject({ code: 'model.descriptor.malformed' })
  })
})
