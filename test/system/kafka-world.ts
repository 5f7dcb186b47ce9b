import { randomUUID } from 'node:crypto'
import { Consumer, Producer } from '@platformatic/kafka'
import type { LoggedRecord } from './logged-record.ts'
import type { World } from './world.ts'

/** Topics of its own on a shared broker. Records come from and are read by another client than the node's log uses. */
export async function createKafkaWorld(broker: string): Promise<World> {
  const prefix = `t${randomUUID().slice(0, 8)}-`
  const producer = new Producer({ clientId: 'end-to-end', bootstrapBrokers: [broker], retryDelay: 5 })
  return {
    kind: 'kafka',
    prefix,
    log: `kafka:${broker}`,
    async produce({ topic, partition, values }) {
      const messages = values.map((value) => ({
        topic,
        partition,
        timestamp: BigInt(Date.now()),
        ...(value !== null && { value: Buffer.from(value) }),
      }))
      await producer.send({ messages, acks: -1 })
    },
    async publish(descriptor) {
      const value = descriptor === null ? {} : { value: Buffer.from(descriptor) }
      await producer.send({ messages: [{ topic: `${prefix}models`, partition: 0, key: Buffer.from('wine'), ...value }], acks: -1 })
    },
    read: (topic) => readTopic(broker, topic),
    [Symbol.asyncDispose]: () => producer.close(),
  }
}

async function readTopic(broker: string, topic: string): Promise<LoggedRecord[]> {
  const consumer = new Consumer({ clientId: 'end-to-end', groupId: randomUUID(), bootstrapBrokers: [broker] })
  try {
    const ends = (await consumer.listOffsets({ topics: [topic] })).get(topic) ?? []
    const left = new Set(ends.flatMap((end, partition) => (end > 0n ? [partition] : [])))
    const records: LoggedRecord[] = []
    if (left.size === 0) return records
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false, maxWaitTime: 100 })
    for await (const { partition, offset, timestamp, key, value, headers } of stream) {
      const texts = new Map([...headers].map(([name, text]) => [String(name), String(text)]))
      records.push({
        partition,
        offset: Number(offset),
        timestamp: Number(timestamp),
        key: key ?? null,
        value: value ?? null,
        headers: texts,
        headerCount: texts.size,
      })
      if (offset === ends[partition]! - 1n) left.delete(partition)
      if (left.size === 0) break
    }
    return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)
  } finally {
    await consumer.close(true)
  }
}
