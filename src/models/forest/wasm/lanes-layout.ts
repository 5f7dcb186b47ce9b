/** Trees are scored in groups of so many: one per byte of a vector. */
export const LANES = 16

/** Where a module finds its parameters: i32s, by their byte address. */
export const HEADER = {
  rows: 0,
  columns: 4,
  columnsEnd: 8,
  cells: 12,
  cellStride: 16,
  ranks: 20,
  splits: 24,
  splitsEnd: 28,
  groupBytes: 32,
  /** The masks way only: bytes of the entries for 8 leaves. */
  stretchBytes: 36,
  leaves: 40,
  targets: 44,
  sums: 48,
  sumStride: 52,
} as const

/** Leaf indices of the trees of a group, 16 bytes for each of the rows that are scored at a time. */
export const LEAF_INDEX = 64
/** Everything below this address is the module's own. */
export const FREE = 128
/** Bytes of a column's entry: the offset of its cell in a row, the address of its thresholds, the rank of a missing cell. */
export const COLUMN_BYTES = 16

/**
 * How the leaf that a row reaches is found in 16 trees at a time:
 * - `fold`: trees complete to a depth; all splits of a level are compared, and the results folded along the way from the root.
 * - `masks`: trees of any form; every split that sends the row right strikes out the leaves on its left, and the first leaf that is
 *   left over is it ("QuickScorer", Lucchese et al. 2015, here turned so that the trees are in the lanes).
 */
export type Way = 'fold' | 'masks'

/** What a module of the lanes kernels is made for. Forests that agree in it share the module, and so its optimised code. */
export interface LanesVariant {
  readonly way: Way
  /** Leaves of every tree, padding included: 2^depth to `fold`, a multiple of 8 for `masks`; at most 256. */
  readonly leaves: number
  /** Rank vectors of 16 columns a row. */
  readonly blocks: number
  /** Steps of the binary search for a rank, 1 to 8. */
  readonly steps: number
  /** Values of a leaf. */
  readonly width: number
  /** Whether every tree adds to an output of its own. */
  readonly targeted: boolean
  /** Whether sums are rounded to float32 after every tree. */
  readonly singleSums: boolean
}

/** Locals that hold where a module is: in the splits, leaves and targets of a group, and in the ranks and sums of a row. */
export interface Pointers {
  readonly split: number
  readonly leaf: number
  readonly target: number
  readonly ranks: number
  readonly sums: number
}
