import type { Batch } from './batch.ts'
import type { ChangelogRecord } from './changelog.ts'

export interface TopicSpec {
  readonly topic: string
  readonly partitions: number
  /** `delete`: all records are kept (or expire). `compact`: only the last record of a key must be kept; records have keys. */
  readonly cleanup: 'delete' | 'compact'
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface ReadOptions extends TopicPartition {
  readonly from: bigint
  /**
   * Where true, waits for new records until the signal aborts. Otherwise ends at the records that were there at the call.
   */
  readonly follow: boolean
  /** Whether a read that does not follow waits for commits that were under way at the call, or leaves them out. `wait` where absent. */
  readonly underWay?: 'wait' | 'leave'
  readonly signal?: AbortSignal
  /** Whether the bytes of a batch may be used again for another one once it is released. Saves much of the cost of memory. */
  readonly reuse?: boolean
  /** A batch is made of whole record batches of about this many bytes together; one larger record batch comes alone. 1 MiB where absent. */
  readonly maxBytes?: number
}

/** Records to append: one complete record batch, uncompressed, with base offset 0 (`RecordBatchWriter.finish`). */
export interface Append extends TopicPartition {
  readonly recordBatch: Uint8Array
}

/** What one unit of work leaves behind. */
export interface Commit {
  /** In this order. Their bytes may be used again once the promise of the commit is settled; the log may have written into their headers. */
  readonly appends: readonly Append[]
  /** Of commits that become durable together, only the last record of a key need be written. */
  readonly changelog?: readonly ChangelogRecord[]
  /** The offset from which each input partition continues. */
  readonly offsets: readonly (TopicPartition & { readonly next: bigint })[]
  /** Called once the appends are on the log for good and their bytes are free, where that is before the whole commit is settled. */
  readonly onAppended?: () => void
}

/**
 * Where records live. Implementations: memory (tests), SQLite (the embedded default), Kafka. All methods may be called
 * concurrently; appends to one partition keep their order.
 */
export interface Log {
  /** Creates the topics that are missing. Throws `log.topic.conflict` where one exists with fewer partitions. */
  ensureTopics(topics: readonly TopicSpec[]): Promise<void>
  /** The number of partitions. Throws `log.topic.unknown`. */
  partitions(topic: string): Promise<number>
  /** What tells the topic from another one that had or will have its name; undefined where the log can't tell. Throws `log.topic.unknown`. */
  topicId(topic: string): Promise<string | undefined>
  /** The length of the longest record batch that the topic takes, Infinity where there is no limit. Throws `log.topic.unknown`. */
  maxAppendBytes(topic: string): Promise<number>
  /** Appends outside of a group's work; resolves with the offset of the first record once the log has it durably. */
  append(append: Append): Promise<bigint>
  /** The offset of the first record that the log still has, and the one that the next record will get. */
  offsets(partition: TopicPartition): Promise<{ readonly first: bigint; readonly next: bigint }>
  /**
   * Reads one partition in order. Throws `log.offset.out-of-range` where `from` is below the first or above the next offset,
   * and `log.topic.unknown`. Ends without an error when the signal aborts.
   */
  read(options: ReadOptions): AsyncIterable<Batch>
  /** Becomes a member of a consumer group: partitions are assigned to it until it leaves. */
  join(options: GroupOptions): Promise<Group>
  /** Releases connections and files. Open reads end. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * `exactly-once`: a commit is one transaction, so that after a crash all of it counts or none. `at-least-once`: appends are
 * durable before offsets are, at once and without a transaction, so that after a crash some may be there twice.
 */
export type Guarantee = 'exactly-once' | 'at-least-once'

export interface GroupOptions {
  readonly group: string
  /** `exactly-once` where absent. A log whose commits are cheap transactions anyway gives that always. */
  readonly guarantee?: Guarantee
  /** How long a log that makes several commits durable together waits for more of them, in ms. 100 where absent. */
  readonly commitIntervalMs?: number
  /** All partitions of these topics are shared among the members. */
  readonly topics: readonly string[]
  readonly listener: GroupListener
}

export interface GroupListener {
  /**
   * Partitions that this member owns from now on, beside those that it has already, with the offset to continue from (the committed one,
   * else the first); none at all, once, where there are more members than partitions.
   */
  assigned(partitions: readonly Assignment[]): Promise<void>
  /**
   * Partitions that this member must give up: all that it has, or some, while it goes on with the others. Their work should be committed
   * before the promise is settled; where `lost` is true, it is too late for that.
   */
  revoked(partitions: readonly TopicPartition[], lost: boolean): Promise<void>
  /** The membership failed for good; nothing is assigned any more. */
  failed(error: unknown): void
}

export interface Assignment extends TopicPartition {
  readonly from: bigint
}

export interface Group {
  /**
   * Whether commits may be made before those before them are settled. Later ones of a partition then don't count without the earlier ones.
   * Otherwise the caller waits for each.
   */
  readonly overlapping: boolean
  /**
   * Makes one unit of work durable: all of it or, after a crash, none of it where the guarantee is `exactly-once`. Commits of one
   * partition keep their order, and a later one never counts without those before it.
   * Throws `log.fenced` where a partition of `offsets` is not this member's any more.
   */
  commit(commit: Commit): Promise<void>
  /** While a hurry is held, commits do not wait for others to share a transaction with. */
  hurry(): Disposable
  /** The offset to continue from, or undefined where the group has none for the partition. */
  committed(partition: TopicPartition): Promise<bigint | undefined>
  /** Gives up all partitions, after `revoked` was called for them. */
  leave(): Promise<void>
}
