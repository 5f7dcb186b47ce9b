import type { TopicPartition } from '../../core/log.ts'
import type { Subscription } from './consumer-protocol.ts'
import { keyOf } from './partition-key.ts'
import { assignSticky } from './sticky-assignment.ts'

export interface CooperativeMember extends Subscription {
  readonly memberId: string
}

/**
 * Shares partitions so that members differ by at most one, as far as their topics allow, and as few as possible move. A partition that
 * moves is assigned to nobody for now: its owner sees that and gives it up, joins again, and in that round its new owner gets it. So no
 * partition ever has two owners, and all that do not move are worked on meanwhile. (Kafka's `cooperative-sticky`, KIP-429.)
 */
export function assignCooperatively(
  members: readonly CooperativeMember[],
  counts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const claims = claimsOf(members, counts)
  const assignment = assignSticky(members, { counts, current: ownersOf(claims) })
  for (const [memberId, partitions] of assignment) {
    // Also one that its owner shares with another who claims it of the same generation: both have to give it up.
    const free = partitions.filter((partition) => claims.get(keyOf(partition))?.members.every((each) => each === memberId) ?? true)
    assignment.set(memberId, free)
  }
  return assignment
}

interface Claim {
  readonly generationId: number
  readonly members: readonly string[]
}

/** By partition: who says of it, as of the latest generation, that it is theirs. A claim of an earlier generation is a ghost's. */
function claimsOf(members: readonly CooperativeMember[], counts: ReadonlyMap<string, number>): Map<string, Claim> {
  const claims = new Map<string, Claim>()
  for (const { memberId, owned, topics, generationId } of members) {
    for (const partition of owned) {
      if (!topics.includes(partition.topic) || partition.partition >= (counts.get(partition.topic) ?? 0)) continue
      const other = claims.get(keyOf(partition))
      if (other !== undefined && other.generationId > generationId) continue
      const sharing = other?.generationId === generationId ? other.members : []
      claims.set(keyOf(partition), { generationId, members: [...sharing, memberId] })
    }
  }
  return claims
}

/** What is claimed by one member alone is its own. */
function ownersOf(claims: ReadonlyMap<string, Claim>): Map<string, string> {
  return new Map([...claims].flatMap(([key, { members }]) => (members.length === 1 ? [[key, members[0]!]] : [])))
}
