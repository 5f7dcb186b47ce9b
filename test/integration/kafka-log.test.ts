import { inject } from 'vitest'
import { createKafkaLog } from '../../src/logs/kafka/kafka-log.ts'
import { testLog } from '../contracts/log.ts'

const brokers = [inject('kafka')]
const open = async (): ReturnType<typeof createKafkaLog> => createKafkaLog({ brokers, heartbeatIntervalMs: 100 })

testLog({ name: 'The Kafka log', create: async () => ({ log: await open(), reopen: open }), propertyRuns: 5, timeoutMs: 60_000 })
