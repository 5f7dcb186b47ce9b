import {
  decodeConsumerProtocolAssignment,
  decodeConsumerProtocolSubscription,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
} from '@platformatic/kafka'
import { expect, test } from 'vitest'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'

// The client's own encoding is the reference; newer versions of it have more fields behind those that are read here.

test('another client reads what is encoded', () => {
  expect(decodeConsumerProtocolSubscription(encodeSubscription(['a', 'b']))).toMatchObject({ version: 0, topics: ['a', 'b'] })
  const assignment = encodeAssignment([
    { topic: 'a', partition: 1 },
    { topic: 'b', partition: 0 },
    { topic: 'a', partition: 3 },
  ])
  expect(decodeConsumerProtocolAssignment(assignment).assignedPartitions).toEqual([
    { topic: 'a', partitions: [1, 3] },
    { topic: 'b', partitions: [0] },
  ])
})

test.each([0, 1, 2, 3])('version %d of what another client encoded is read', (version) => {
  const topics = ['a', 'b']
  const ownedPartitions = [{ topic: 'a', partitions: [4] }]
  expect(decodeSubscription(encodeConsumerProtocolSubscription({ version, topics, ownedPartitions, generationId: 7 }))).toEqual(topics)
  const assignedPartitions = [{ topic: 'a', partitions: [0, 2] }]
  expect(decodeAssignment(encodeConsumerProtocolAssignment({ version, assignedPartitions }))).toEqual([
    { topic: 'a', partition: 0 },
    { topic: 'a', partition: 2 },
  ])
})

test('no bytes are no partitions', () => {
  expect(decodeAssignment(Buffer.alloc(0))).toEqual([])
})
