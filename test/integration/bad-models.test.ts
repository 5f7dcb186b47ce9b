import { inject } from 'vitest'
import { testBadModels } from '../contracts/bad-models.ts'
import { createMemoryWorld } from '../system/embedded-world.ts'
import { createKafkaWorld } from '../system/kafka-world.ts'

testBadModels('the memory log', createMemoryWorld)
testBadModels('Kafka', () => createKafkaWorld(inject('kafka')))
