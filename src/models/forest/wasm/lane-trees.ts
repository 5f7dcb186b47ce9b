import type { RankColumns } from './rank-columns.ts'

/** Trees laid out for one of the ways to find a leaf. */
export interface LaneTrees {
  readonly leavesPerTree: number
  /** Tree after tree, `leavesPerTree` entries each: the node of the leaf with that index, -1 where there is none. */
  readonly leaves: Int32Array
  /** Bytes of the splits of 16 trees. */
  groupBytes(blocks: number): number
  /** Bytes of the splits for 8 leaves of 16 trees; 0 where they are not kept so. */
  stretchBytes(blocks: number): number
  /** Writes all splits, group after group, into zeroed bytes. */
  write(bytes: Uint8Array, ranks: RankColumns): void
}
