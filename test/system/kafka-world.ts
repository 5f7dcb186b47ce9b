import { randomUUID } from 'node:crypto'
import { Producer } from '@platformatic/kafka'
import { JavaClient } from '../setup/java-client/java-client.ts'
import type { LoggedRecord } from './logged-record.ts'
import type { World } from './world.ts'

/** Topics of its own on a shared broker. Records come from other clients than the node's log uses, and are read by Kafka's own. */
export async function createKafkaWorld(broker: string): Promise<World> {
  const prefix = `t${randomUUID().slice(0, 8)}-`
  const reader = await JavaClient.start([broker])
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
    read: (topic) => readTopic(reader, topic),
    async [Symbol.asyncDispose]() {
      await reader[Symbol.asyncDispose]()
      await producer.close()
    },
  }
}

async function readTopic(client: JavaClient, topic: string): Promise<LoggedRecord[]> {
  const records = await client.consume({ topics: [topic], whole: true })
  return records
    .map(({ partition, offset, timestamp, key, value, headers }): LoggedRecord => {
      const texts = new Map(headers.map(([name, text]) => [name, String(text)]))
      return { partition, offset, timestamp, key, value, headers: texts, headerCount: headers.length }
    })
    .toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)
}
