import { inject } from 'vitest'
import { createKafkaLog, type KafkaLogOptions } from '../../src/logs/kafka/kafka-log.ts'
import { testGroups } from '../contracts/log.ts'

const brokers = [inject('kafka')]

// The Kafka log's own tests have the default, which is cooperative.
const PROTOCOLS: Readonly<Record<string, Partial<KafkaLogOptions>>> = {
  'that rebalance eagerly': { assignors: ['range'] },
  'that change over to cooperative rebalances': { assignors: ['cooperative-sticky', 'range'] },
  'of the consumer protocol': { groupProtocol: 'consumer' },
}

for (const [name, options] of Object.entries(PROTOCOLS)) {
  const open = async (): ReturnType<typeof createKafkaLog> => createKafkaLog({ brokers, heartbeatIntervalMs: 100, ...options })
  testGroups({ name: `The Kafka log with groups ${name}`, create: async () => ({ log: await open(), reopen: open }), timeoutMs: 60_000 })
}
