import type { TopicPartition } from '../../core/log.ts'

/** `topic-partition`: what partitions are told apart by. */
export function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}

export function keysOf(partitions: readonly TopicPartition[]): Set<string> {
  return new Set(partitions.map(keyOf))
}
