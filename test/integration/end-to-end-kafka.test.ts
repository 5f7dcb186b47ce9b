import { inject } from 'vitest'
import { testEndToEnd } from '../contracts/end-to-end.ts'
import { createKafkaWorld } from '../system/kafka-world.ts'

testEndToEnd('Kafka', () => createKafkaWorld(inject('kafka')))
