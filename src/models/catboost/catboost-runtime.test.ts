import { describe, expect, test } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf, testRuntime } from '../../../test/contracts/runtime.ts'
import { createCatBoostRuntime } from './catboost-runtime.ts'

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

const float = (index: number, flat: number, more = {}) => ({
  feature_index: index,
  flat_feature_index: flat,
  feature_id: ['x', 'y'][index],
  borders: [0.5, 1.5],
  has_nans: false,
  nan_value_treatment: 'AsIs',
  ...more,
})
const above = (feature: number, border: number) => ({ split_type: 'FloatFeature', float_feature_index: feature, border, split_index: 0 })

interface Parts {
  readonly floats?: readonly unknown[]
  readonly loss?: string
  readonly names?: readonly unknown[]
  readonly scale?: unknown
}

const model = (trees: object, { floats = [float(0, 0), float(1, 1)], loss = 'RMSE', names, scale = [1, [0]] }: Parts = {}, info = {}) => ({
  ...trees,
  features_info: { float_features: floats, ...info },
  model_info: { params: { loss_function: { type: loss } }, ...(names && { class_params: { class_names: names } }) },
  scale_and_bias: scale,
})

/** Bit 0 of a leaf's number says x > 0.5, bit 1 y > 1.5. */
const oblivious = { oblivious_trees: [{ leaf_values: [1, 2, 3, 4], splits: [above(0, 0.5), above(1, 1.5)] }] }
const rows = [
  { x: 0, y: 0 },
  { x: 1, y: 0 },
  { x: 0, y: 2 },
  { x: 1, y: 2 },
  { x: 0.5, y: 1.5 },
  { x: null, y: 2 },
  { x: 'high', y: 0 },
]
const rejected = { rejectedWith: 'record.feature.invalid' } as const

testRuntime({
  name: 'CatBoost',
  create: createCatBoostRuntime,
  cases: [
    {
      title: 'a regression',
      bytes: encode(model(oblivious, { scale: [2, [10]] })),
      rows,
      expected: [12, 14, 16, 18, 12, 16, rejected],
    },
    {
      title: 'two classes with names',
      bytes: encode(model(oblivious, { loss: 'Logloss', names: ['no', 'yes'], scale: [1, [-2.5]] })),
      rows,
      expected: [-1.5, -0.5, 0.5, 1.5, -1.5, 0.5]
        .map((x) => ({
          label: x > 0 ? 'yes' : 'no',
          'probability(no)': 1 - sigmoid(x),
          'probability(yes)': sigmoid(x),
        }))
        .concat([rejected as never]),
    },
  ],
  malformed: [
    { title: 'no JSON', bytes: new TextEncoder().encode('{"a":') },
    { title: 'another document', bytes: encode({ a: 1 }) },
    {
      title: 'a tree with too few leaves',
      bytes: encode(model({ oblivious_trees: [{ leaf_values: [1, 2, 3], splits: [above(0, 0), above(1, 0)] }] })),
    },
    { title: 'a feature that there is not', bytes: encode(model({ oblivious_trees: [{ leaf_values: [1, 2], splits: [above(2, 0)] }] })) },
    {
      title: 'a border that is no number',
      bytes: encode(model({ oblivious_trees: [{ leaf_values: [1, 2], splits: [{ ...above(0, 0), border: 'x' }] }] })),
    },
    { title: 'a tree without a leaf', bytes: encode(model({ trees: [{ split: above(0, 0), left: { value: 1 } }] })) },
    {
      title: 'text features',
      bytes: encode(model(oblivious, {}, { text_features: [] })),
      code: 'model.unsupported',
    },
    {
      title: 'a statistic without its data',
      bytes: encode(
        model(
          { oblivious_trees: [] },
          {},
          {
            categorical_features: [{ feature_index: 0, flat_feature_index: 2, feature_id: 'c' }],
            ctrs: [{ ctr_type: 'Borders', identifier: 'none', elements: [], borders: [1] }],
          },
        ),
      ),
      code: 'model.unsupported',
    },
  ],
})

const runtime = createCatBoostRuntime()

async function answers(document: unknown, records: readonly Readonly<Record<string, unknown>>[]): Promise<unknown[]> {
  const bytes = encode(document)
  using loaded = await runtime.load(descriptorOf('catboost', bytes), bytes)
  const found = await scoreRows(loaded, records)
  return found.map((answer) => ('score' in answer && Object.keys(answer).length === 1 ? answer.score : answer))
}

