import { describe, expect, test } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf, testRuntime } from '../../../test/contracts/runtime.ts'
import { ubJson } from './fixtures/ubjson-writer.ts'
import { type FileParts, xgBoostDocument, xgBoostFile } from './fixtures/xgboost-file.ts'
import { createXgBoostRuntime } from './xgboost-runtime.ts'

const { fround } = Math
const sigmoid = (x: number): number => fround(1 / fround(fround(Math.exp(-x)) + 1))

/** x < 1 ? (y < 2 ? 1 : 2) : 4, missing to the right for x and to the left for y. */
const tree = {
  left: [1, 3, -1, -1, -1],
  right: [2, 4, -1, -1, -1],
  feature: [0, 1, 0, 0, 0],
  condition: [1, 2, 4, 1, 2],
  defaultLeft: [0, 1, 0, 0, 0],
}
const leaf = (value: number) => ({ left: [-1], right: [-1], feature: [0], condition: [value] })
const names = ['x', 'y']

testRuntime({
  name: 'XGBoost',
  create: createXgBoostRuntime,
  cases: [
    {
      title: 'a regression',
      bytes: xgBoostFile({ names, base: '[1E1]', trees: [tree] }),
      rows: [
        { x: 0, y: 0 },
        { x: 0, y: 2 },
        { x: 1, y: 0 },
        { x: null, y: 0 },
        { x: 0, y: null },
        { x: 'high', y: 0 },
        { x: Infinity, y: 0 },
        { x: 1e300, y: 0 },
      ],
      expected: [
        11,
        12,
        14,
        14,
        11,
        { rejectedWith: 'record.feature.invalid' },
        { rejectedWith: 'record.feature.not-finite' },
        { rejectedWith: 'record.feature.not-finite' },
      ],
    },
    {
      title: 'a classification with two classes',
      bytes: xgBoostFile({ names, objective: 'binary:logistic', base: '5E-1', trees: [tree] }),
      rows: [
        { x: 0, y: 0 },
        { x: 1, y: 0 },
        { x: 'high', y: 0 },
      ],
      expected: [
        { score: sigmoid(1), 'probability(0)': fround(1 - sigmoid(1)), 'probability(1)': sigmoid(1) },
        { score: sigmoid(4), 'probability(0)': fround(1 - sigmoid(4)), 'probability(1)': sigmoid(4) },
        { rejectedWith: 'record.feature.invalid' },
      ],
      tolerance: 2e-7,
    },
  ],
  malformed: [
    { title: 'another document', bytes: new TextEncoder().encode('{"a": 1}') },
    { title: 'a linear booster', bytes: xgBoostFile({ names, trees: [], booster: 'gblinear' }), code: 'model.unsupported' },
    { title: 'an unknown objective', bytes: xgBoostFile({ names, trees: [tree], objective: 'reg:magic' }), code: 'model.unsupported' },
    { title: 'a tree in a circle', bytes: xgBoostFile({ names, trees: [{ ...tree, left: [0, 3, -1, -1, -1] }] }) },
    { title: 'a child that there is not', bytes: xgBoostFile({ names, trees: [{ ...tree, right: [9, 4, -1, -1, -1] }] }) },
    { title: 'a feature that there is not', bytes: xgBoostFile({ names, trees: [{ ...tree, feature: [5, 1, 0, 0, 0] }] }) },
    { title: 'lists of different lengths', bytes: xgBoostFile({ names, trees: [{ ...tree, condition: [1] }] }) },
    {
      title: 'a tree for a class that there is not',
      bytes: xgBoostFile({ names, trees: [tree], objective: 'multi:softprob', classes: 3, info: [3] }),
    },
    { title: 'a base that is no number', bytes: xgBoostFile({ names, trees: [tree], base: '[x]' }) },
    {
      title: 'a category beyond those that there may be',
      bytes: xgBoostFile({ names, trees: [{ ...tree, categories: { 0: [2 ** 24] } }] }),
    },
  ],
})

const runtime = createXgBoostRuntime()

async function scores(parts: FileParts, rows: readonly (readonly unknown[])[], metadata = {}): Promise<unknown[]> {
  const bytes = xgBoostFile(parts)
  using model = await runtime.load(descriptorOf('xgboost', bytes, { metadata }), bytes)
  const answers = await scoreRows(model, rows)
  return answers.map((answer) => ('score' in answer && Object.keys(answer).length === 1 ? answer.score : answer))
}

