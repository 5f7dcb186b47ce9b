import { Reader, Writer } from '@platformatic/kafka'
import type { TopicPartition } from '../../core/log.ts'

/** What members and the leader of a group tell each other, in version 0 of Kafka's consumer protocol, which every client reads. */
const VERSION = 0

export function encodeSubscription(topics: readonly string[]): Buffer {
  return Writer.create()
    .appendInt16(VERSION)

    .appendArray([...topics], (writer, topic) => writer.appendString(topic, false), false, false)
    .appendBytes(null, false).buffer
}

export function decodeSubscription(bytes: Buffer): string[] {
  const reader = Reader.from(bytes)
  reader.readInt16()
  return reader.readArray((r) => r.readString(false), false, false)
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const byTopic = [...Map.groupBy(partitions, ({ topic }) => topic)]
  return Writer.create()
    .appendInt16(VERSION)
    .appendArray(
      byTopic,
      (writer, [topic, assigned]) => {
        writer.appendString(topic, false).appendArray(assigned, (w, { partition }) => w.appendInt32(partition), false, false)
      },
      false,
      false,
    )
    .appendBytes(null, false).buffer
}

export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return []
  const reader = Reader.from(bytes)
  reader.readInt16()
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
