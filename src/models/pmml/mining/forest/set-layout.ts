import type { ForestNodes } from '../../../forest/forest.ts'

/** The bit of a text that is in no set, and of a missing value. */
export const OTHER = 1 << 30
export const MISSING = 1 << 31
const MOST_CODES = 30

/**
 * A forest laid out for walking: siblings side by side, so that a step is the left child, or the one after it where the row's number
 * exceeds the threshold or its bit is one of those that are wrong. A leaf is its own child.
 */
export interface SetLayout {
  readonly roots: Int32Array
  readonly depths: Int32Array
  /** Per node: two entries, its feature and its left child. */
  readonly steps: Int32Array
  /** Infinity for a split on a set. */
  readonly thresholds: Float64Array
  /** Per node: the bits of categories that go right. */
  readonly wrong: Int32Array
  /** Per node: the number of its leaf, or -1. */
  readonly leafAt: Int32Array
  /** Per leaf number: the forest's node, and its tree. */
  readonly leafOf: readonly number[]
  readonly treeOf: readonly number[]
  /** Per feature: the bit of each code; undefined for a number. */
  readonly bits: readonly (Int32Array | undefined)[]
}

/** Undefined where a feature has too many categories that sets name. */
export function layOutSets(nodes: ForestNodes): SetLayout | undefined {
  const bits = bitsOf(nodes)
  if (bits === undefined) return undefined
  const count = nodes.feature.length
  const layout = {
    roots: new Int32Array(nodes.roots.length),
    depths: new Int32Array(nodes.roots.length),
    steps: new Int32Array(count * 2),
    thresholds: new Float64Array(count).fill(Infinity),
    wrong: new Int32Array(count),
    leafAt: new Int32Array(count).fill(-1),
    leafOf: [] as number[],
    treeOf: [] as number[],
    bits,
  }
  const order: number[] = []
  const depthOf = new Int32Array(count)
  for (let tree = 0, at = 0; tree < layout.roots.length; tree++) {
    layout.roots[tree] = order.length
    depthOf[order.length] = 0
    order.push(nodes.roots[tree]!)
    for (; at < order.length; at++) {
      const node = order[at]!
      if (nodes.feature[node] === -1) {
        layout.steps[at * 2 + 1] = at
        layout.leafAt[at] = layout.leafOf.push(node) - 1
        layout.treeOf.push(tree)
        layout.depths[tree] = Math.max(layout.depths[tree]!, depthOf[at]!)
        continue
      }
      layout.steps[at * 2] = nodes.feature[node]!
      layout.steps[at * 2 + 1] = order.length
      depthOf.fill(depthOf[at]! + 1, order.length, order.length + 2)
      order.push(nodes.left[node]!, nodes.right[node]!)
      const missing = nodes.missingLeft[node] === 1 ? 0 : MISSING
      const isSet = (nodes.categories?.start[node] ?? -1) >= 0
      if (!isSet) layout.thresholds[at] = nodes.threshold[node]!
      layout.wrong[at] = isSet ? missing | wrongBits(nodes, node, bits[nodes.feature[node]!]!) : missing
    }
  }
  return layout
}

function wrongBits(nodes: ForestNodes, node: number, bits: Int32Array): number {
  let wrong = OTHER | (OTHER - 1)
  for (const code of codesOf(nodes, node)) wrong &= ~bits[code]!
  return wrong
}

function bitsOf(nodes: ForestNodes): readonly (Int32Array | undefined)[] | undefined {
  const named: Set<number>[] = []
  for (let node = 0; node < nodes.feature.length; node++) {
    if (nodes.feature[node] === -1 || (nodes.categories?.start[node] ?? -1) < 0) continue
    const codes = (named[nodes.feature[node]!] ??= new Set())
    for (const code of codesOf(nodes, node)) codes.add(code)
  }
  if (named.some((codes) => codes !== undefined && codes.size > MOST_CODES)) return undefined
  return Array.from(named, (codes) => {
    if (codes === undefined) return undefined
    const bits = new Int32Array(Math.max(0, ...codes) + 1).fill(OTHER)
    let next = 0
    for (const code of codes) bits[code] = 1 << next++
    return bits
  })
}

function* codesOf({ categories }: ForestNodes, node: number): Generator<number> {
  const { start, codes, words } = categories!
  for (let code = 0; code < codes[node]!; code++) {
    if (((words[start[node]! + (code >> 5)]! >>> (code & 31)) & 1) === 1) yield code
  }
}
