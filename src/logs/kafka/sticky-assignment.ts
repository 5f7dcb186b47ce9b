import type { TopicPartition } from '../../core/log.ts'
import { byCodeUnits, type MemberTopics } from './range-assignor.ts'

export interface StickyOptions {
  readonly counts: ReadonlyMap<string, number>
  /** By `topic-partition`: the member that has it now. */
  readonly current: ReadonlyMap<string, string>
}

interface Share {
  readonly memberId: string
  readonly topics: ReadonlySet<string>
  readonly partitions: TopicPartition[]
}

/**
 * Shares partitions so evenly that moving one to another member that wants its topic would not help, and moves as few as that
 * takes. The same for the same members, whatever their order.
 */
export function assignSticky(members: readonly MemberTopics[], { counts, current }: StickyOptions): Map<string, TopicPartition[]> {
  const shares: Share[] = members
    .map(({ memberId, topics }) => ({ memberId, topics: new Set(topics), partitions: [] }))
    .sort((a, b) => byCodeUnits(a.memberId, b.memberId))
  const byId = new Map(shares.map((share) => [share.memberId, share]))
  const topics = [...new Set(members.flatMap((member) => member.topics))].sort(byCodeUnits)
  const loose: TopicPartition[] = []
  for (const topic of topics) {
    for (let partition = 0; partition < (counts.get(topic) ?? 0); partition++) {
      const holder = current.get(`${topic}-${partition}`)
      const owner = holder === undefined ? undefined : byId.get(holder)
      if (owner?.topics.has(topic) === true) owner.partitions.push({ topic, partition })
      else loose.push({ topic, partition })
    }
  }
  for (const partition of loose) leastLoaded(shares, partition)?.partitions.push(partition)
  while (moveOne(shares));
  return new Map(shares.map(({ memberId, partitions }) => [memberId, partitions]))
}

function leastLoaded(shares: readonly Share[], { topic }: TopicPartition): Share | undefined {
  let least: Share | undefined
  for (const share of shares) {
    if (share.topics.has(topic) && (least === undefined || share.partitions.length < least.partitions.length)) least = share
  }
  return least
}

/** Moves one partition from the member with the most that can spare one for a member with at least two fewer. */
function moveOne(shares: readonly Share[]): boolean {
  const donors = shares.toSorted((a, b) => b.partitions.length - a.partitions.length)
  for (const donor of donors) {
    const tried = new Set<string>()
    // From the end, so that what a member has had for longest, or first in order, stays.
    for (let i = donor.partitions.length - 1; i >= 0; i--) {
      const partition = donor.partitions[i]!
      if (tried.has(partition.topic)) continue
      tried.add(partition.topic)
      const taker = leastLoaded(shares, partition)!
      if (taker.partitions.length + 1 >= donor.partitions.length) continue
      donor.partitions.splice(i, 1)
      taker.partitions.push(partition)
      return true
    }
  }
  return false
}
