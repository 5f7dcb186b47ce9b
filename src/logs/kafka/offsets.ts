import { type Connection, listOffsetsV7 } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'
import type { Cluster, RetryOptions } from './cluster.ts'

export interface PartitionOffsets {
  readonly first: bigint
  /** The high watermark: the offset that the next record gets. */
  readonly next: bigint
  /** The last stable offset: where a transaction that is still open begins, else `next`. Reads end there. */
  readonly stable: bigint
}

const EARLIEST = -2n
const LATEST = -1n
const UNCOMMITTED = 0
const COMMITTED = 1

/** Where the partition begins and ends now. Throws `log.topic.unknown`. */
export async function listOffsets(cluster: Cluster, partition: TopicPartition, retry: RetryOptions = {}): Promise<PartitionOffsets> {
  return cluster.retry(
    `look up the offsets of ${partition.topic}-${partition.partition}`,
    async () => {
      try {
        const connection = await cluster.connections.shared(await cluster.leader(partition))
        // `stable` first: asked for after `next`, it could be the larger of the two.
        const [first, stable, next] = await Promise.all([
          listOffset(connection, partition, { timestamp: EARLIEST, isolation: UNCOMMITTED }),
          listOffset(connection, partition, { timestamp: LATEST, isolation: COMMITTED }),
          listOffset(connection, partition, { timestamp: LATEST, isolation: UNCOMMITTED }),
        ])
        return { first, next, stable }
      } catch (error) {
        cluster.forget(partition.topic)
        throw error
      }
    },
    { need: { operation: 'Describe', type: 'topic', name: partition.topic }, ...retry },
  )
}

interface Asked {
  readonly timestamp: bigint
  readonly isolation: number
}

async function listOffset(connection: Connection, { topic, partition }: TopicPartition, asked: Asked): Promise<bigint> {
  const partitions = [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp: asked.timestamp }]
  const { topics } = await listOffsetsV7.api.async(connection, -1, asked.isolation, [{ name: topic, partitions }])
  const offset = topics[0]?.partitions[0]?.offset
  if (offset === undefined) throw new Error(`the broker's answer has no offset of ${topic}-${partition}`)
  return offset
}
