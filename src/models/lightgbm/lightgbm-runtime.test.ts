import { describe, expect, test } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf, testRuntime } from '../../../test/contracts/runtime.ts'
import { DECISION, lightGbmFile, type FileParts } from './fixtures/lightgbm-file.ts'
import { createLightGbmRuntime } from './lightgbm-runtime.ts'

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
const encoder = new TextEncoder()

/** x <= 1 ? (y <= 2 ? 1 : 2) : 4, missing to the right for x and to the left for y. */
const one = {
  feature: [0, 1],
  threshold: [1, 2],
  decision: [DECISION.nan, DECISION.nan | DECISION.defaultLeft],
  left: [1, -1],
  right: [-2, -3],
  leaves: [1, 4, 2],
}
/** 10 everywhere. */
const constant = { leaves: [10] }

/** A file that is read in a worker thread: 2,000 trees of 32 leaves. */
const large = lightGbmFile({
  names: ['x', 'y'],
  objective: 'regression',
  trees: Array.from({ length: 2000 }, (_, tree) => ({
    feature: Array.from({ length: 31 }, (_each, i) => i % 2),
    threshold: Array.from({ length: 31 }, (_each, i) => Math.sin(tree * 31 + i)),
    decision: Array.from({ length: 31 }, () => DECISION.nan),
    left: Array.from({ length: 31 }, (_each, i) => (i < 15 ? 2 * i + 1 : -1 - (2 * i - 30))),
    right: Array.from({ length: 31 }, (_each, i) => (i < 15 ? 2 * i + 2 : -1 - (2 * i - 29))),
    leaves: Array.from({ length: 32 }, (_each, i) => i),
  })),
})

const regression = lightGbmFile({ names: ['x', 'y'], objective: 'regression', trees: [one, constant] })
const binary = lightGbmFile({ names: ['x', 'y'], objective: 'binary sigmoid:0.5', trees: [one] })

testRuntime({
  name: 'LightGBM',
  create: createLightGbmRuntime,
  cases: [
    {
      title: 'a regression',
      bytes: regression,
      rows: [
        { x: 1, y: 2 },
        { x: 0, y: 2.5 },
        { x: 1.5, y: 0 },
        { x: null, y: 0 },
        { x: 0, y: null },
        { x: 'high', y: 1 },
        { x: Infinity, y: 1 },
      ],
      expected: [11, 12, 14, 14, 11, { rejectedWith: 'record.feature.invalid' }, 14],
    },
    {
      title: 'a classification with two classes',
      bytes: binary,
      rows: [
        { x: 1, y: 2 },
        { x: 2, y: 2 },
        { x: 'high', y: 1 },
      ],
      expected: [
        { score: sigmoid(0.5), 'probability(0)': 1 - sigmoid(0.5), 'probability(1)': sigmoid(0.5) },
        { score: sigmoid(2), 'probability(0)': 1 - sigmoid(2), 'probability(1)': sigmoid(2) },
        { rejectedWith: 'record.feature.invalid' },
      ],
    },
  ],
  large: { bytes: large, turnMs: 250 },
  malformed: [
    { title: 'another text', bytes: encoder.encode('hello') },
    { title: 'linear trees', bytes: lightGbmFile({ names: ['x', 'y'], trees: [{ ...one, linear: true }] }), code: 'model.unsupported' },
    {
      title: 'an unknown objective',
      bytes: lightGbmFile({ names: ['x', 'y'], objective: 'magic', trees: [one] }),
      code: 'model.unsupported',
    },
    { title: 'a child that there is not', bytes: lightGbmFile({ names: ['x', 'y'], trees: [{ ...one, left: [7, -1] }] }) },
    { title: 'a tree in a circle', bytes: lightGbmFile({ names: ['x', 'y'], trees: [{ ...one, left: [0, -1] }] }) },
    { title: 'a feature that there is not', bytes: lightGbmFile({ names: ['x'], trees: [one] }) },
    { title: 'a threshold that is no number', bytes: lightGbmFile({ names: ['x', 'y'], trees: [{ ...one, threshold: ['nan', 1] }] }) },
    { title: 'a set of categories that there is not', bytes: lightGbmFile({ names: ['x', 'y'], trees: [{ ...one, decision: [1, 0] }] }) },
    {
      title: 'more leaves than there can be',
      bytes: encoder.encode(new TextDecoder().decode(regression).replace('num_leaves=3', 'num_leaves=999999999')),
    },
    { title: 'bytes that are not UTF-8', bytes: Uint8Array.of(116, 114, 101, 101, 10, 255) },
  ],
})

const runtime = createLightGbmRuntime()

async function scores(file: FileParts, rows: readonly (readonly unknown[])[], metadata = {}): Promise<unknown[]> {
  const bytes = lightGbmFile(file)
  using model = await runtime.load(descriptorOf('lightgbm', bytes, { metadata }), bytes)
  const answers = await scoreRows(model, rows)
  return answers.map((answer) => ('score' in answer ? answer.score : answer))
}

