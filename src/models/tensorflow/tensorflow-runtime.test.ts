import { afterAll, describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf, testRuntime } from '../../../test/contracts/runtime.ts'
import type { Model } from '../../core/model.ts'
import { constant, FLOAT, floats, graph, integers, node, placeholder, textAttribute, typeAttribute } from './fixtures/tensorflow-fixture.ts'
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

  it('with a loop of TensorFlow 1 goes round as often as its counter says', async () => {
    const frame = { frame_name: textAttribute('loop') }
    const enter = (name: string, from: string): Uint8Array => node(name, 'Enter', { inputs: [from], attributes: frame })
    const bytes = graph([
      placeholder('x', FLOAT, [-1, 1]),
      constant('zero', integers([], [0])),
      constant('limit', integers([], [5])),
      constant('one', integers([], [1])),
      enter('i0', 'zero'),
      enter('v0', 'x'),
      enter('until', 'limit'),
      node('i', 'Merge', { inputs: ['i0', 'i_next'] }),
      node('v', 'Merge', { inputs: ['v0', 'v_next'] }),
      node('less', 'Less', { inputs: ['i', 'until'] }),
      node('going', 'LoopCond', { inputs: ['less'] }),
      node('i_choice', 'Switch', { inputs: ['i', 'going'] }),
      node('v_choice', 'Switch', { inputs: ['v', 'going'] }),
      node('i_more', 'AddV2', { inputs: ['i_choice:1', 'one'] }),
      node('v_more', 'AddV2', { inputs: ['v_choice:1', 'v_choice:1'] }),
      node('i_next', 'NextIteration', { inputs: ['i_more'] }),
      node('v_next', 'NextIteration', { inputs: ['v_more'] }),
      node('y', 'Exit', { inputs: ['v_choice'] }),
    ])
    using model = await load(bytes)
    expect(await scoreRows(model, [[1.5], [-1]])).toEqual([{ score: 48 }, { score: -32 }])
  })

  it('is refused where the metadata names a node that is not there', async () => {
    await expect(load(regression, { graph_outputs: 'nowhere' })).rejects.toMatchObject({ code: 'model.descriptor.malformed' })
  })
})
