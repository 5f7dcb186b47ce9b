import { inject } from 'vitest'
import { testBadRecords } from '../contracts/bad-records.ts'
import { createMemoryWorld } from '../system/embedded-world.ts'
import { createKafkaWorld } from '../system/kafka-world.ts'

testBadRecords('the memory log', createMemoryWorld)
testBadRecords('Kafka', () => createKafkaWorld(inject('kafka')))
