import { consumerGroupDescribeV0, describeGroupsV5 } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import { hasKafkaCode, KAFKA_ERROR } from './error-codes.ts'
import { type CommittedOffset, committedOffsets } from './group-offsets.ts'
import { TransactionCoordinator } from './transaction-coordinator.ts'

/**
 * The committed offsets of partitions that this member takes over, in their order. Owners before it that are not in the group any more
 * are fenced, so that a transaction which they left open is aborted now, and not when it times out.
 */
export async function takeOver(
  cluster: Cluster,
  { group, memberId }: { readonly group: string; readonly memberId: string },
  partitions: readonly TopicPartition[],
): Promise<CommittedOffset[]> {
  const before = await committedOffsets(cluster, group, { partitions, stable: false })
  const owners = new Map(
    before.flatMap(({ owner }) => (owner === undefined || owner.memberId === memberId ? [] : [[owner.transactionalId, owner]])),
  )
  if (owners.size > 0) {
    const members = await memberIds(cluster, group)
    const gone = [...owners.values()].filter((owner) => !members.has(owner.memberId))
    await Promise.all(gone.map(async ({ transactionalId }) => new TransactionCoordinator(cluster, transactionalId).initProducerId()))
  }
  return committedOffsets(cluster, group, { partitions, stable: true })
}

async function memberIds(cluster: Cluster, group: string): Promise<Set<string>> {
  return cluster.retry(`look up the members of group ${group}`, async () => {
    try {
      const connection = await cluster.connections.shared(await cluster.coordinator(group))
      const { groups } = await consumerGroupDescribeV0.api.async(connection, [group], false)
      return idsOf(groups)
    } catch (error) {
      if (hasKafkaCode(error, KAFKA_ERROR.groupIdNotFound, KAFKA_ERROR.unsupportedVersion)) return classicMemberIds(cluster, group)
      cluster.forgetCoordinator(group)
      throw error
    }
  })
}

/** Of a group of the classic protocol. */
async function classicMemberIds(cluster: Cluster, group: string): Promise<Set<string>> {
  const connection = await cluster.connections.shared(await cluster.coordinator(group))
  const { groups } = await describeGroupsV5.api.async(connection, [group], false)
  return idsOf(groups)
}

function idsOf(groups: readonly { readonly members: readonly { readonly memberId: string }[] }[]): Set<string> {
  return new Set(groups.flatMap(({ members }) => members.map(({ memberId }) => memberId)))
}
