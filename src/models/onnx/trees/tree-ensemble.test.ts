import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { answersOf, scoreRows } from '../../../../test/contracts/answers.ts'
import { frameOf } from '../../../../test/contracts/frame-of.ts'
import { descriptorOf } from '../../../../test/contracts/runtime.ts'
import { SluiceError } from '../../../core/errors.ts'
import { Scores } from '../../../core/scores.ts'
import { ensemble, type EnsembleShape } from '../fixtures/ensemble-fixture.ts'
import { regression, tree } from '../fixtures/model-fixtures.ts'
import { type TreeEnsembleShape, treeEnsemble } from '../fixtures/tree-ensemble-fixture.ts'
import { createOnnxRuntime } from '../onnx-runtime.ts'
import { asRegressor } from './as-regressor.ts'
import { readTreeEnsemble } from './tree-ensemble.ts'

const runtime = createOnnxRuntime({ threads: 1 })
afterAll(async () => runtime[Symbol.asyncDispose]?.())

const plain: EnsembleShape = {
  seed: 1,
  trees: 5,
  depth: 3,
  modes: ['BRANCH_LEQ'],
  labels: [],
  sums: 1,
  single: false,
  positive: false,
  transform: 'NONE',
  base: false,
  tracks: false,
  zipMap: false,
  aggregate: 'SUM',
}

const CELLS = [-1, -0.5, -0, 0, 0.5, 1, 0.3, -0.7, 2, 0.1, 0.5000001, null]

/** Rows of every second cell against every third one, so that all thresholds are met, and missing cells. */
const rows = Array.from({ length: 60 }, (_, i) => [CELLS[i % 12], CELLS[(i * 5 + 3) % 12], CELLS[(i * 7 + 1) % 12]])

const load = async (bytes: Uint8Array, metadata = {}) => runtime.load(descriptorOf('onnx', bytes, { metadata }), bytes)

async function answers(bytes: Uint8Array, metadata = {}): Promise<{ atOnce: boolean; found: ReturnType<typeof answersOf> }> {
  using model = await load(bytes, metadata)
  const frame = frameOf(model.inputs, rows)
  const scores = new Scores()
  scores.reset(model.outputs, frame.rows)
  const pending = model.score(frame, scores)
  await pending
  return { atOnce: pending === undefined, found: answersOf(scores) }
}

/** Both must give the same outputs and labels; numbers may differ in the last two places of a float32, where a function is taken. */
async function expectAsOnnxRuntime(shape: Pick<EnsembleShape, 'transform'>, bytes: Uint8Array): Promise<boolean> {
  const own = await answers(bytes)
  const theirs = await answers(bytes, { engine: 'onnxruntime' })
  expect(theirs.atOnce).toBe(false)
  for (const [row, answer] of own.found.entries()) {
    const other = theirs.found[row]!
    if (answer instanceof SluiceError || other instanceof SluiceError) throw new Error('a row is rejected', { cause: answer })
    expect(Object.keys(answer)).toEqual(Object.keys(other))
    const different = Object.keys(answer).filter((name) => !isSame(answer[name]!, other[name]!, shape))
    expect(different, `of row ${row}: ${JSON.stringify(answer)}, ${JSON.stringify(other)}`).toEqual([])
  }
  return own.atOnce
}

function isSame(value: number | string | null, other: number | string | null, { transform }: Pick<EnsembleShape, 'transform'>): boolean {
  if (typeof value !== 'number' || typeof other !== 'number' || transform === 'NONE') return value === other
  return Math.abs(value - other) <= 1.2e-7 * Math.max(1, Math.abs(value))
}

