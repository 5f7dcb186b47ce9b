import { describe, expect, test } from 'vitest'
import { checkForest } from './check-forest.ts'
import { createForest } from './create-forest.ts'
import type { ForestNodes, ForestOptions } from './forest.ts'

/** One tree: x0 <= 1 ? leaf 0 : (x1 <= 2 ? leaf 1 : leaf 2). */
const nodes: ForestNodes = {
  roots: Int32Array.of(0),
  feature: Int32Array.of(0, -1, 1, -1, -1),
  threshold: Float64Array.of(1, 0, 2, 0, 0),
  left: Int32Array.of(1, -1, 3, -1, -1),
  right: Int32Array.of(2, -1, 4, -1, -1),
  missingLeft: Uint8Array.of(1, 0, 0, 0, 0),
  leaf: Int32Array.of(-1, 0, -1, 1, 2),
}

const forest: ForestOptions = { nodes, leafValues: Float64Array.of(10, 20, 30), outputs: 1, features: 2, comparison: 'lessOrEqual' }

const withNodes = (changed: Partial<ForestNodes>): ForestOptions => ({ ...forest, nodes: { ...nodes, ...changed } })

describe('checking a forest', () => {
  test('answers the depth of each tree', () => {
    const two = withNodes({ roots: Int32Array.of(3, 0), left: Int32Array.of(1, -1, 5, -1, -1, -1), ...grown() })
    expect([...checkForest(two)]).toEqual([0, 2])
  })

  function grown(): Partial<ForestNodes> {
    return {
      feature: Int32Array.of(0, -1, 1, -1, -1, -1),
      threshold: Float64Array.of(1, 0, 2, 0, 0, 0),
      right: Int32Array.of(2, -1, 4, -1, -1, -1),
      missingLeft: new Uint8Array(6),
      leaf: Int32Array.of(-1, 0, -1, 1, 2, 2),
    }
  }

  test('lets a forest without trees be: its sums are 0', () => {
    const out = Float64Array.of(9, 9)
    const none = new Int32Array(0)
    const empty = {
      roots: none,
      feature: none,
      threshold: new Float64Array(0),
      left: none,
      right: none,
      missingLeft: new Uint8Array(0),
      leaf: none,
    }
    createForest({ ...forest, nodes: empty }).score(new Float64Array(4), 2, 2, out)
    expect([...out]).toEqual([0, 0])
  })

  test('takes a chain of 200,000 nodes without running out of stack', () => {
    const length = 200_001
    const isLeaf = (node: number): boolean => node % 2 === 1 || node === length - 1
    const chain = withNodes({
      feature: Int32Array.from({ length }, (_, node) => (isLeaf(node) ? -1 : 0)),
      threshold: new Float64Array(length),
      left: Int32Array.from({ length }, (_, node) => node + 1),
      right: Int32Array.from({ length }, (_, node) => node + 2),
      missingLeft: new Uint8Array(length),
      leaf: Int32Array.from({ length }, (_, node) => (node === length - 1 ? 2 : 0)),
    })
    const out = new Float64Array(2)
    createForest(chain).score(Float64Array.of(1, 0, -1, 0), 2, 2, out)
    expect([...out]).toEqual([30, 10])
  })

  test.each<[string, ForestOptions, RegExp]>([
    [
      'a child beyond the last node',
      withNodes({ left: Int32Array.of(9, -1, 3, -1, -1) }),
      /node 0 names node 9; the forest has nodes 0 to 4/,
    ],
    ['a negative root', withNodes({ roots: Int32Array.of(-2) }), /tree 0 names node -2/],
    ['a cycle', withNodes({ right: Int32Array.of(2, -1, 0, -1, -1) }), /node 0 is reached twice, the second time from node 2/],
    ['a node with two parents', withNodes({ right: Int32Array.of(2, -1, 1, -1, -1) }), /node 1 is reached twice/],
    ['two trees with one root', withNodes({ roots: Int32Array.of(0, 0) }), /node 0 is reached twice, the second time from tree 1/],
    [
      'an unknown feature',
      withNodes({ feature: Int32Array.of(0, -1, 2, -1, -1) }),
      /node 2 splits on feature 2; the forest has 2 features/,
    ],
    ['a feature below -1', withNodes({ feature: Int32Array.of(-5, -1, 1, -1, -1) }), /node 0 splits on feature -5/],
    ['an unknown leaf', withNodes({ leaf: Int32Array.of(-1, 3, -1, 1, 2) }), /leaf node 1 names leaf 3; the forest has 3 leaves/],
    ['too few values for the leaves', { ...forest, outputs: 2 }, /leaf node 4 names leaf 2; the forest has 1 leaves/],
    ['a NaN threshold', withNodes({ threshold: Float64Array.of(Number.NaN, 0, 2, 0, 0) }), /the threshold of node 0 is NaN/],
    ['arrays of different lengths', withNodes({ missingLeft: new Uint8Array(4) }), /nodes.missingLeft has 4 entries; it must have 5/],
    ['a target that is no output', { ...forest, targets: Int32Array.of(1) }, /target is 1; the forest has outputs 0 to 0/],
    ['too few weights', { ...forest, weights: new Float64Array(0) }, /weights has 0 entries; it must have 1/],
    ['a negative column', { ...forest, columns: Int32Array.of(0, -1) }, /column is negative/],
    ['no outputs', { ...forest, outputs: 0 }, /outputs is 0/],
    [
      'a category set beyond the words',
      withNodes({ categories: categories(1, 40) }),
      /category set of node 0 is words 1 to 3; the forest has 2 words/,
    ],
    ['a category set before the words', withNodes({ categories: categories(-2, 4) }), /category set of node 0 is words -2 to -1/],
  ])('refuses %s', (_, options, message) => {
    const refused = expect.objectContaining({ code: 'model.malformed', message: expect.stringMatching(message) })
    expect(() => createForest(options)).toThrow(refused)
  })

  function categories(start: number, codes: number): NonNullable<ForestNodes['categories']> {
    return { start: Int32Array.of(start, -1, -1, -1, -1), codes: Int32Array.of(codes, 0, 0, 0, 0), words: new Uint32Array(2) }
  }
})
