import type { TopicPartition, TopicSpec } from '../../core/log.ts'

/** One partition of an embedded log: what is known of it without asking the store, and who waits for its next record. */
export class Partition implements TopicPartition {
  /** The store's own number for it. */
  readonly id: number
  readonly topic: string
  readonly partition: number
  readonly cleanup: TopicSpec['cleanup']
  first: bigint
  next: bigint
  /** Called after each commit that appended to this partition, and when the log closes. */
  readonly watchers = new Set<() => void>()

  constructor(spec: TopicPartition & Pick<TopicSpec, 'cleanup'>, id: number, bounds = { first: 0n, next: 0n }) {
    this.id = id
    this.topic = spec.topic
    this.partition = spec.partition
    this.cleanup = spec.cleanup
    this.first = bounds.first
    this.next = bounds.next
  }

  wake(): void {
    for (const watcher of this.watchers) watcher()
  }
}
