import { LANES } from './lanes-layout.ts'
import type { RankColumns } from './rank-columns.ts'

/** Writes a split at `at` for the tree of one lane (`at` counts the lane in): per block its column there, then the index of its threshold. */
export function writeSplit(bytes: Uint8Array, at: number, node: number, { columnOf, indexOf, blocks }: RankColumns): void {
  const column = columnOf[node]!
  // A column from 128 on makes the lookup answer 0: only the block that has the column answers its rank.
  for (let block = 0; block < blocks; block++) bytes[at + block * LANES] = column >> 4 === block ? column & 15 : 128
  // Bytes are compared as signed.
  bytes[at + blocks * LANES] = indexOf[node]! ^ 128
}
