import { randomUUID } from 'node:crypto'
import { Consumer, Producer } from '@platformatic/kafka'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Log } from '../../src/core/log.ts'
import { createKafkaLog } from '../../src/logs/kafka/kafka-log.ts'
import { append, EPOCH, placed, readAll, record } from '../contracts/log/plain-record.ts'
import { Follower } from '../contracts/log/follower.ts'
import { createTopic } from './kafka-topics.ts'

const broker = inject('kafka')
let log: Log

beforeAll(async () => {
  log = await createKafkaLog({ brokers: [broker] })
})
afterAll(async () => log[Symbol.asyncDispose]())

function otherProducer(options: { transactionalId?: string } = {}): Producer {
  // Without the two ids, this client asks for the producer id 0 of epoch 0 and is refused.
  const id = options.transactionalId === undefined ? {} : { producerId: -1n, producerEpoch: -1, idempotent: true, ...options }
  return new Producer({ clientId: 'other', bootstrapBrokers: [broker], retryDelay: 5, ...id })
}

const at = (i: number): bigint => BigInt(EPOCH + i)

describe('Records that another client wrote', () => {
  test('are read exactly: null keys, null values, empty ones, headers in order and twice', async () => {
    const topic = await createTopic(broker)
    const producer = otherProducer()
    await producer.send({
      messages: [
        { topic, partition: 0, timestamp: at(0), key: Buffer.from('key'), value: Buffer.from('value') },
        { topic, partition: 0, timestamp: at(5), value: Buffer.from([0, 255, 128]) },
        { topic, partition: 0, timestamp: at(3), key: Buffer.from('gone') },
        { topic, partition: 0, timestamp: at(4), key: Buffer.alloc(0), value: Buffer.alloc(0) },
        {
          topic,
          partition: 0,
          timestamp: at(-9),
          value: Buffer.from('h'),
          headers: new Map([
            [Buffer.from('ce_id'), Buffer.from('1')],
            [Buffer.from('ce_id'), Buffer.from('2')],
            [Buffer.from('empty'), Buffer.alloc(0)],
          ]),
        },
      ],
    })
    await producer.close()
    expect(await readAll(log, topic)).toEqual([
      { offset: 0, ...record('value', { key: 'key', timestamp: EPOCH }) },
      { offset: 1, ...record('\u0000\u00ff\u0080', { timestamp: EPOCH + 5 }) },
      { offset: 2, ...record(null, { key: 'gone', timestamp: EPOCH + 3 }) },
      { offset: 3, ...record('', { key: '', timestamp: EPOCH + 4 }) },
      {
        offset: 4,
        ...record('h', {
          timestamp: EPOCH - 9,
          headers: [
            ['ce_id', '1'],
            ['ce_id', '2'],
            ['empty', ''],
          ],
        }),
      },
    ])
  })

  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'are read where they are compressed with %s, also from the middle',
    async (compression) => {
      const topic = await createTopic(broker)
      const producer = otherProducer()
      const texts = Array.from({ length: 500 }, (_, i) => `record ${i} ${'x'.repeat(i % 50)}`)
      const messages = texts.map((text, i) => ({
        topic,
        partition: 0,
        timestamp: at(i),
        key: Buffer.from(`${i}`),
        value: Buffer.from(text),
      }))
      await producer.send({ messages: messages.slice(0, 300), compression })
      await producer.send({ messages: messages.slice(300) })
      await producer.close()
      const expected = placed(texts.map((text, i) => record(text, { key: `${i}`, timestamp: EPOCH + i })))
      expect(await readAll(log, topic)).toEqual(expected)
      expect(await readAll(log, topic, { from: 123n })).toEqual(expected.slice(123))
    },
  )

  test("carry the broker's time where the topic is configured so", async () => {
    const topic = await createTopic(broker, { 'message.timestamp.type': 'LogAppendTime' })
    const before = Date.now()
    await append(log, topic, [record('a', { timestamp: 1 }), record('b', { timestamp: 2 })])
    for (const { timestamp } of await readAll(log, topic)) {
      expect(timestamp).toBeGreaterThanOrEqual(before)
      expect(timestamp).toBeLessThanOrEqual(Date.now())
    }
  })
})

test('another client reads what the Kafka log wrote', async () => {
  const topic = await createTopic(broker)
  await append(log, topic, [record('a', { key: 'k', headers: [['ce_id', '1']] }), record(null, { key: 'k', timestamp: EPOCH + 1 })])
  const consumer = new Consumer({ clientId: 'other', groupId: randomUUID(), bootstrapBrokers: [broker] })
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false })
  const read: unknown[] = []
  for await (const { key, value, timestamp, headers, offset } of stream) {
    const names = [...headers].map(([name, text]) => [String(name), String(text)])
    read.push({ key: String(key), value: value == null ? null : String(value), timestamp, offset, headers: names })
    if (read.length === 2) break
  }
  await consumer.close(true)
  expect(read).toEqual([
    { key: 'k', value: 'a', timestamp: at(0), offset: 0n, headers: [['ce_id', '1']] },
    { key: 'k', value: null, timestamp: at(1), offset: 1n, headers: [] },
  ])
})

