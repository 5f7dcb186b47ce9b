import type { TopicPartition } from '../../core/log.ts'

export interface MemberTopics {
  readonly memberId: string
  readonly topics: readonly string[]
}

/**
 * Shares each topic's partitions among the members that subscribe to it, in consecutive ranges that differ by at most one
 * partition, members in the order of their ids: what Kafka's own `range` assignor does. So the same partitions of topics that
 * have equally many go to the same member.
 */
export function assignRanges(subscriptions: readonly MemberTopics[], counts: ReadonlyMap<string, number>): Map<string, TopicPartition[]> {
  const assignments = new Map<string, TopicPartition[]>(subscriptions.map(({ memberId }) => [memberId, []]))
  const topics = [...new Set(subscriptions.flatMap((subscription) => subscription.topics))].sort(byCodeUnits)
  for (const topic of topics) {
    const members = subscriptions
      .filter((subscription) => subscription.topics.includes(topic))
      .map((subscription) => subscription.memberId)
      .sort(byCodeUnits)
    const count = counts.get(topic) ?? 0
    const least = Math.floor(count / members.length)
    const more = count % members.length
    let partition = 0
    for (const [i, member] of members.entries()) {
      const end = partition + least + (i < more ? 1 : 0)
      for (; partition < end; partition++) assignments.get(member)!.push({ topic, partition })
    }
  }
  return assignments
}

/** The order of the strings of Java, and of JavaScript's `<`, in which Kafka's assignors sort. */
export function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