describe('a LightGBM model', () => {
  const split = (decision: number, threshold: number | string = 0.5): FileParts => ({
    names: ['x'],
    trees: [{ feature: [0], threshold: [threshold], decision: [decision], left: [-1], right: [-2], leaves: [1, 2] }],
  })
  const rows = [[null], [0], [1e-36], [-1e-35], [0.4], [1]]

  test('takes a missing number for 0 where it was trained without any', async () => {
    expect(await scores(split(0), rows)).toEqual([1, 1, 1, 1, 1, 2])
    expect(await scores(split(0, -0.5), rows)).toEqual([2, 2, 2, 2, 2, 2])
  })

  test('takes zeros for missing where it was trained so', async () => {
    expect(await scores(split(DECISION.zero), rows)).toEqual([2, 2, 2, 2, 1, 2])
    expect(await scores(split(DECISION.zero | DECISION.defaultLeft, -0.5), rows)).toEqual([1, 1, 1, 1, 2, 2])
  })

  test('sends missing numbers where the split says', async () => {
    expect(await scores(split(DECISION.nan), rows)).toEqual([2, 1, 1, 1, 1, 2])
    expect(await scores(split(DECISION.nan | DECISION.defaultLeft), rows)).toEqual([1, 1, 1, 1, 1, 2])
  })

  test('may have infinite thresholds', async () => {
    expect(await scores(split(DECISION.nan, 'inf'), [[1e300], [null]])).toEqual([1, 2])
    expect(await scores(split(DECISION.nan, '-inf'), [[-1e300], [null]])).toEqual([2, 2])
  })

  test('reads a feature in two ways where trainings were chained', async () => {
    const { trees } = split(DECISION.zero)
    expect(await scores({ names: ['x'], trees: [...trees, ...split(DECISION.nan).trees] }, rows)).toEqual([4, 3, 3, 3, 2, 4])
  })

  const categories = { feature: [0], threshold: [0], decision: [1], left: [-1], right: [-2], leaves: [1, 2], sets: [[0b101, 1]] }

  test('splits numbers of categories, without their fractions', async () => {
    expect(await scores({ names: ['x'], trees: [categories] }, [[0], [1], [2.9], [32], [33], [64], [-0.5], [-1], [null]])).toEqual([
      1, 2, 1, 1, 2, 2, 1, 2, 2,
    ])
  })

  test('splits texts of pandas categories; others are missing', async () => {
    const file: FileParts = {
      names: ['n', 'c'],
      infos: ['[0:1]', '0:1:2'],
      pandas: [['Bern', 'Chur', 7]],
      trees: [{ ...categories, feature: [1] }],
    }
    expect(
      await scores(file, [
        [0, 'Bern'],
        [0, 'Chur'],
        [0, '7'],
        [0, 'Paris'],
        [0, null],
      ]),
    ).toEqual([1, 2, 1, 2, 2])
    const declared = { categories: '{"c":["Chur","Bern"]}' }
    expect(
      await scores(
        { ...file, pandas: null },
        [
          [0, 'Bern'],
          [0, 'Chur'],
        ],
        declared,
      ),
    ).toEqual([2, 1])
  })

  test('is refused where nobody can tell which feature has which categories', async () => {
    const file: FileParts = {
      names: ['n', 'c'],
      infos: ['[0:1]', '0:1:2'],
      pandas: [['a'], ['b']],
      trees: [{ ...categories, feature: [1] }],
    }
    await expect(scores(file, [])).rejects.toMatchObject({ code: 'model.unsupported' })
  })

  const two = { names: ['x'], sums: 2, trees: [{ leaves: [1] }, { leaves: [0] }, { leaves: [1] }, { leaves: [3] }] } as const

  test('gives classes by softmax, and their label', async () => {
    const [answer] = await scores({ ...two, objective: 'multiclass num_class:2' }, [[0]])
    const p = Math.exp(2 - 3) / (Math.exp(2 - 3) + 1)
    expect(answer).toEqual({ label: '1', 'probability(0)': p, 'probability(1)': 1 / (Math.exp(2 - 3) + 1) })
  })

  test.each<[string, number]>([
    ['poisson', Math.exp(2)],
    ['cross_entropy', sigmoid(2)],
    ['cross_entropy_lambda', Math.log1p(Math.exp(2))],
    ['regression sqrt', 4],
    ['lambdarank', 2],
    ['custom', 2],
  ])('of the objective %s', async (objective, expected) => {
    expect(await scores({ names: ['x'], objective, trees: [{ leaves: [1.5] }, { leaves: [0.5] }] }, [[0]])).toEqual([expected])
  })

  test('averages the trees of a random forest, but not its raw sums', async () => {
    const file: FileParts = { names: ['x'], objective: 'regression', average: true, trees: [{ leaves: [1] }, { leaves: [4] }] }
    expect(await scores(file, [[0]])).toEqual([2.5])
    expect(await scores(file, [[0]], { raw: 'true' })).toEqual([5])
  })

  test('has the names that the descriptor gives, and an output of choice as its score', async () => {
    const bytes = binary
    const metadata = { feature_names: 'left, right', output: 'probability(0)' }
    using model = await runtime.load(descriptorOf('lightgbm', bytes, { metadata }), bytes)
    expect(model.inputs.map((field) => field.name)).toEqual(['left', 'right'])
    expect(model.outputs.map((field) => field.name)).toEqual(['probability(0)', 'score', 'probability(1)'])
    const unnamed = lightGbmFile({ names: ['Column_0'], trees: [{ leaves: [1] }] })
    using positional = await runtime.load(descriptorOf('lightgbm', unnamed), unnamed)
    expect(positional.positional).toBe(true)
  })

  test('rejects a record whose sum is no finite number', async () => {
    const [answer] = await scores({ names: ['x'], trees: [{ leaves: [1e308] }, { leaves: [1e308] }] }, [[0]])
    expect(answer).toMatchObject({ code: 'record.score.not-finite' })
  })
})
