import { createCarefulSums } from './careful-walk.ts'
import { createCellRows } from './cell-rows.ts'
import type { Forest, ForestOptions } from './forest.ts'
import { initialSums, leafWidth } from './leaf-values.ts'
import { layOutNodes, type NodeLayout } from './node-layout.ts'

/** Rows that are scored tree by tree, so that a tree is read into the cache once for all of them. */
const BLOCK = 256

/** An estimate of nanoseconds a row, fitted to measurements on a Zen 5 core in batches of 256. */
export function walkCost(options: ForestOptions, depths: Int32Array): number {
  return depths.reduce((sum, depth) => sum + 2.6 + 1.5 * depth, 1.2 * options.features)
}

/** Scores any forest by walking from node to node, four rows of a tree or four trees of a row at a time. */
export function createWalkForest(options: ForestOptions, depths: Int32Array): Forest {
  const layout = layOutNodes(options)
  const rowsOf = createCellRows(layout.slots, BLOCK, options.singlePrecision ?? false)
  const { outputs, targets, singlePrecisionSums = false } = options
  const sums: Sums = { width: leafWidth(options), targets, add: singlePrecisionSums ? addLeafSingle : addLeaf }
  const initial = initialSums(options)
  const addTree = createTreeWalk(layout, rowsOf.cells, sums)
  const addTrees = createRowWalk(layout, rowsOf.cells, depths, sums)
  const addCarefully = layout.careful || layout.carefulWhenMissing ? createCarefulSums(options) : undefined
  const trees = layout.roots.length
  return {
    kernel: 'walk',
    score(matrix, stride, rows, out, outStride = outputs) {
      for (let first = 0; first < rows; first += BLOCK) {
        const count = Math.min(BLOCK, rows - first)
        for (let row = first; row < first + count; row++) for (let k = 0; k < outputs; k++) out[row * outStride + k] = initial[k]!
        const missing = rowsOf.read(matrix, stride, first, count)
        if (addCarefully && (layout.careful || missing)) {
          addCarefully({ matrix, stride, first, count, out, outStride })
        } else if (count < 4) {
          for (let row = 0; row < count; row++) addTrees(row, out, (first + row) * outStride)
        } else {
          for (let tree = 0; tree < trees; tree++) addTree(tree, depths[tree]!, count, out, first * outStride, outStride)
        }
      }
    },
  }
}

interface Sums {
  readonly width: number
  readonly targets: Int32Array | undefined
  /** Adds a leaf's terms to one row's sums. */
  readonly add: typeof addLeaf
}

function addLeaf(terms: Float64Array, leaf: number, width: number, out: Float64Array, at: number): void {
  for (let k = 0; k < width; k++) out[at + k]! += terms[leaf + k]!
}

/** As if the sums were float32: two float32 numbers that are added as doubles and then rounded are rounded as if once. */
function addLeafSingle(terms: Float64Array, leaf: number, width: number, out: Float64Array, at: number): void {
  for (let k = 0; k < width; k++) out[at + k] = Math.fround(out[at + k]! + terms[leaf + k]!)
}

/** One tree over many rows. Every row takes as many steps as the tree is deep; from a leaf a step leads back to it. */
function createTreeWalk(layout: NodeLayout, cells: Float64Array, sums: Sums) {
  const { roots, steps, thresholds, leafAt, terms } = layout
  const slots = layout.slots.count
  const { width, targets, add } = sums
  // oxlint-disable-next-line max-params -- an object here would be made per tree
  return (tree: number, depth: number, rows: number, out: Float64Array, outAt: number, outStride: number): void => {
    const root = roots[tree]!
    let at = targets ? outAt + targets[tree]! : outAt
    let row = 0
    for (; row + 4 <= rows; row += 4) {
      const i = row * slots
      const j = i + slots
      const k = j + slots
      const l = k + slots
      let a = root
      let b = root
      let c = root
      let d = root
      for (let level = 0; level < depth; level++) {
        a = steps[2 * a + 1]! + Number(cells[i + steps[2 * a]!]! > thresholds[a]!)
        b = steps[2 * b + 1]! + Number(cells[j + steps[2 * b]!]! > thresholds[b]!)
        c = steps[2 * c + 1]! + Number(cells[k + steps[2 * c]!]! > thresholds[c]!)
        d = steps[2 * d + 1]! + Number(cells[l + steps[2 * d]!]! > thresholds[d]!)
        // Few ways are as long as the longest.
        if ((level & 7) === 7 && leafAt[a]! >= 0 && leafAt[b]! >= 0 && leafAt[c]! >= 0 && leafAt[d]! >= 0) break
      }
      add(terms, leafAt[a]!, width, out, at)
      add(terms, leafAt[b]!, width, out, at + outStride)
      add(terms, leafAt[c]!, width, out, at + 2 * outStride)
      add(terms, leafAt[d]!, width, out, at + 3 * outStride)
      at += 4 * outStride
    }
    for (; row < rows; row++) {
      const i = row * slots
      let a = root
      for (let level = 0; level < depth; level++) a = steps[2 * a + 1]! + Number(cells[i + steps[2 * a]!]! > thresholds[a]!)
      add(terms, leafAt[a]!, width, out, at)
      at += outStride
    }
  }
}

/** All trees over one row. */
function createRowWalk(layout: NodeLayout, cells: Float64Array, depths: Int32Array, sums: Sums) {
  const { roots, steps, thresholds, leafAt, terms } = layout
  const slots = layout.slots.count
  const { width, targets, add } = sums
  const trees = roots.length
  return (row: number, out: Float64Array, outAt: number): void => {
    const i = row * slots
    let tree = 0
    for (; tree + 4 <= trees; tree += 4) {
      let a = roots[tree]!
      let b = roots[tree + 1]!
      let c = roots[tree + 2]!
      let d = roots[tree + 3]!
      const depth = Math.max(depths[tree]!, depths[tree + 1]!, depths[tree + 2]!, depths[tree + 3]!)
      for (let level = 0; level < depth; level++) {
        a = steps[2 * a + 1]! + Number(cells[i + steps[2 * a]!]! > thresholds[a]!)
        b = steps[2 * b + 1]! + Number(cells[i + steps[2 * b]!]! > thresholds[b]!)
        c = steps[2 * c + 1]! + Number(cells[i + steps[2 * c]!]! > thresholds[c]!)
        d = steps[2 * d + 1]! + Number(cells[i + steps[2 * d]!]! > thresholds[d]!)
        // Few ways are as long as the longest.
        if ((level & 7) === 7 && leafAt[a]! >= 0 && leafAt[b]! >= 0 && leafAt[c]! >= 0 && leafAt[d]! >= 0) break
      }
      add(terms, leafAt[a]!, width, out, targets ? outAt + targets[tree]! : outAt)
      add(terms, leafAt[b]!, width, out, targets ? outAt + targets[tree + 1]! : outAt)
      add(terms, leafAt[c]!, width, out, targets ? outAt + targets[tree + 2]! : outAt)
      add(terms, leafAt[d]!, width, out, targets ? outAt + targets[tree + 3]! : outAt)
    }
    for (; tree < trees; tree++) {
      let a = roots[tree]!
      while (leafAt[a]! < 0) a = steps[2 * a + 1]! + Number(cells[i + steps[2 * a]!]! > thresholds[a]!)
      add(terms, leafAt[a]!, width, out, targets ? outAt + targets[tree]! : outAt)
    }
  }
}
