import { afterAll, describe, expect, it } from 'vitest'
import { type Answer, scoreRows } from '../../../../test/contracts/answers.ts'
import type { PlainRow } from '../../../../test/contracts/frame-of.ts'
import { descriptorOf } from '../../../../test/contracts/runtime.ts'
import {
  boolAttribute,
  constant,
  FLOAT,
  floats,
  graph,
  INT32,
  INT64,
  intAttribute,
  integers,
  intsAttribute,
  node,
  placeholder,
  TEXT,
  textAttribute,
  texts,
  typeAttribute,
} from '../fixtures/tensorflow-fixture.ts'
import { createWholeRuntime } from '../fixtures/whole-runtime.ts'

const runtime = createWholeRuntime('tensorflow')
afterAll(async () => runtime[Symbol.asyncDispose]())

/** What a frozen graph whose last node is `y` answers, all columns in order. */
async function answers(nodes: readonly Uint8Array[], rows: readonly PlainRow[]): Promise<unknown[]> {
  const bytes = graph(nodes)
  using model = await runtime.load(descriptorOf('tensorflow', bytes, { metadata: { graph_outputs: 'y' } }), bytes)
  return (await scoreRows(model, rows)).map((answer: Answer) => (answer instanceof Error ? answer.message : Object.values(answer)))
}

const slice = (mask: Readonly<Record<string, number>>, [begin, end, strides]: readonly (readonly number[])[]): Uint8Array[] => [
  constant('begin', integers([begin!.length], begin!)),
  constant('end', integers([end!.length], end!)),
  constant('strides', integers([strides!.length], strides!)),
  node('y', 'StridedSlice', {
    inputs: ['x', 'begin', 'end', 'strides'],
    attributes: Object.fromEntries(Object.entries(mask).map(([name, value]) => [name, intAttribute(value)])),
  }),
]

describe('StridedSlice', () => {
  const x = placeholder('x', FLOAT, [-1, 2, 3])
  const row = [1, 2, 3, 4, 5, 6]

  it('takes an index in front', async () => {
    // x[:, 1]
    const nodes = [
      x,
      ...slice({ begin_mask: 1, end_mask: 1, shrink_axis_mask: 2 }, [
        [0, 1],
        [0, 2],
        [1, 1],
      ]),
    ]
    expect(await answers(nodes, [row])).toEqual([[4, 5, 6]])
  })

  it('takes an index behind an ellipsis', async () => {
    // x[..., -1]
    const nodes = [
      x,
      ...slice({ ellipsis_mask: 1, shrink_axis_mask: 2 }, [
        [0, -1],
        [0, 0],
        [1, 1],
      ]),
    ]
    expect(await answers(nodes, [row])).toEqual([[3, 6]])
  })

  it('goes backwards, and from the end', async () => {
    // x[:, -1:, ::-1]
    const nodes = [
      x,
      ...slice({ begin_mask: 5, end_mask: 7 }, [
        [0, -1, 0],
        [0, 0, 0],
        [1, 1, -1],
      ]),
    ]
    expect(await answers(nodes, [row])).toEqual([[6, 5, 4]])
  })
})

describe('integers', () => {
  // A row holds both, and what it is divided by has 1 added: models are tried on zeros when they are loaded.
  const pair = [
    placeholder('a', INT32, [-1, 1]),
    placeholder('c', INT32, [-1, 1]),
    constant('one', integers([], [1])),
    node('b', 'AddV2', { inputs: ['c', 'one'] }),
  ]
  const rows = [
    [7, 3],
    [-7, 3],
    [7, -3],
    [-7, -3],
    [6, -3],
  ].map(([a, b]) => ({ a, c: b! - 1 }))
  const both = async (op: string): Promise<unknown[]> => (await answers([...pair, node('y', op, { inputs: ['a', 'b'] })], rows)).flat()

  it('are divided down by FloorDiv, and toward zero by TruncateDiv', async () => {
    expect(await both('FloorDiv')).toEqual([2, -3, -3, 2, -2])
    expect(await both('TruncateDiv')).toEqual([2, -2, -2, 2, -2])
  })

  it('leave a remainder with the sign of the divisor for FloorMod, of the dividend for TruncateMod', async () => {
    expect(await both('FloorMod')).toEqual([1, 2, -2, -1, 0])
    expect(await both('TruncateMod')).toEqual([1, -1, 1, -1, 0])
  })
})

