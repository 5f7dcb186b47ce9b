import {
  decodeConsumerProtocolAssignment,
  decodeConsumerProtocolSubscription,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
} from '@platformatic/kafka'
import { expect, test } from 'vitest'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts'

// The client's own encoding is the reference.

test('another client reads what is encoded', () => {
  const owned = [{ topic: 'a', partition: 4 }, { topic: 'b', partition: 0 }, { topic: 'a', partition: 5 }] // prettier-ignore
  expect(decodeConsumerProtocolSubscription(encodeSubscription({ topics: ['a', 'b'], owned, generationId: 9 }))).toMatchObject({
    version: 3,
    topics: ['a', 'b'],
    ownedPartitions: [{ topic: 'a', partitions: [4, 5] }, { topic: 'b', partitions: [0] }], // prettier-ignore
    generationId: 9,
  })
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
  expect(decodeSubscription(encodeConsumerProtocolSubscription({ version, topics, ownedPartitions, generationId: 7 }))).toEqual({
    topics,
    owned: version < 1 ? [] : [{ topic: 'a', partition: 4 }],
    generationId: version < 2 ? -1 : 7,
  })
  const assignedPartitions = [{ topic: 'a', partitions: [0, 2] }]
  expect(decodeAssignment(encodeConsumerProtocolAssignment({ version, assignedPartitions }))).toEqual([
    { topic: 'a', partition: 0 },
    { topic: 'a', partition: 2 },
  ])
})

test('the generation of a cooperative member of an older client stands in its user data', () => {
  // ConsumerProtocolSubscription version 1: version, topics, user data (the generation), owned partitions.
  const bytes = Buffer.from('0001 00000001 000174 00000004 00000005 00000001 000174 00000001 00000002'.replaceAll(' ', ''), 'hex')
  expect(decodeSubscription(bytes)).toEqual({ topics: ['t'], owned: [{ topic: 't', partition: 2 }], generationId: 5 })
})

test('bytes that are no subscription are refused', () => {
  for (const hex of ['', '00', '00037fffffff', '000300000001ffff', '0001000000017fff61'])
    expect(() => decodeSubscription(Buffer.from(hex, 'hex'))).toThrow(Error)
})

test('no bytes are no partitions', () => {
  expect(decodeAssignment(Buffer.alloc(0))).toEqual([])
})
