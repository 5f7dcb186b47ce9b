/**
 * Decision trees as flat columns, one entry per node, in any order. Children are absolute node indices. Every node but the
 * roots is the child of exactly one node.
 */
export interface ForestNodes {
  /** Per tree: its first node. */
  readonly roots: Int32Array
  /** The feature that a node splits on, or -1 for a leaf. */
  readonly feature: Int32Array
  /** What a numeric split compares with: any number, infinities included, but not NaN. */
  readonly threshold: Float64Array
  /** Where a row goes for which the comparison holds, or whose category is in the node's set. */
  readonly left: Int32Array
  readonly right: Int32Array
  /** 1 where a missing cell (NaN) goes left, 0 where it goes right. */
  readonly missingLeft: Uint8Array
  /** Per leaf: its row in `leafValues`. */
  readonly leaf: Int32Array
  /** Absent where every split is numeric. */
  readonly categories?: CategorySets
}

/**
 * The splits on categories: bit sets over category codes. A code of the set goes left, any other code right; a negative code and
 * NaN are missing. The fraction of a code is dropped.
 */
export interface CategorySets {
  /** Per node: the first word of its set in `words`, or -1 for a numeric split. */
  readonly start: Int32Array
  /** Per node: how many codes its set tells apart; codes from here on are not in it. */
  readonly codes: Int32Array
  /** Bit `code % 32` of word `start + floor(code / 32)` is 1 where the code is in the set. */
  readonly words: Uint32Array
}

/** How a numeric split goes left: `x <= threshold`, or `x < threshold`. Zeros of both signs are equal. */
export type Comparison = 'lessOrEqual' | 'less'

export interface ForestOptions {
  readonly nodes: ForestNodes
  /** Rows of `outputs` values (of one value, where `targets` is given), row-major. */
  readonly leafValues: Float64Array
  /** How many sums a row gets. */
  readonly outputs: number
  /** How many features the splits may name. */
  readonly features: number
  /** Per feature: its column in the matrix. Where absent, feature i is column i. */
  readonly columns?: Int32Array
  readonly comparison: Comparison
  /** Per tree: what its leaves' values are multiplied by. */
  readonly weights?: Float64Array
  /** Per tree: the only output that it adds to (boosting with several classes). Where absent, a tree adds to every output. */
  readonly targets?: Int32Array
  /** Where true, cells and thresholds are rounded to float32 before they are compared. Sums stay doubles. */
  readonly singlePrecision?: boolean
  /** Where true, what a leaf adds is rounded to float32, and so is a sum after every tree. `initial` must be float32 then. */
  readonly singlePrecisionSums?: boolean
  /** Per output: what its sum begins with. 0 where absent. */
  readonly initial?: Float64Array
}

/**
 * The ways to score a forest, which all give the same bits:
 * - `walk`: from node to node, four rows or four trees at a time; any forest.
 * - `fold`: 16 trees at a time in the lanes of WebAssembly vectors, all their splits compared; trees to depth 8 without categories.
 * - `masks`: the same for trees of any form with at most 256 leaves.
 */
export type Kernel = 'walk' | 'fold' | 'masks'

/**
 * Scores rows of numbers with a sum of decision trees. Calls must not overlap; the forest keeps no reference to what it is given.
 */
export interface Forest {
  readonly kernel: Kernel
  /**
   * Sets `out[row * outStride + output]` for every row to the sum of its leaves' values, added to `initial` in the order of the
   * trees. `matrix` is row-major with `stride` columns; NaN is a missing cell. `outStride` is `outputs` where it is absent.
   */
  // oxlint-disable-next-line max-params -- the matrix and the sums as flat memory: an options object per call would cost more than a small forest
  score(matrix: Float64Array, stride: number, rows: number, out: Float64Array, outStride?: number): void
}