describe('a lookup table', () => {
  const table = [
    node('table', 'HashTableV2', {
      attributes: { key_dtype: typeAttribute(TEXT), value_dtype: typeAttribute(INT32), shared_name: textAttribute('colours') },
    }),
    constant('keys', texts([2], ['red', 'green'])),
    constant('values', integers([2], [10, 20])),
    node('fill', 'LookupTableImportV2', { inputs: ['table', 'keys', 'values'] }),
    constant('other', integers([], [-1])),
  ]

  it('gives the value of a key, and the default for other texts', async () => {
    const nodes = [placeholder('x', TEXT, [-1, 1]), ...table, node('y', 'LookupTableFindV2', { inputs: ['table', 'x', 'other'] })]
    expect(
      (
        await answers(
          nodes,
          ['green', 'red', 'blue', ''].map((x) => ({ x })),
        )
      ).flat(),
    ).toEqual([20, 10, -1, -1])
  })
})

describe('encodings', () => {
  const code = placeholder('x', INT64, [-1, 1])
  const limits = [constant('depth', integers([], [3])), constant('on', floats([], [1])), constant('off', floats([], [0]))]

  it('OneHot has no place for what is below 0 or beyond its depth', async () => {
    const nodes = [code, ...limits, node('y', 'OneHot', { inputs: ['x', 'depth', 'on', 'off'], attributes: { axis: intAttribute(-1) } })]
    expect(await answers(nodes, [[1], [-1], [3]])).toEqual([
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 0],
    ])
  })

  it('the sigmoid of a very small number is not 0', async () => {
    const [[value]] = (await answers([placeholder('x', FLOAT, [-1, 1]), node('y', 'Sigmoid', { inputs: ['x'] })], [[-30]])) as [[number]]
    expect(Math.abs(value / Math.exp(-30) - 1)).toBeLessThan(1e-6)
  })

  it('a sum keeps the dimension where it is told so', async () => {
    const attributes = { keep_dims: boolAttribute(true) }
    const nodes = [
      placeholder('x', FLOAT, [-1, 3]),
      constant('axis', integers([1], [1])),
      node('y', 'Sum', { inputs: ['x', 'axis'], attributes }),
    ]
    expect(await answers(nodes, [[1, 2, 4]])).toEqual([[7]])
  })

  it('a pool of the same size does not count what is outside', async () => {
    // Of 1 2 3 in windows of 2: (1 + 2) / 2, (2 + 3) / 2, 3 / 1.
    const sizes = { ksize: intsAttribute([1, 2, 1, 1]), strides: intsAttribute([1, 1, 1, 1]), padding: textAttribute('SAME') }
    const nodes = [placeholder('x', FLOAT, [-1, 3, 1, 1]), node('y', 'AvgPool', { inputs: ['x'], attributes: sizes })]
    expect(await answers(nodes, [[1, 2, 3]])).toEqual([[1.5, 2.5, 3]])
  })
})

describe('texts', () => {
  const x = placeholder('x', TEXT, [-1, 1])
  const options = { num_buckets: intAttribute(7) }

  it('are hashed, also after they were changed', async () => {
    // tf.strings.to_hash_bucket_fast(["abc", "ABC", ""], 7) of TensorFlow 2.21 after tf.strings.lower
    const nodes = [
      x,
      node('lower', 'StringLower', { inputs: ['x'] }),
      node('y', 'StringToHashBucketFast', { inputs: ['lower'], attributes: options }),
    ]
    expect(await answers(nodes, [['abc'], ['ABC'], ['']])).toEqual([[1], [1], [6]])
  })

  it('that the graph computes are refused by the name of the op', async () => {
    const nodes = [
      placeholder('x', INT64, [-1, 1]),
      node('text', 'AsString', { inputs: ['sum'] }),
      node('sum', 'AddV2', { inputs: ['x', 'x'] }),
      node('y', 'StringToHashBucketFast', { inputs: ['text'], attributes: options }),
    ]
    await expect(answers(nodes, [[1]])).rejects.toMatchObject({
      code: 'model.unsupported',
      message: expect.stringContaining("'StringToHashBucketFast' (node 'y')") as string,
    })
  })

  it('are refused where their pattern would take exponentially long', async () => {
    const attributes = { pattern: textAttribute('(a+)+$'), rewrite: textAttribute('') }
    await expect(answers([x, node('y', 'StaticRegexReplace', { inputs: ['x'], attributes })], [['a']])).rejects.toMatchObject({
      code: 'model.unsupported',
    })
  })
})
