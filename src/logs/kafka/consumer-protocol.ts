import { Reader, Writer } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'

/** What a member tells the leader of its group. */
export interface Subscription {
  readonly topics: readonly string[]
  /** What it has now, and may keep where the group rebalances cooperatively. */
  readonly owned: readonly TopicPartition[]
  /** In which generation it was given that; -1 where it has been in none. */
  readonly generationId: number
}

/** Version of the subscription that has owned partitions, a generation and a rack; older clients read what they know of it. */
const SUBSCRIPTION = 3
const ASSIGNMENT = 1
const NO_GENERATION = -1

/**
 * A subscription in Kafka's consumer protocol (ConsumerProtocolSubscription version 3). The generation stands in the user data too, where
 * cooperative assignors of clients before 3.2 look for it.
 */
export function encodeSubscription({ topics, owned, generationId }: Subscription): Buffer {
  const userData = Buffer.alloc(4)
  userData.writeInt32BE(generationId)
  return appendPartitions(
    Writer.create()
      .appendInt16(SUBSCRIPTION)
      .appendArray([...topics], (writer, topic) => writer.appendString(topic, false), false, false)
      .appendBytes(userData, false),
    owned,
  )
    .appendInt32(generationId)
    .appendString(null, false).buffer
}

/** Throws where the bytes are no subscription. Of later versions, what is known of it. */
export function decodeSubscription(bytes: Buffer): Subscription {
  const reader = Reader.from(bytes)
  const version = reader.readInt16()
  const topics = reader.readArray((r) => r.readString(false), false, false)
  const userData = reader.readNullableBytes(false)
  const owned = version >= 1 ? readPartitions(reader) : []
  let generationId = userData !== null && userData.length === 4 ? userData.readInt32BE() : NO_GENERATION
  if (version >= 2) generationId = reader.readInt32()
  return { topics, owned, generationId }
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  return appendPartitions(Writer.create().appendInt16(ASSIGNMENT), partitions).appendBytes(null, false).buffer
}

/** No bytes at all are an assignment of nothing: what a leader sends to those it does not mention. */
export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return []
  const reader = Reader.from(bytes)
  reader.readInt16()
  return readPartitions(reader)
}

function appendPartitions(to: Writer, partitions: readonly TopicPartition[]): Writer {
  const byTopic = [...Map.groupBy(partitions, ({ topic }) => topic)]
  return to.appendArray(
    byTopic,
    (writer, [topic, of]) => {
      writer.appendString(topic, false).appendArray(of, (w, { partition }) => w.appendInt32(partition), false, false)
    },
    false,
    false,
  )
}

function readPartitions(reader: Reader): TopicPartition[] {
  const topics = reader.readArray(
    (r) => {
      const topic = r.readString(false)
      return r.readArray((p) => ({ topic, partition: p.readInt32() }), false, false)
    },
    false,
    false,
  )
  return topics.flat()
}
