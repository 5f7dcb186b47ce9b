import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createForest } from './create-forest.ts'
import { type ForestShape, randomForest, randomRows } from './fixtures/random-forest.ts'
import type { ForestOptions, Kernel } from './forest.ts'

/** What the documentation of `ForestOptions` says, said again as plainly as possible. */
function referenceSums(options: ForestOptions, matrix: Float64Array, stride: number, rows: number): number[][] {
  const { nodes, columns, targets, weights, leafValues, outputs, comparison } = options
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
    const sums = Array.from({ length: outputs }, () => 0)
    for (const [tree, root] of nodes.roots.entries()) {
      let node = root
      while (nodes.feature[node] !== -1) {
        const feature = nodes.feature[node]!
        node = goesLeft(node, matrix[row * stride + (columns ? columns[feature]! : feature)]!) ? nodes.left[node]! : nodes.right[node]!
      }
      const weight = weights ? weights[tree]! : 1
      const leaf = nodes.leaf[node]!
      if (targets) sums[targets[tree]!]! += weight * leafValues[leaf]!
      else for (let k = 0; k < outputs; k++) sums[k]! += weight * leafValues[leaf * outputs + k]!
    }
    return sums
  })
}

const bits = (values: ArrayLike<number>): BigUint64Array => new BigUint64Array(Float64Array.from(values).buffer)

const shapes = (depth: number): fc.Arbitrary<ForestShape> =>
  fc.record({
    seed: fc.integer(),
    trees: fc.integer({ min: 0, max: depth > 8 ? 5 : 40 }),
    depth: fc.integer({ min: 0, max: depth }),
    earlyLeaf: fc.constantFrom(0, 0.1, 0.4),
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
    permuted: fc.boolean(),
  })

function expectExact(shape: ForestShape, rows: number, kernel?: Kernel): void {
  const options = randomForest(shape)
  const stride = shape.features + 2
  const outStride = shape.outputs + 1
  const matrix = randomRows(shape, rows, stride)
  const forest = createForest(options, kernel)
  if (kernel) expect(forest.kernel).toBe(kernel)
  const out = new Float64Array(rows * outStride + 1).fill(7)
  forest.score(matrix, stride, rows, out, outStride)
  const expected = referenceSums(options, matrix, stride, rows)
  expect(bits(out)).toEqual(bits([...expected.flatMap((sums) => [...sums, 7]), 7]))
}

describe('a forest', () => {
  test.each([6, 12])('gives the sums of a plain walk, bit by bit, to depth %i', (depth) => {
    fc.assert(
      fc.property(shapes(depth), fc.constantFrom(0, 1, 3, 7, 64, 70, 300), (shape, rows) => expectExact(shape, rows)),
      { numRuns: 60 },
    )
  })
})