describe('Transactions of another client', () => {
  const transactionalId = (): string => `transactions-${randomUUID()}`

  test('that were committed are read, those that were aborted are not, and offsets have gaps where the markers are', async () => {
    const topic = await createTopic(broker)
    const producer = otherProducer({ transactionalId: transactionalId() })
    const send = async (text: string, end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await producer.beginTransaction()
      await transaction.send({ messages: [`${text} 1`, `${text} 2`].map((value) => ({ topic, partition: 0, value: Buffer.from(value) })) })
      await transaction[end]()
    }
    // The broker acknowledges the end of a transaction before it writes the marker that takes up an offset.
    const written = async (next: bigint): Promise<void> => {
      while ((await log.offsets({ topic, partition: 0 })).next < next);
    }
    await send('first', 'commit')
    await send('undone', 'abort')
    await send('undone again', 'abort')
    await written(9n)
    await append(log, topic, [record('plain')])
    await send('last', 'commit')
    await producer.close()
    await using follower = new Follower(log, { topic })
    await follower.has(5)
    const read = await readAll(log, topic)
    expect(read).toEqual(follower.records)
    expect(read.map(({ offset, value }) => [offset, value])).toEqual([
      [0, 'first 1'],
      [1, 'first 2'],
      [9, 'plain'],
      [10, 'last 1'],
      [11, 'last 2'],
    ])
    expect(await log.offsets({ topic, partition: 0 })).toEqual({ first: 0n, next: 13n })
    expect(await readAll(log, topic, { from: 13n })).toEqual([])
    // From the middle of one that was aborted, whose first record lies before.
    expect((await readAll(log, topic, { from: 4n })).map(({ value }) => value)).toEqual(['plain', 'last 1', 'last 2'])
  })

  test('that are open hold readers back until they end', async () => {
    const topic = await createTopic(broker)
    const producer = otherProducer({ transactionalId: transactionalId() })
    await append(log, topic, [record('before')])
    const transaction = await producer.beginTransaction()
    await transaction.send({ messages: [{ topic, partition: 0, value: Buffer.from('within') }] })
    await append(log, topic, [record('behind')])
    await using follower = new Follower(log, { topic })
    await follower.has(1)
    expect((await readAll(log, topic, { underWay: 'leave' })).map(({ value }) => value)).toEqual(['before'])
    const whole = readAll(log, topic)
    expect(follower.records.map(({ value }) => value)).toEqual(['before'])
    await transaction.commit()
    await producer.close()
    expect((await whole).map(({ value }) => value)).toEqual(['before', 'within', 'behind'])
    expect((await follower.has(3)).map(({ value }) => value)).toEqual(['before', 'within', 'behind'])
  })
})

test('a compacted topic is read with the gaps that compaction left', async () => {
  const topic = await createTopic(broker, {
    'cleanup.policy': 'compact',
    'segment.ms': '100',
    'min.cleanable.dirty.ratio': '0.01',
    'min.compaction.lag.ms': '0',
    'message.timestamp.before.max.ms': '9223372036854775807',
  })
  const now = Date.now()
  for (let round = 0; round < 5; round++) {
    const records = Array.from({ length: 10 }, (_, i) =>
      record(`${round}`, { key: i < 5 ? `${round}-${i}` : `${i}`, timestamp: now + round * 1000 }),
    )
    await append(log, topic, records)
  }
  // The active segment is never compacted; another record in time begins a new one.
  let read = await readAll(log, topic)
  for (let later = 10; read.filter(({ key }) => key === '9').length > 1; later++) {
    await append(log, topic, [record('filler', { key: 'filler', timestamp: now + later * 1000 })])
    read = await readAll(log, topic)
  }
  const kept = read.filter(({ key }) => key !== 'filler')
  const expected = Array.from({ length: 50 }, (_, offset) => ({ offset, round: Math.floor(offset / 10), i: offset % 10 }))
    .filter(({ round, i }) => i < 5 || round === 4)
    .map(({ offset, round, i }) => [offset, i < 5 ? `${round}-${i}` : `${i}`, `${round}`])
  expect(kept.map(({ offset, key, value }) => [offset, key, value])).toEqual(expected)
  // From inside a gap.
  expect((await readAll(log, topic, { from: 6n }))[0]).toMatchObject({ offset: 10, key: '1-0' })
})
