import { Reader, Writer } from '@platformatic/kafka'
import { expect, test } from 'vitest'
import { KafkaResponseError } from './error-codes.ts'
import { decodeProduce, encodeProduce } from './produce-request.ts'

const batch = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill)

test('a request of several topics and partitions reads as the protocol has it, whether its record batches are long or short', () => {
  const batches = [
    { topic: 'one', partition: 3, recordBatch: batch(100, 1) },
    { topic: 'two', partition: 0, recordBatch: batch(70_000, 2) },
    { topic: 'one', partition: 200, recordBatch: batch(20_000, 3) },
    { topic: 'one', partition: 1, recordBatch: batch(1, 4) },
  ]
  const bytes = Buffer.concat(encodeProduce({ id: 77, clientId: Buffer.from('me'), transactionalId: 'tx', batches }))
  const reader = Reader.from(bytes)
  expect(reader.readInt32()).toBe(bytes.length - 4)
  expect([reader.readInt16(), reader.readInt16(), reader.readInt32()]).toEqual([0, 9, 77])
  expect(reader.readString(false)).toBe('me')
  reader.readTaggedFields()
  expect(reader.readNullableString()).toBe('tx')
  expect([reader.readInt16(), reader.readInt32()]).toEqual([-1, 30_000])
  const topics = reader.readArray((topic) => ({
    topic: topic.readString(),
    partitions: topic.readArray((partition) => ({ partition: partition.readInt32(), records: partition.readBytes() })),
  }))
  expect(topics.map(({ topic, partitions }) => [topic, partitions.map(({ partition }) => partition)])).toEqual([
    ['one', [3, 200, 1]],
    ['two', [0]],
  ])
  const records = topics.flatMap(({ partitions }) => partitions.map((one) => [...new Set(one.records), one.records.length]))
  expect(records).toEqual([
    [1, 100],
    [3, 20_000],
    [4, 1],
    [2, 70_000],
  ])
  reader.readTaggedFields()
  expect(reader.remaining).toBe(0)
})

test('an answer has an offset or an error for each partition', () => {
  const answer = Writer.create()
    .appendInt32(5)
    .appendTaggedFields()
    .appendArray(['a', 'b'], (topic, name) => {
      topic.appendString(name).appendArray([0, 1], (partition, number) => {
        partition
          .appendInt32(number)
          .appendInt16(name === 'b' && number === 1 ? 10 : 0)
          .appendInt64(BigInt(number + 40))
          .appendInt64(-1n)
          .appendInt64(0n)
          .appendArray(number === 1 ? [0] : [], (errors) => errors.appendInt32(0).appendString('too long'))
          .appendString(null)
      })
    })
    .appendInt32(0)
    .appendTaggedFields().buffer
  const produced = decodeProduce(answer)
  expect(produced.slice(0, 3)).toEqual([
    { topic: 'a', partition: 0, result: 40n },
    { topic: 'a', partition: 1, result: 41n },
    { topic: 'b', partition: 0, result: 40n },
  ])
  expect(produced[3]!.result).toBeInstanceOf(KafkaResponseError)
  expect(String(produced[3]!.result)).toContain('too long')
  for (let length = 4; length < answer.length - 6; length++) expect(() => decodeProduce(answer.subarray(0, length))).toThrow(RangeError)
})
