import { offsetCommitV8, offsetFetchV8 } from '@platformatic/kafka'
import { SluiceError } from '../../core/errors.ts'
import type { Commit, TopicPartition } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import { hasKafkaCode, KAFKA_ERROR } from './error-codes.ts'
import type { Generation } from './membership.ts'

const { illegalGeneration, unknownMemberId, fencedInstanceId, rebalanceInProgress } = KAFKA_ERROR

/** Commits offsets as this generation. Throws `log.fenced` where the group has gone on to another one. */
export async function commitOffsets(
  cluster: Cluster,
  group: string,
  commit: { generation: Generation; offsets: Commit['offsets'] },
): Promise<void> {
  const { generation, offsets } = commit
  if (offsets.length === 0) return
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, of]) => ({
    name,
    partitions: of.map(({ partition, next }) => ({
      partitionIndex: partition,
      committedOffset: next,
      committedLeaderEpoch: -1,
      committedMetadata: null,
    })),
  }))
  await cluster.retry(`commit offsets of group ${group}`, async () => {
    try {
      const connection = await cluster.connections.shared(await cluster.coordinator(group))
      await offsetCommitV8.api.async(connection, group, generation.generationId, generation.memberId, null, topics)
    } catch (error) {
      // A rebalance that is complete but for this member's part: its generation is over.
      if (hasKafkaCode(error, illegalGeneration, unknownMemberId, fencedInstanceId, rebalanceInProgress))
        throw fenced(group, offsets[0]!, error)
      cluster.forgetCoordinator(group)
      throw error
    }
  })
}

/** The committed offset of each of the partitions, in their order; undefined where there is none. */
export async function committedOffsets(
  cluster: Cluster,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<(bigint | undefined)[]> {
  if (partitions.length === 0) return []
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, of]) => ({
    name,
    partitionIndexes: of.map(({ partition }) => partition),
  }))
  const answer = await cluster.retry(`look up the offsets of group ${group}`, async () => {
    try {
      const connection = await cluster.connections.shared(await cluster.coordinator(group))
      return await offsetFetchV8.api.async(connection, [{ groupId: group, memberEpoch: -1, topics }], true)
    } catch (error) {
      cluster.forgetCoordinator(group)
      throw error
    }
  })
  const committed = new Map<string, bigint>()
  for (const { name, partitions: of } of answer.groups[0]?.topics ?? []) {
    for (const { partitionIndex, committedOffset } of of) committed.set(`${name}-${partitionIndex}`, committedOffset)
  }
  return partitions.map(({ topic, partition }) => {
    const offset = committed.get(`${topic}-${partition}`) ?? -1n
    return offset < 0n ? undefined : offset
  })
}

export function fenced(group: string, { topic, partition }: TopicPartition, cause?: unknown): SluiceError {
  return new SluiceError('log.fenced', `a member of group '${group}' wanted to commit ${topic}-${partition}, which it does not own`, {
    cause,
    details: { group, topic, partition },
  })
}
