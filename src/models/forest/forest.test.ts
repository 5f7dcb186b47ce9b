import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkForest } from './check-forest.ts'
import { createForest, createForestWith } from './create-forest.ts'
import { type ForestShape, randomForest, randomRows } from './fixtures/random-forest.ts'
import type { ForestOptions, Kernel } from './forest.ts'
import { planLanes } from './wasm/lanes-plan.ts'

/** What the documentation of `ForestOptions` says, said again as plainly as possible. */
function referenceSums(options: ForestOptions, matrix: Float64Array, stride: number, rows: number): number[][] {
  const { nodes, columns, targets, weights, leafValues, outputs, comparison } = options
  const sumPrecision = options.singlePrecisionSums ? Math.fround : (value: number) => value
  const precision = options.singlePrecision ? Math.fround : (value: number) => value
  const goesLeft = (node: number, cell: number): boolean => {
    const { categories } = nodes
    if (Number.isNaN(cell)) return nodes.missingLeft[node] === 1
    if (categories && categories.start[node]! >= 0) {
      if (cell < 0) return nodes.missingLeft[node] === 1
      const code = Math.floor(cell)
      if (code >= categories.codes[node]!) return false
      return (categories.words[categories.start[node]! + Math.floor(code / 32)]! & (1 << (code % 32))) !== 0
    }
    const [x, t] = [precision(cell), precision(nodes.threshold[node]!)]
    return comparison === 'less' ? x < t : x <= t
  }
  return Array.from({ length: rows }, (_, row) => {
    const sums = Array.from({ length: outputs }, (_each, k) => options.initial?.[k] ?? 0)
    const add = (k: number, term: number): void => void (sums[k] = sumPrecision(sums[k]! + sumPrecision(term)))
    for (const [tree, root] of nodes.roots.entries()) {
      let node = root
      while (nodes.feature[node] !== -1) {
        const feature = nodes.feature[node]!
        node = goesLeft(node, matrix[row * stride + (columns ? columns[feature]! : feature)]!) ? nodes.left[node]! : nodes.right[node]!
      }
      const weight = weights ? weights[tree]! : 1
      const leaf = nodes.leaf[node]!
      if (targets) add(targets[tree]!, weight * leafValues[leaf]!)
      else for (let k = 0; k < outputs; k++) add(k, weight * leafValues[leaf * outputs + k]!)
    }
    return sums
  })
}

const plain: ForestShape = {
  seed: 1,
  trees: 20,
  depth: 6,
  leaves: Infinity,
  earlyLeaf: 0,
  features: 11,
  outputs: 1,
  thresholds: 200,
  infinite: 0,
  categorical: 0,
  missing: 'left',
  comparison: 'lessOrEqual',
  weighted: false,
  targeted: false,
  singlePrecision: false,
  singleSums: false,
  offset: false,
  permuted: false,
}

const bits = (values: ArrayLike<number>): BigUint64Array => new BigUint64Array(Float64Array.from(values).buffer)

const shapes = (depth: number): fc.Arbitrary<ForestShape> =>
  fc.record({
    seed: fc.integer(),
    trees: fc.integer({ min: 0, max: depth === 12 ? 5 : 40 }),
    depth: fc.integer({ min: 0, max: depth }),
    leaves: fc.constantFrom(depth > 12 ? 5 : Infinity, 2, 31, 64, 256, 257),
    earlyLeaf: fc.constantFrom(0, 0, 0.1, 0.4),
    features: fc.constantFrom(1, 3, 11, 40),
    outputs: fc.constantFrom(1, 1, 3),
    thresholds: fc.constantFrom(3, 20, 400, 3000),
    infinite: fc.constantFrom(0, 0, 0.1),
    categorical: fc.constantFrom(0, 0, 0, 0.3),
    missing: fc.constantFrom('left', 'right', 'either'),
    comparison: fc.constantFrom('lessOrEqual', 'less'),
    weighted: fc.boolean(),
    targeted: fc.boolean(),
    singlePrecision: fc.boolean(),
    singleSums: fc.boolean(),
    offset: fc.boolean(),
    permuted: fc.boolean(),
  })

/** The bits of what a kernel writes, with room between the rows' sums, and of what it should write. */
function score(kernel: Kernel, shape: ForestShape, rows: number): { actual: BigUint64Array; expected: BigUint64Array } {
  const options = randomForest(shape)
  const stride = shape.features + 2
  const outStride = shape.outputs + 1
  const matrix = randomRows(shape, rows, stride)
  const out = new Float64Array(rows * outStride + 1).fill(7)
  createForestWith(kernel, options).score(matrix, stride, rows, out, outStride)
  const expected = referenceSums(options, matrix, stride, rows).flatMap((sums) => sums.concat(7))
  return { actual: bits(out), expected: bits([...expected, 7]) }
}

const rowCounts = fc.constantFrom(0, 1, 2, 3, 7, 70, 127, 128, 129, 257, 300)

describe('the walk kernel', () => {
  test.each([6, 12])('gives the sums of a plain walk, bit by bit, in any forest to depth %i', (depth) => {
    const property = fc.property(shapes(depth), rowCounts, (shape, rows) => {
      const { actual, expected } = score('walk', shape, rows)
      expect(actual).toEqual(expected)
    })
    fc.assert(property, { numRuns: 80 })
  })
})

describe.each<['fold' | 'masks', number]>([
  ['fold', 8],
  ['masks', 40],
])('the %s kernel', (way, depth) => {
  test('gives the sums of a plain walk, bit by bit, in any numeric forest that it takes', () => {
    let taken = 0
    const property = fc.property(shapes(depth), rowCounts, (shape, rows) => {
      const numeric = { ...shape, categorical: 0 }
      const options = randomForest(numeric)
      if (!planLanes(options, checkForest(options), way)) return
      taken++
      const { actual, expected } = score(way, numeric, rows)
      expect(actual).toEqual(expected)
    })
    fc.assert(property, { numRuns: 120 })
    expect(taken).toBeGreaterThan(30)
  })

  test('refuses splits on categories', () => {
    const options = randomForest({ ...plain, categorical: 1 })
    expect(() => createForestWith(way, options)).toThrow(expect.objectContaining({ code: 'model.unsupported' }))
  })
})

describe('a forest', () => {
  test('of a hundred balanced shallow trees is folded', () => {
    expect(createForest(randomForest({ ...plain, trees: 100 })).kernel).toBe('fold')
  })

  test('of a hundred deep trees with few leaves is masked', () => {
    expect(createForest(randomForest({ ...plain, trees: 100, depth: 31, leaves: 31 })).kernel).toBe('masks')
  })

  test('of large trees is walked', () => {
    expect(createForest(randomForest({ ...plain, trees: 4, depth: 12 })).kernel).toBe('walk')
  })

  test('of one tree is walked: to rank all cells for it would cost more', () => {
    expect(createForest(randomForest({ ...plain, trees: 1 })).kernel).toBe('walk')
  })
})