describe('an ensemble of trees', () => {
  test.each<[string, Partial<EnsembleShape>]>([
    ['a regression', {}],
    ['a regression with a base', { base: true }],
    ['an average', { aggregate: 'AVERAGE', base: true }],
    ['several targets', { sums: 3, base: true }],
    ['several targets, a tree for each', { sums: 3, single: true, trees: 9 }],
    ['splits of all comparisons', { modes: ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GT', 'BRANCH_GTE'], tracks: true }],
    ['two classes by shares', { labels: ['no', 'yes'], positive: true }],
    ['two classes by margins', { labels: [0, 1], transform: 'LOGISTIC', base: true, zipMap: true }],
    ['three classes', { labels: ['a', 'b', 'c'], sums: 3, zipMap: true }],
    [
      'three classes, a tree for each, as probabilities',
      { labels: [7, 8, 9], sums: 3, single: true, trees: 30, transform: 'SOFTMAX', base: true },
    ],
    ['a scaler in front', { heads: ['scaler'] }],
    ['an imputer and a scaler in front', { heads: ['imputer', 'scaler'], labels: ['a', 'b', 'c'], sums: 3, zipMap: true }],
    ['heads of one number in front', { heads: ['imputer of halves', 'scaler of one', 'scaler'] }],
    ['three classes, one against the rest', { labels: ['a', 'b', 'c'], sums: 3, transform: 'LOGISTIC' }],
  ])('with %s is scored by our own scorer, as ONNX Runtime scores it', async (_, shape) => {
    expect(await expectAsOnnxRuntime({ ...plain, ...shape }, ensemble({ ...plain, ...shape }))).toBe(true)
  })

  test('is scored as by ONNX Runtime, whatever it is', { timeout: 30_000 }, async () => {
    const labels = fc.constantFrom<EnsembleShape['labels']>([], [0, 1], ['n', 'y'], [3, 1, 2], ['a', 'b', 'c', 'd'])
    const shapes = fc.record({
      seed: fc.integer(),
      trees: fc.constantFrom(1, 4, 17, 40),
      depth: fc.constantFrom(0, 1, 3, 5),
      modes: fc.constantFrom(['BRANCH_LEQ'], ['BRANCH_LT'], ['BRANCH_GT', 'BRANCH_GTE'], ['BRANCH_LT', 'BRANCH_LEQ', 'BRANCH_GT']),
      labels,
      single: fc.boolean(),
      positive: fc.boolean(),
      transform: fc.constantFrom('NONE', 'LOGISTIC', 'SOFTMAX'),
      base: fc.boolean(),
      tracks: fc.boolean(),
      zipMap: fc.boolean(),
      aggregate: fc.constantFrom('SUM', 'AVERAGE'),
    })
    let own = 0
    const property = fc.asyncProperty(shapes, async (shape) => {
      const sums = shape.labels.length > 2 ? shape.labels.length : 1
      const bytes = ensemble({ ...shape, sums })
      if (readTreeEnsemble(bytes, {}) === undefined) return
      own++
      await expectAsOnnxRuntime(shape, bytes)
    })
    await fc.assert(property, { numRuns: 60 })
    expect(own).toBeGreaterThan(15)
  })

  const five: TreeEnsembleShape = { seed: 3, trees: 9, depth: 4, modes: [0], targets: 1, aggregate: 1, tracks: false }

  test.each<[string, Partial<TreeEnsembleShape>]>([
    ['a sum', {}],
    ['an average', { aggregate: 0 }],
    ['several targets', { targets: 3, trees: 20 }],
    ['splits of all comparisons, with ways for missing numbers', { modes: [0, 1, 2, 3], tracks: true, trees: 30 }],
    ['one split a tree', { depth: 1, seed: 8 }],
  ])('of the operator set 5 with %s is scored by our own scorer, as ONNX Runtime scores it', async (_, shape) => {
    expect(await expectAsOnnxRuntime({ transform: 'NONE' }, treeEnsemble({ ...five, ...shape }))).toBe(true)
  })

  test('of the operator set 5 is left to ONNX Runtime where our scorer does not do what it says', async () => {
    const least = treeEnsemble({ ...five, aggregate: 2 })
    expect(readTreeEnsemble(least, {})).toBeUndefined()
    expect(await expectAsOnnxRuntime({ transform: 'NONE' }, least)).toBe(false)
    expect(readTreeEnsemble(treeEnsemble({ ...five, modes: [4] }), {})).toBeUndefined()
  })

  test('of the operator set 5 whose trees share nodes, or lack some, is left to ONNX Runtime', () => {
    const list = (...ints: number[]) => ({ ints, floats: [], strings: [] })
    const floats = (...values: number[]) => ({ ints: [], floats: values, strings: [] })
    const one = {
      tree_roots: list(0),
      nodes_featureids: list(0),
      nodes_modes: list(0),
      nodes_splits: floats(0.5),
      nodes_truenodeids: list(0),
      nodes_trueleafs: list(1),
      nodes_falsenodeids: list(1),
      nodes_falseleafs: list(1),
      leaf_targetids: list(0, 0),
      leaf_weights: floats(1, 2),
    }
    const read = (changes: object) => asRegressor(new Map(Object.entries({ ...one, ...changes })))
    expect(read({})?.get('nodes_modes')?.strings).toEqual(['BRANCH_LEQ', 'LEAF', 'LEAF'])
    expect(read({})?.get('target_weights')?.floats).toEqual([1, 2])
    expect(read({ tree_roots: list(0, 0) })).toBeUndefined()
    expect(read({ nodes_trueleafs: list(0) })).toBeUndefined()
    expect(read({ nodes_falsenodeids: list(2) })).toBeUndefined()
    expect(read({ nodes_modes: list() })).toBeUndefined()
  })

  test('rejects what ONNX Runtime would not be given', async () => {
    using model = await load(tree)
    const [missing, text, infinite] = await scoreRows(model, [[null], ['high'], [Infinity]])
    expect(missing).toEqual({ score: 1 })
    expect(text).toMatchObject({ code: 'record.feature.invalid' })
    expect(infinite).toMatchObject({ code: 'record.feature.not-finite' })
  })

  test('is left to ONNX Runtime where it compares for equality, or more than trees is in the graph', () => {
    expect(readTreeEnsemble(ensemble({ ...plain, modes: ['BRANCH_EQ'] }), {})).toBeUndefined()
    expect(readTreeEnsemble(ensemble({ ...plain, transform: 'PROBIT' }), {})).toBeUndefined()
    expect(readTreeEnsemble(regression, {})).toBeUndefined()
  })

  test('is refused with another engine than there is', async () => {
    await expect(load(tree, { engine: 'gpu' })).rejects.toMatchObject({ code: 'model.descriptor.malformed' })
  })
})