describe('a CatBoost model', () => {
  test('sends missing numbers where the feature says', async () => {
    const of = (treatment: string) => ({ floats: [float(0, 0, { nan_value_treatment: treatment }), float(1, 1)] })
    const records = [{ x: null, y: 0 }]
    expect(await answers(model(oblivious, of('AsIs')), records)).toEqual([1])
    expect(await answers(model(oblivious, of('AsFalse')), records)).toEqual([1])
    expect(await answers(model(oblivious, of('AsTrue')), records)).toEqual([2])
  })

  test('compares as float32', async () => {
    const border = Math.fround(0.1)
    const trees = { oblivious_trees: [{ leaf_values: [1, 2], splits: [above(0, border)] }] }
    expect(
      await answers(model(trees), [
        { x: 0.1, y: 0 },
        { x: 0.1 + 1e-12, y: 0 },
        { x: 0.10001, y: 0 },
      ]),
    ).toEqual([1, 1, 2])
  })

  test('may have trees of other forms', async () => {
    const trees = {
      trees: [{ split: above(0, 0.5), left: { value: -1 }, right: { split: above(1, 1), left: { value: 5 }, right: { value: 7 } } }],
    }
    expect(
      await answers(model(trees), [
        { x: 0, y: 9 },
        { x: 1, y: 1 },
        { x: 1, y: 2 },
      ]),
    ).toEqual([-1, 5, 7])
  })

  test('gives classes by softmax', async () => {
    const trees = { oblivious_trees: [{ leaf_values: [0, 1, 2, 2, 1, 0], splits: [above(0, 0.5)] }] }
    const [low, high] = (await answers(model(trees, { loss: 'MultiClass', names: ['a', 'b', 'c'], scale: [1, [0, 0, 0]] }), [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
    ])) as { label: string; 'probability(a)': number }[]
    expect(low).toMatchObject({ label: 'c' })
    expect(high).toMatchObject({ label: 'a' })
    expect(high!['probability(a)']).toBeCloseTo(1 / (1 + Math.exp(-1) + Math.exp(-2)), 14)
  })

  test('gives a mean and a variance', async () => {
    const trees = { oblivious_trees: [{ leaf_values: [3, 0.5], splits: [] }] }
    expect(await answers(model(trees, { loss: 'RMSEWithUncertainty', scale: [1, [0, 0]] }), [{ x: 0, y: 0 }])).toEqual([
      { score: 3, variance: Math.exp(1) },
    ])
  })

  /** Of 'y' and 'x', as CatBoost writes them. */
  const [Y, X] = [253272131, 3510494104 | 0]
  const category = { feature_index: 0, flat_feature_index: 2, feature_id: 'c' }

  test('knows categories by the hashes of their texts', async () => {
    const split = { split_type: 'OneHotFeature', cat_feature_index: 0, value: Y, split_index: 4 }
    const trees = { oblivious_trees: [{ leaf_values: [1, 2], splits: [split] }] }
    const document = model(trees, {}, { categorical_features: [{ ...category, values: [Y] }] })
    const found = await answers(document, [{ c: 'y' }, { c: 'x' }, { c: 'never seen' }, { c: null }])
    expect(found).toMatchObject([2, 1, 1, { code: 'record.feature.missing' }])
  })

  test('counts on statistics of categories', async () => {
    const identifier = 'the categories of c'
    const multiplier = 0x4906ba494954cb65n
    const hashOf = (hash: number): string => String(BigInt.asUintN(64, multiplier * multiplier * BigInt(hash)))
    const ctr = {
      ctr_type: 'Borders',
      identifier,
      elements: [{ combination_element: 'cat_feature_value', cat_feature_index: 0 }],
      borders: [4.5],
      prior_numerator: 1,
      prior_denomerator: 2,
      shift: 0,
      scale: 10,
      target_border_idx: 0,
    }
    const split = { split_type: 'OnlineCtr', split_index: 4, border: 4.5, ctr_target_border_idx: 0 }
    const document = {
      ...model({ oblivious_trees: [{ leaf_values: [1, 2], splits: [split] }] }, {}, { categorical_features: [category], ctrs: [ctr] }),
      // x: 1 of 4 is of the upper class, which gives 10 (1 + 1) / (4 + 2) = 3.3; y: 3 of 4, 6.7; others: 10 · 1 / 2 = 5.
      ctr_data: { [identifier]: { hash_stride: 3, hash_map: [hashOf(X), 3, 1, '18446744073709551615', 9, 9, hashOf(Y), 1, 3] } },
    }
    expect(await answers(document, [{ c: 'x' }, { c: 'y' }, { c: 'never seen' }])).toEqual([1, 2, 2])
  })
})
