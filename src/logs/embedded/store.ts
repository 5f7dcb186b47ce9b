import type { TopicSpec } from '../../core/log.ts'
import type { Partition } from './partition.ts'

/** One record batch as it is kept, with its base offset set. */
export interface StoredBatch {
  readonly partition: Partition
  readonly base: bigint
  readonly last: bigint
  readonly bytes: Uint8Array
  /** Of a compacted topic only, where a stored batch has one record: it replaces the earlier one with the same key. */
  readonly key: Uint8Array | undefined
}

/** What one commit changes. */
export interface Change {
  readonly batches: readonly StoredBatch[]
  /** The next offset of each partition that the batches are appended to. */
  readonly nexts: ReadonlyMap<Partition, bigint>
  readonly offsets: readonly { readonly group: string; readonly partition: Partition; readonly next: bigint }[]
}

/** Which record batches to fetch: from the one that holds `from`, while they start below `below` and fit in `maxBytes`. */
export interface Window {
  readonly from: bigint
  readonly below: bigint
  readonly maxBytes: number
}

/**
 * Where an embedded log keeps its bytes. All calls are synchronous and come from one thread, and none leaves a lock or an open
 * statement behind. Whatever fails is thrown as a `SluiceError` of service scope and has changed nothing.
 */
export interface Store {
  /** All partitions of all topics, a topic's partitions in order. */
  load(): Partition[]
  /** Creates topics that do not exist, all or none. */
  create(topics: readonly TopicSpec[]): Partition[]
  /** Makes a change durable: all of it or none of it. */
  write(change: Change): void
  /** Record batches one after the other, at least one if any is in the window, or undefined where there is none. */
  fetch(partition: Partition, window: Window): Uint8Array | undefined
  committed(group: string, partition: Partition): bigint | undefined
  close(): void
}