describe('an XGBoost model', () => {
  test('compares and adds as float32', async () => {
    const trees = [{ left: [1, -1, -1], right: [2, -1, -1], feature: [0, 0, 0], condition: [0.1, 1, 2] }]
    expect(await scores({ names: ['x'], trees }, [[0.1], [0.1 - 1e-12], [0.0999]])).toEqual([2, 2, 1])
    const many = Array.from({ length: 10 }, () => leaf(0.1))
    let sum = fround(1e6)
    for (const _ of many) sum = fround(sum + fround(0.1))
    expect(await scores({ names: ['x'], base: '[1E6]', trees: many }, [[0]])).toEqual([sum])
  })

  test('weighs the trees of DART', async () => {
    const trees = [leaf(4), leaf(2)]
    expect(await scores({ names: ['x'], trees, weights: [0.5, 0.25] }, [[0]])).toEqual([2.5])
  })

  test('begins with what its base score is of', async () => {
    const from = async (objective: string, base: string) =>
      (await scores({ names: ['x'], objective, base, trees: [] }, [[0]], { raw: 'true' }))[0]
    expect(await from('reg:squarederror', '[3E-1]')).toBe(fround(0.3))
    expect(await from('reg:logistic', '[5E-1]')).toBe(-0)
    expect(await from('reg:logistic', '[7.5E-1]')).toBeCloseTo(Math.log(3), 6)
    expect(await from('count:poisson', '2E0')).toBe(fround(Math.log(2)))
  })

  const split = { left: [1, -1, -1], right: [2, -1, -1], feature: [0, 0, 0], condition: [0, 1, 2], categories: { 0: [0, 33] } }

  test('splits categories: those that are listed go right, others left, missing ones where the split says', async () => {
    const rows = [[0], [33], [1], [32], [1000], [-1], [null]]
    expect(await scores({ names: ['x'], trees: [split] }, rows)).toEqual([2, 2, 1, 1, 1, 1, 2])
    expect(await scores({ names: ['x'], trees: [{ ...split, defaultLeft: [1, 0, 0] }] }, rows)).toEqual([2, 2, 1, 1, 1, 1, 1])
  })

  test('may have NaN where JSON has none, as older versions write it', async () => {
    const text = new TextDecoder()
      .decode(xgBoostFile({ names: ['NaN, "'], trees: [split] }))
      .replace('[0,1,2],"default', '[NaN,1,2],"default')
    expect(text).toContain('[NaN,')
    const bytes = new TextEncoder().encode(text)
    using model = await runtime.load(descriptorOf('xgboost', bytes), bytes)
    expect(model.inputs[0]!.name).toBe('NaN, "')
    expect(await scoreRows(model, [[0], [1]])).toEqual([{ score: 2 }, { score: 1 }])
  })

  test('knows the texts of categories, and takes no others', async () => {
    const enc = [{ offsets: [0, 1, 5, 8], values: [...new TextEncoder().encode('aBernné')].map((byte) => (byte << 24) >> 24) }]
    const parts = { names: ['x'], trees: [{ ...split, categories: { 0: [0, 2] } }], cats: { enc } }
    const found = await scores(parts, [['a'], ['Bern'], ['né'], ['Paris'], [null]])
    expect(found).toMatchObject([2, 1, 2, { code: 'record.feature.unknown-category' }, 2])
    expect(await scores({ ...parts, cats: undefined }, [['Bern'], ['Chur']], { categories: '{"x":["Bern","Chur"]}' })).toEqual([2, 1])
  })

  test('has a tree for each class in turn', async () => {
    const parts = { names: ['x'], objective: 'multi:softprob', classes: 3, trees: [leaf(1), leaf(3), leaf(2)], info: [0, 1, 2] }
    const [answer] = (await scores(parts, [[0]])) as { label: string; 'probability(1)': number }[]
    expect(answer!.label).toBe('1')
    expect(answer!['probability(1)']).toBeCloseTo(1 / (1 + Math.exp(-1) + Math.exp(-2)), 6)
  })

  test('has leaves with a value for each target', async () => {
    const more = { tree_param: { size_leaf_vector: '2' }, leaf_weights: [1, 10, 2, 20], base_weights: [] }
    const trees = [{ left: [1, -1, -1], right: [2, 0, 1], feature: [0, 0, 0], condition: [0.5, 0, 0], more }]
    const expected = [
      { 'score[0]': 1, 'score[1]': 10 },
      { 'score[0]': 2, 'score[1]': 20 },
    ]
    expect(await scores({ names: ['x'], targets: 2, trees }, [[0], [1]])).toEqual(expected)
  })

  test('is the same in UBJSON', async () => {
    const bytes = ubJson(xgBoostDocument({ names, base: '[1E1]', trees: [tree] }))
    using model = await runtime.load(descriptorOf('xgboost', bytes), bytes)
    expect(
      await scoreRows(model, [
        [0, 0],
        [0, 2],
        [1, 0],
      ]),
    ).toEqual([{ score: 11 }, { score: 12 }, { score: 14 }])
  })

  test('without names takes fields by their order', async () => {
    const bytes = xgBoostFile({ features: 2, trees: [tree] })
    using model = await runtime.load(descriptorOf('xgboost', bytes), bytes)
    expect(model.inputs.map((field) => field.name)).toEqual(['f0', 'f1'])
    expect(model.positional).toBe(true)
  })
})
