import { offsetCommitV8, offsetCommitV9, offsetFetchV8, txnOffsetCommitV3 } from '@platformatic/kafka'
import { SluiceError } from '../../core/errors.ts'
import type { Commit, TopicPartition } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import type { MemberIdentity, Ownership } from './committer.ts'
import { hasKafkaCode, KAFKA_ERROR } from './error-codes.ts'
import { type Owner, ownerText, parseOwner } from './owner.ts'
import type { ProducerId } from './sealed-append.ts'
import { isFencing, transactionFenced } from './transaction-coordinator.ts'

const { illegalGeneration, unknownMemberId, fencedInstanceId, rebalanceInProgress, staleMemberEpoch } = KAFKA_ERROR

export interface CommittedOffset {
  /** undefined where the group has none. */
  readonly next: bigint | undefined
  /** Who last worked on the partition in transactions. */
  readonly owner: Owner | undefined
}

export interface OffsetCommit {
  readonly ownership: Ownership
  readonly offsets: Commit['offsets']
}

export interface TransactionalOffsetCommit extends OffsetCommit {
  readonly transactionalId: string
  readonly producer: ProducerId
}

/** Commits offsets at once. Throws `log.fenced` where the group has given a partition to another member. */
export async function commitOffsets(cluster: Cluster, { ownership, offsets }: OffsetCommit): Promise<void> {
  await commitAs(cluster, { ownership, offsets }, async ({ generationId, memberId, instanceId }) => {
    const connection = await cluster.connections.shared(await cluster.coordinator(ownership.group))
    await offsetCommitOf(cluster).async(connection, ownership.group, generationId, memberId, instanceId, topicsOf(offsets, null))
  })
}

/** Commits, at once, offsets at which this membership's transactions begin, so that the next owner can look for one that is still open. */
export async function claimOffsets(cluster: Cluster, claim: OffsetCommit & { readonly transactionalId: string }): Promise<void> {
  const { ownership, offsets, transactionalId } = claim
  await commitAs(cluster, { ownership, offsets }, async ({ generationId, memberId, instanceId }) => {
    const connection = await cluster.connections.shared(await cluster.coordinator(ownership.group))
    const topics = topicsOf(offsets, ownerText({ transactionalId, memberId }))
    await offsetCommitOf(cluster).async(connection, ownership.group, generationId, memberId, instanceId, topics)
  })
}

/** Has offsets committed with the open transaction. (TxnOffsetCommit 3, KIP-447: fenced by the group's generation too.) */
export async function commitOffsetsInTransaction(cluster: Cluster, commit: TransactionalOffsetCommit): Promise<void> {
  const { ownership, offsets, transactionalId, producer } = commit
  const { group } = ownership
  await commitAs(cluster, { ownership, offsets }, async ({ generationId, memberId, instanceId }) => {
    const connection = await cluster.connections.shared(await cluster.coordinator(group))
    const topics = topicsOf(offsets, ownerText({ transactionalId, memberId }))
    const { id, epoch } = producer
    try {
      await txnOffsetCommitV3.api.async(connection, transactionalId, group, id, epoch, generationId, memberId, instanceId, topics)
    } catch (error) {
      throw isFencing(error) ? transactionFenced(transactionalId, error) : error
    }
  })
}

/** The committed offset of each of the partitions, in their order. Where `stable`, waits for transactions that are about to change them. */
export async function committedOffsets(
  cluster: Cluster,
  group: string,
  { partitions, stable }: { readonly partitions: readonly TopicPartition[]; readonly stable: boolean },
): Promise<CommittedOffset[]> {
  if (partitions.length === 0) return []
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, of]) => ({
    name,
    partitionIndexes: of.map(({ partition }) => partition),
  }))
  const answer = await cluster.retry(
    `look up the offsets of group ${group}`,
    async () => {
      try {
        const connection = await cluster.connections.shared(await cluster.coordinator(group))
        return await offsetFetchV8.api.async(connection, [{ groupId: group, memberEpoch: -1, topics }], stable)
      } catch (error) {
        if (!hasKafkaCode(error, KAFKA_ERROR.unstableOffsetCommit)) cluster.forgetCoordinator(group)
        throw error
      }
    },
    { need: { operation: 'Read', type: 'group', name: group } },
  )
  const committed = new Map<string, CommittedOffset>()
  for (const { name, partitions: of } of answer.groups[0]?.topics ?? []) {
    for (const { partitionIndex, committedOffset, metadata } of of) {
      const next = committedOffset < 0n ? undefined : committedOffset
      committed.set(`${name}-${partitionIndex}`, { next, owner: parseOwner(metadata) })
    }
  }
  return partitions.map(({ topic, partition }) => committed.get(`${topic}-${partition}`) ?? { next: undefined, owner: undefined })
}

/** A rebalance may have given the member another identity on the same partitions, and then it tries again as that. */
async function commitAs(
  cluster: Cluster,
  { ownership, offsets }: OffsetCommit,
  request: (identity: MemberIdentity) => Promise<void>,
): Promise<void> {
  if (offsets.length === 0) return
  const { group } = ownership
  await cluster.retry(
    `commit offsets of group ${group}`,
    async () => {
      const identity = ownership.identity(offsets)
      try {
        await request(identity)
      } catch (error) {
        if (hasKafkaCode(error, illegalGeneration, unknownMemberId, fencedInstanceId, rebalanceInProgress, staleMemberEpoch)) {
          await ownership.renewed(identity)
          ownership.identity(offsets)
          throw new OutdatedError(error)
        }
        cluster.forgetCoordinator(group)
        throw error
      }
    },
    { firstDelayMs: 5, need: { operation: 'Read', type: 'group', name: group } },
  )
}

/** Members by the consumer protocol need version 9, with which a generation may be a member epoch. */
function offsetCommitOf({ settings }: Cluster): typeof offsetCommitV9.api {
  return settings.groupProtocol === 'consumer' ? offsetCommitV9.api : offsetCommitV8.api
}

function topicsOf(offsets: Commit['offsets'], metadata: string | null) {
  return [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, of]) => ({
    name,
    partitions: of.map(({ partition, next }) => ({
      partitionIndex: partition,
      committedOffset: next,
      committedLeaderEpoch: -1,
      committedMetadata: metadata,
    })),
  }))
}

export function fenced(group: string, { topic, partition }: TopicPartition, cause?: unknown): SluiceError {
  return new SluiceError('log.fenced', `a member of group '${group}' wanted to commit ${topic}-${partition}, which it does not own`, {
    cause,
    details: { group, topic, partition },
  })
}

/** Wraps an answer that a later attempt, as another generation, may get over. */
class OutdatedError extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'OutdatedError'
  }
}
