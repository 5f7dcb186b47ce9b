import type { Forest, ForestOptions } from '../../../forest/forest.ts'
import { leafTerm } from '../../../forest/leaf-values.ts'
import { MISSING, OTHER, type SetLayout, layOutSets } from './set-layout.ts'

/** Rows that are scored tree by tree. */
const BLOCK = 256

/**
 * Scores a forest with splits on sets of categories by walking from node to node without branches, four rows at a time; a negative code
 * is in no set. Undefined where a feature has more categories than there are bits for, or trees add to single outputs.
 */
export function createSetWalk(options: ForestOptions): Forest | undefined {
  if (options.targets !== undefined || options.initial !== undefined || options.singlePrecision === true) return undefined
  const layout = layOutSets(options.nodes)
  if (layout === undefined) return undefined
  const { outputs, features } = options
  const columns = options.columns ?? Int32Array.from({ length: features }, (_, i) => i)
  const cells = new Float64Array(BLOCK * features)
  const masks = new Int32Array(BLOCK * features)
  // oxlint-disable-next-line max-params -- called for every column of a block
  const readNumbers = (matrix: Float64Array, from: number, stride: number, feature: number, count: number): void => {
    for (let row = 0, at = from, to = feature; row < count; row++, at += stride, to += features) {
      const cell = matrix[at]!
      cells[to] = cell
      masks[to] = cell === cell ? 0 : MISSING
    }
  }
  // oxlint-disable-next-line max-params -- called for every column of a block
  const readCodes = (matrix: Float64Array, from: number, stride: number, feature: number, count: number, bits: Int32Array): void => {
    for (let row = 0, at = from, to = feature; row < count; row++, at += stride, to += features) {
      const cell = matrix[at]!
      const code = cell | 0
      cells[to] = cell
      masks[to] = code === cell && code >= 0 && code < bits.length ? bits[code]! : cell === cell ? OTHER : MISSING
    }
  }
  const addTree = createTreeWalk(layout, { cells, masks, features, terms: termsOf(options, layout), outputs, options })
  return {
    kernel: 'walk',
    score(matrix, stride, rows, out, outStride = outputs) {
      for (let first = 0; first < rows; first += BLOCK) {
        const count = Math.min(BLOCK, rows - first)
        for (let feature = 0; feature < features; feature++) {
          const bits = layout.bits[feature]
          const from = first * stride + columns[feature]!
          if (bits === undefined) readNumbers(matrix, from, stride, feature, count)
          else readCodes(matrix, from, stride, feature, count, bits)
        }
        for (let row = first; row < first + count; row++) for (let k = 0; k < outputs; k++) out[row * outStride + k] = 0
        for (let tree = 0; tree < layout.roots.length; tree++) addTree(tree, count, out, first * outStride, outStride)
      }
    },
  }
}

/** Per leaf of the layout, in its order: the values it adds. */
function termsOf(options: ForestOptions, { leafOf, treeOf }: SetLayout): Float64Array {
  const { outputs, nodes } = options
  const terms = new Float64Array(leafOf.length * outputs)
  for (let leaf = 0; leaf < leafOf.length; leaf++) {
    for (let k = 0; k < outputs; k++) terms[leaf * outputs + k] = leafTerm(options, treeOf[leaf]!, nodes.leaf[leafOf[leaf]!]! * outputs + k)
  }
  return terms
}

interface Block {
  readonly cells: Float64Array
  readonly masks: Int32Array
  readonly features: number
  readonly terms: Float64Array
  readonly outputs: number
  readonly options: ForestOptions
}

function createTreeWalk(layout: SetLayout, { cells, masks, features, terms, outputs, options }: Block) {
  const { roots, depths, steps, thresholds, wrong, leafAt } = layout
  const single = options.singlePrecisionSums === true
  const add = (leaf: number, out: Float64Array, at: number): void => {
    const first = leaf * outputs
    if (single) for (let k = 0; k < outputs; k++) out[at + k] = Math.fround(out[at + k]! + terms[first + k]!)
    else for (let k = 0; k < outputs; k++) out[at + k]! += terms[first + k]!
  }
  // oxlint-disable-next-line max-params -- an object here would be made per tree
  return (tree: number, rows: number, out: Float64Array, outAt: number, outStride: number): void => {
    const root = roots[tree]!
    const depth = depths[tree]!
    let at = outAt
    let row = 0
    for (; row + 4 <= rows; row += 4) {
      const i = row * features
      const j = i + features
      const k = j + features
      const l = k + features
      let a = root
      let b = root
      let c = root
      let d = root
      for (let level = 0; level < depth; level++) {
        const p = i + steps[2 * a]!
        const q = j + steps[2 * b]!
        const r = k + steps[2 * c]!
        const s = l + steps[2 * d]!
        a = steps[2 * a + 1]! + (Number(cells[p]! > thresholds[a]!) | Number((masks[p]! & wrong[a]!) !== 0))
        b = steps[2 * b + 1]! + (Number(cells[q]! > thresholds[b]!) | Number((masks[q]! & wrong[b]!) !== 0))
        c = steps[2 * c + 1]! + (Number(cells[r]! > thresholds[c]!) | Number((masks[r]! & wrong[c]!) !== 0))
        d = steps[2 * d + 1]! + (Number(cells[s]! > thresholds[d]!) | Number((masks[s]! & wrong[d]!) !== 0))
        // Few ways are as long as the longest.
        if ((level & 7) === 7 && leafAt[a]! >= 0 && leafAt[b]! >= 0 && leafAt[c]! >= 0 && leafAt[d]! >= 0) break
      }
      add(leafAt[a]!, out, at)
      add(leafAt[b]!, out, at + outStride)
      add(leafAt[c]!, out, at + 2 * outStride)
      add(leafAt[d]!, out, at + 3 * outStride)
      at += 4 * outStride
    }
    for (; row < rows; row++, at += outStride) {
      let a = root
      while (leafAt[a]! < 0) {
        const p = row * features + steps[2 * a]!
        a = steps[2 * a + 1]! + (Number(cells[p]! > thresholds[a]!) | Number((masks[p]! & wrong[a]!) !== 0))
      }
      add(leafAt[a]!, out, at)
    }
  }
}
