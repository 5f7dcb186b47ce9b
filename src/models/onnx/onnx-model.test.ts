import { afterAll, describe, expect, it } from 'vitest'
import { type Answer, scoreRows } from '../../../test/contracts/answers.ts'
import type { PlainRow } from '../../../test/contracts/frame-of.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import type { Model } from '../../core/model.ts'
import {
  type End,
  floats,
  floatsAttribute,
  intAttribute,
  integers,
  intsAttribute,
  mapsInfo,
  type ModelParts,
  node,
  onnxModel,
  textsAttribute,
} from './fixtures/graph-fixture.ts'
import { columns, regression, tree, zipMapClassifier } from './fixtures/model-fixtures.ts'
import { createOnnxRuntime } from './onnx-runtime.ts'

const runtime = createOnnxRuntime({ threads: 1 })
afterAll(async () => runtime[Symbol.asyncDispose]!())

async function load(bytes: Uint8Array, metadata: Readonly<Record<string, string>> = {}): Promise<Model> {
  return runtime.load(descriptorOf('onnx', bytes, { metadata }), bytes)
}

async function answers(
  bytes: Uint8Array,
  rows: readonly PlainRow[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<readonly Answer[]> {
  using model = await load(bytes, metadata)
  return await scoreRows(model, rows)
}

const float = (name: string, ...shape: (number | string)[]): End => ({ name, type: 'float32', shape })
const names = (fields: readonly { readonly name: string }[]): string[] => fields.map((field) => field.name)

/** y = x: what goes in comes out, in the shape that is asked for. */
function identity(input: End | Uint8Array, output: End | Uint8Array, rest: Partial<ModelParts> = {}): Uint8Array {
  return onnxModel({ inputs: [input], outputs: [output], nodes: [node('Identity', { inputs: ['x'], outputs: ['y'] })], ...rest })
}

describe('the inputs of an ONNX model', () => {
  const three = identity(float('x', 'N', 3), float('y', 'N', 3))

  it('are positional where the columns of a tensor have no names', async () => {
    using model = await load(three)
    expect(names(model.inputs)).toEqual(['x[0]', 'x[1]', 'x[2]'])
    expect(model.positional).toBe(true)
  })

  it.each([
    ['a JSON list', '["a", "b,c", "d"]', ['a', 'b,c', 'd']],
    ['names with commas between', 'a, b ,c', ['a', 'b', 'c']],
  ])('have the names that the descriptor gives as %s', async (_, given, expected) => {
    using model = await load(three, { feature_names: given })
    expect(names(model.inputs)).toEqual(expected)
    expect(model.positional).toBeUndefined()
  })

  it('have the names of the descriptor rather than of the file', async () => {
    using model = await load(regression, { feature_names: 'p,q' })
    expect(names(model.inputs)).toEqual(['p', 'q'])
  })

  it('are one per tensor where there are several', async () => {
    using model = await load(columns)
    expect(model.inputs).toMatchObject([
      { name: 'carrier', type: 'category', open: true },
      { name: 'distance', type: 'number' },
      { name: 'cancelled', type: 'number' },
    ])
    expect(model.positional).toBeUndefined()
  })

  it.each([
    ['too few names', '["a"]', 'model.malformed'],
    ['a name twice', 'a,a,b', 'model.descriptor.malformed'],
    ['a list of something else', '[1, 2, 3]', 'model.descriptor.malformed'],
    ['broken JSON', '["a", "b"', 'model.descriptor.malformed'],
  ])('are refused with %s', async (_, given, code) => {
    await expect(load(three, { feature_names: given })).rejects.toMatchObject({ code })
  })

  it('take their number from the names where the file leaves it open', async () => {
    const open = identity(float('x', 'N', 'F'), float('y', 'N', 'F'))
    await expect(load(open)).rejects.toMatchObject({ code: 'model.unsupported', details: { input: 'x' } })
    expect(await answers(open, [{ a: 1, b: 2 }], { feature_names: 'a,b' })).toEqual([{ 'y[0]': 1, 'y[1]': 2 }])
    const bare = identity({ name: 'x', type: 'float32' }, { name: 'y', type: 'float32' })
    await expect(load(bare)).rejects.toMatchObject({ code: 'model.unsupported' })
    expect(await answers(bare, [{ a: 1, b: 2 }], { feature_names: 'a,b' })).toEqual([{ 'y[0]': 1, 'y[1]': 2 }])
  })

  it('may have more than two dimensions, and one', async () => {
    const cube = identity(float('x', 'N', 2, 2), float('y', 'N', 2, 2))
    expect(
      await answers(cube, [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ]),
    ).toEqual([
      { 'y[0]': 1, 'y[1]': 2, 'y[2]': 3, 'y[3]': 4 },
      { 'y[0]': 5, 'y[1]': 6, 'y[2]': 7, 'y[3]': 8 },
    ])
    expect(await answers(identity(float('x', 'N'), float('y', 'N')), [[1], [2]])).toEqual([{ score: 1 }, { score: 2 }])
  })

  it.each([
    ['int8', 127, 128],
    ['uint8', 255, -1],
    ['int16', -32_768, 32_768],
    ['uint16', 65_535, 65_536],
    ['int32', 2 ** 31 - 1, 2 ** 31],
    ['uint32', 2 ** 32 - 1, 2 ** 32],
    ['int64', -(2 ** 53), 2 ** 53 + 2],
    ['bool', 1, 2],
    ['float64', 0.1, Infinity],
    ['float32', 0.5, 1e39],
  ] as const)('may be of %s, within its range', async (type, good, bad) => {
    const model = identity({ name: 'x', type, shape: ['N', 1] }, { name: 'y', type, shape: ['N', 1] })
    const [one, other] = await answers(model, [[good], [bad]])
    expect(one).toEqual({ score: good })
    expect(other).toMatchObject({ scope: 'record', details: { feature: 'x' } })
  })

  it.each([
    ['float16', identity({ name: 'x', type: 10, shape: ['N', 1] }, { name: 'y', type: 10, shape: ['N', 1] }), 'float16'],
    ['a fixed number of rows', identity(float('x', 3, 2), float('y', 3, 2)), '[3, 2]'],
    ['no dimension for rows', identity({ name: 'x', type: 'float32', shape: [] }, { name: 'y', type: 'float32', shape: [] }), 'x'],
    ['maps', identity(mapsInfo('x', 'int64'), mapsInfo('y', 'int64')), 'sequence'],
    ['very many columns', identity(float('x', 'N', 2 ** 40), float('y', 'N', 2 ** 40)), '100000'],
  ])('may not be of %s', async (_, bytes, text) => {
    await expect(load(bytes)).rejects.toMatchObject({ code: 'model.unsupported', message: expect.stringContaining(text) as string })
  })

  it('may lack numbers only where the model takes NaN, or the descriptor says so', async () => {
    const missing = { code: 'record.feature.missing' }
    expect(await answers(tree, [[null]])).toEqual([{ score: 1 }])
    expect(await answers(tree, [[null]], { missing: 'reject' })).toMatchObject([missing])
    expect(await answers(regression, [{ a: 1 }])).toMatchObject([missing])
    // The linear model makes NaN of NaN: let in, and rejected on the way out.
    expect(await answers(regression, [{ a: 1 }], { missing: 'nan' })).toMatchObject([{ code: 'record.score.not-finite' }])
    await expect(load(tree, { missing: 'maybe' })).rejects.toMatchObject({ code: 'model.descriptor.malformed' })
  })
})

describe('the outputs of an ONNX model', () => {
  it('are the score where there is one number', async () => {
    using model = await load(regression)
    expect(model.outputs).toEqual([{ name: 'score', type: 'number' }])
  })

  it('are the label, then a probability per class, for a classifier', async () => {
    using model = await load(zipMapClassifier(['lost', 'found']))
    expect(names(model.outputs)).toEqual(['label', 'probability(lost)', 'probability(found)'])
    expect(model.outputs[0]!.dictionary!.texts).toEqual(['lost', 'found'])
  })

  it('take the classes from the classifier where there is no ZipMap', async () => {
    const bytes = onnxModel({
      inputs: [float('x', 'N', 1)],
      outputs: [{ name: 'label', type: 'int64', shape: ['N'] }, float('probabilities', 'N', 3)],
      nodes: [
        node('LinearClassifier', {
          inputs: ['x'],
          outputs: ['label', 'probabilities'],
          domain: 'ai.onnx.ml',
          attributes: [
            floatsAttribute('coefficients', [1, 2, 3]),
            floatsAttribute('intercepts', [0, 0, 0]),
            intsAttribute('classlabels_ints', [10, 20, 30]),
          ],
        }),
      ],
    })
    expect(await answers(bytes, [[2], [-2]])).toEqual([
      { label: '30', 'probability(10)': 2, 'probability(20)': 4, 'probability(30)': 6 },
      { label: '10', 'probability(10)': -2, 'probability(20)': -4, 'probability(30)': -6 },
    ])
  })

  it('have the chosen one first', async () => {
    using model = await load(zipMapClassifier(['lost', 'found']), { output: 'probability(found)' })
    expect(names(model.outputs)).toEqual(['probability(found)', 'label', 'probability(lost)'])
    await expect(load(regression, { output: 'probability(1)' })).rejects.toMatchObject({
      code: 'model.descriptor.malformed',
      message: "the metadata's output is 'probability(1)'; the model's outputs are score",
    })
  })

  it('are named after their tensors where there are several', async () => {
    const bytes = onnxModel({
      inputs: [float('x', 'N', 2)],
      outputs: [float('sum', 'N', 1), float('all', 'N', 2)],
      nodes: [
        node('ReduceMean', { inputs: ['x'], outputs: ['sum'], attributes: [intsAttribute('axes', [1]), intAttribute('keepdims', 1)] }),
        node('Identity', { inputs: ['x'], outputs: ['all'] }),
      ],
    })
    expect(await answers(bytes, [[1, 2]])).toEqual([{ sum: 1.5, 'all[0]': 1, 'all[1]': 2 }])
  })

  it('may be texts without any classifier', async () => {
    const bytes = onnxModel({
      inputs: [{ name: 'x', type: 'int64', shape: ['N', 1] }],
      outputs: [{ name: 'y', type: 'string', shape: ['N', 1] }],
      nodes: [
        node('LabelEncoder', {
          inputs: ['x'],
          outputs: ['y'],
          domain: 'ai.onnx.ml',
          attributes: [intsAttribute('keys_int64s', [1, 2]), textsAttribute('values_strings', ['one', 'two'])],
        }),
      ],
    })
    expect(await answers(bytes, [[2], [1], [2]])).toEqual([{ label: 'two' }, { label: 'one' }, { label: 'two' }])
  })

  it.each([
    [
      'maps that no ZipMap makes',
      onnxModel({
        inputs: [float('x', 'N', 1)],
        outputs: [mapsInfo('y', 'int64')],
        nodes: [node('Unknown', { inputs: ['x'], outputs: ['y'] })],
      }),
      'sequence',
    ],
    [
      'float16',
      onnxModel({
        inputs: [float('x', 'N', 1)],
        outputs: [{ name: 'y', type: 10, shape: ['N', 1] }],
        nodes: [node('Cast', { inputs: ['x'], outputs: ['y'], attributes: [intAttribute('to', 10)] })],
      }),
      'float16',
    ],
    [
      'an operator that ONNX Runtime lacks',
      identity(float('x', 'N', 1), float('y', 'N', 1), { nodes: [node('Fancy', { inputs: ['x'], outputs: ['y'] })] }),
      'Fancy',
    ],
  ])('may not be %s', async (_, bytes, text) => {
    await expect(load(bytes)).rejects.toMatchObject({ code: 'model.unsupported', message: expect.stringContaining(text) as string })
  })
})

describe('the rows of a batch', () => {
  it('are run one by one where the model takes one row', async () => {
    const bytes = identity(float('x', 1, 2), float('y', 1, 2))
    expect(
      await answers(bytes, [
        [1, 2],
        [3, null],
        [5, 6],
      ]),
    ).toMatchObject([{ 'y[0]': 1, 'y[1]': 2 }, { code: 'record.feature.missing' }, { 'y[0]': 5, 'y[1]': 6 }])
  })

  it('are run one by one where the model says that it takes many but mixes them up', async () => {
    const bytes = onnxModel({
      inputs: [float('x', 'N', 2)],
      outputs: [float('y', 'M', 2)],
      nodes: [node('ReduceMean', { inputs: ['x'], outputs: ['y'], attributes: [intsAttribute('axes', [0]), intAttribute('keepdims', 1)] })],
    })
    expect(
      await answers(bytes, [
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([
      { 'y[0]': 1, 'y[1]': 2 },
      { 'y[0]': 3, 'y[1]': 4 },
    ])
  })

  it('are run one by one where the model works for one row only', async () => {
    const bytes = onnxModel({
      inputs: [float('x', 'N', 2)],
      outputs: [float('y', 'M')],
      nodes: [node('Reshape', { inputs: ['x', 'pair'], outputs: ['flat'] }), node('Add', { inputs: ['flat', 'one'], outputs: ['y'] })],
      initializers: [integers('pair', [2]), floats('one', [1], [1])],
    })
    expect(
      await answers(bytes, [
        [1, 2],
        [3, 4],
      ]),
    ).toEqual([
      { 'y[0]': 2, 'y[1]': 3 },
      { 'y[0]': 4, 'y[1]': 5 },
    ])
  })

  it('do not take each other along where the model fails on one', async () => {
    const bytes = onnxModel({
      inputs: [{ name: 'x', type: 'int64', shape: ['N', 1] }],
      outputs: [float('y', 'N', 1)],
      nodes: [node('Gather', { inputs: ['table', 'x'], outputs: ['y'] })],
      initializers: [floats('table', [3], [10, 20, 30])],
    })
    const failed = { code: 'record.score.failed', message: expect.stringContaining('Gather') as string }
    expect(await answers(bytes, [[2], [7], [0], [1.5]])).toMatchObject([
      { score: 30 },
      failed,
      { score: 10 },
      { code: 'record.feature.invalid' },
    ])
  })

  it('say what is wrong with a number in terms of the record', async () => {
    expect(await answers(columns, [{ carrier: 'UA', distance: 1.5, cancelled: false }])).toMatchObject([
      {
        message: "feature 'distance' is 1.5; the model needs an integer from -9007199254740992 to 9007199254740992",
        details: { feature: 'distance', value: 1.5 },
      },
    ])
  })
})
