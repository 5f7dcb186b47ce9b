import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { keyOf, offsetOf, valueOf } from '../../src/core/batch.ts'
import { encodeHeader, headersOf } from '../../src/core/headers.ts'
import type { Log } from '../../src/core/log.ts'
import { encodeRecords } from '../../src/core/record-batch-writer.ts'
import { createKafkaLog } from '../../src/logs/kafka/kafka-log.ts'
import { GroupStage } from '../contracts/log/group-stage.ts'
import { JavaClient, type JavaProducer, type JavaRead } from '../setup/java-client/java-client.ts'
import { createTopic } from './kafka-topics.ts'

const broker = inject('kafka')
/** How much the property tests try: enough for every codec; more with SLUICE_TEST_RUNS. */
const RUNS = Number(process.env['SLUICE_TEST_RUNS'] ?? 20)
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

let log: Log
let java: JavaClient
beforeAll(async () => {
  java = await JavaClient.start([broker])
  log = await createKafkaLog({ brokers: [broker] })
})
afterAll(async () => {
  await log[Symbol.asyncDispose]()
  await java[Symbol.asyncDispose]()
})

/** A record in a shape that both sides are brought to, so that they can be compared: bytes in base64. */
interface Compared {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string | null])[]
}

const base64 = (bytes: Uint8Array | null | undefined): string | null => (bytes == null ? null : Buffer.from(bytes).toString('base64'))

async function readBySluice(topic: string): Promise<Compared[]> {
  const read: Compared[] = []
  for await (const batch of log.read({ topic, partition: 0, from: 0n, follow: false, underWay: 'leave', maxBytes: 50_000 })) {
    for (let i = 0; i < batch.count; i++) {
      const headers = headersOf(batch, i).map(({ name, value }) => [name, base64(value)] as const)
      const [offset, timestamp] = [Number(offsetOf(batch, i)), batch.timestamps[i]!]
      read.push({ offset, timestamp, key: base64(keyOf(batch, i)), value: base64(valueOf(batch, i)), headers })
    }
    batch.release()
  }
  return read
}

async function readByJava(topic: string): Promise<Compared[]> {
  return (await java.consume({ topics: [topic] })).map(compared)
}

function compared({ offset, timestamp, key, value, headers }: JavaRead): Compared {
  return { offset, timestamp, key: base64(key), value: base64(value), headers: headers.map(([name, bytes]) => [name, base64(bytes)]) }
}

/** Bytes that compress well, badly and not at all; also empty, and larger than a block of any of the codecs. */
const bytes = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 5 }), fc.nat(3000)).map(([part, times]) => repeated(part, times)),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 90 }), fc.nat(4000)).map(([part, times]) => repeated(part, times)),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1 }).map(noise) },
)

function repeated(part: Uint8Array, times: number): Uint8Array {
  return new Uint8Array(Buffer.alloc(part.length * times, part))
}

/** 70,000 bytes that no codec makes smaller. */
function noise(seed: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length: 70_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0
    return state >>> 16
  })
}

const record = fc.record({
  timestamp: fc.oneof(
    fc.nat(2_000_000_000_000),
    fc.constant(1_700_000_000_000),
    fc.integer({ min: 1_699_999_999_000, max: 1_700_000_001_000 }),
  ),
  key: fc.option(bytes, { freq: 3 }),
  value: fc.option(bytes, { freq: 8 }),
  headers: fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.option(fc.uint8Array({ maxLength: 40 }), { freq: 4 })), {
    maxLength: 5,
  }),
})
const batch = fc.array(record, { minLength: 1, maxLength: 30 })

const FOREVER = {
  'message.timestamp.before.max.ms': '9223372036854775807',
  'message.timestamp.after.max.ms': '9223372036854775807',
  'retention.ms': '-1',
}

describe('What the Java client writes', () => {
  const producers = new Map<string, JavaProducer>()
  beforeAll(async () => {
    for (const codec of CODECS) producers.set(codec, await java.producer({ 'compression.type': codec }))
  })

  test('is read as the Java client reads it: random records, all compressions and header shapes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...CODECS), batch), { minLength: 1, maxLength: 4 }), async (batches) => {
        const topic = await createTopic(broker, FOREVER)
        for (const [codec, records] of batches) {
          await producers.get(codec)!.send(records.map((each) => ({ topic, partition: 0, ...each })))
        }
        const read = await readBySluice(topic)
        expect(read).toEqual(await readByJava(topic))
        const written = batches.flatMap(([, records]) => records)
        expect(read.map(({ key, value, timestamp }) => ({ key, value, timestamp }))).toEqual(
          written.map(({ key, value, timestamp }) => ({ key: base64(key), value: base64(value), timestamp })),
        )
      }),
      { numRuns: RUNS },
    )
  })
})

describe('What Sluice writes', () => {
  const logs = new Map<string, Log>()
  beforeAll(async () => {
    for (const compression of CODECS) logs.set(compression, await createKafkaLog({ brokers: [broker], compression }))
  })
  afterAll(async () => {
    for (const each of logs.values()) await each[Symbol.asyncDispose]()
  })

  test('is read by the Java client: random records, all compressions and header shapes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...CODECS), batch), { minLength: 1, maxLength: 4 }), async (batches) => {
        const topic = await createTopic(broker, FOREVER)
        for (const [compression, records] of batches) {
          const parts = records.map(({ timestamp, key, value, headers }) => ({
            timestamp,
            key: key ?? undefined,
            value: value ?? undefined,
            headers: headers.map(([name, text]) => encodeHeader(name, text ?? undefined)),
          }))
          await logs.get(compression)!.append({ topic, partition: 0, recordBatch: encodeRecords(parts) })
        }
        const read = await readByJava(topic)
        const written = batches
          .flatMap(([, records]) => records)
          .map(({ timestamp, key, value, headers }, offset) => ({
            offset,
            timestamp,
            key: base64(key),
            value: base64(value),
            headers: headers.map(([name, text]) => [name, base64(text)]),
          }))
        expect(read).toEqual(written)
        expect(await readBySluice(topic)).toEqual(written)
      }),
      { numRuns: RUNS },
    )
  })

  test.each(CODECS)('in transactions is read by the Java client where it is compressed with %s', async (compression) => {
    const own = logs.get(compression)!
    const [input, output] = [await createTopic(broker), await createTopic(broker)]
    const stage = new GroupStage(own, [input])
    const member = await stage.join()
    await stage.settles([member, 1])
    const values = Array.from({ length: 200 }, (_, i) => `value ${i} ${'x'.repeat(i)}`)
    for (let at = 0; at < values.length; at += 50) {
      const recordBatch = encodeRecords(values.slice(at, at + 50).map((value) => ({ timestamp: at, value: Buffer.from(value) })))
      const offsets = [{ topic: input, partition: 0, next: BigInt(at) }]
      await member.commit({ appends: [{ topic: output, partition: 0, recordBatch }], offsets })
    }
    await member.leave()
    const read = await java.consume({ topics: [output] })
    expect(read.map(({ value }) => String(value))).toEqual(values)
    expect(stage.violations).toEqual([])
  })
})

describe('Transactions of several Java producers at once', () => {
  test('interleaved, committed, aborted and left open, are read as the Java client reads them', async () => {
    const step = fc.record({
      producer: fc.nat(2),
      what: fc.constantFrom('send', 'send', 'send', 'commit', 'abort', 'plain' as const),
      count: fc.integer({ min: 1, max: 4 }),
    })
    const transactional = await Promise.all(
      [0, 1, 2].map(async () => java.producer({ 'transactional.id': randomUUID(), 'compression.type': 'lz4' })),
    )
    const plain = await java.producer()
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.constantFrom('commit', 'abort' as const),
        async (steps, last) => {
          const topic = await createTopic(broker)
          const open = new Set<number>()
          const expected: string[] = []
          const pending = new Map<number, [number, string][]>()
          const committed: [number, string][] = []
          const midway: [Compared[], Compared[]][] = []
          const send = async (producer: JavaProducer, name: string, count: number): Promise<[number, string][]> => {
            const values = Array.from({ length: count }, (_, i) => `${name} ${i}`)
            const offsets = await producer.send(values.map((value) => ({ topic, partition: 0, value: Buffer.from(value) })))
            return values.map((value, i) => [offsets[i]!, value])
          }
          for (const [number, { producer, what, count }] of steps.entries()) {
            if (what === 'plain') committed.push(...(await send(plain, `plain ${number}`, count)))
            else if (what === 'send') {
              if (!open.has(producer)) await transactional[producer]!.begin()
              open.add(producer)
              pending.set(producer, [
                ...(pending.get(producer) ?? []),
                ...(await send(transactional[producer]!, `${producer} ${number}`, count)),
              ])
            } else if (open.delete(producer)) {
              await transactional[producer]![what]()
              if (what === 'commit') committed.push(...pending.get(producer)!)
              pending.delete(producer)
            }
            if (number % 7 === 6) {
              // With what is open now: both stop at the last stable offset.
              const first = await readByJava(topic)
              midway.push([(await readBySluice(topic)).slice(0, first.length), first])
            }
          }
          for (const producer of open) {
            await transactional[producer]![last]()
            if (last === 'commit') committed.push(...pending.get(producer)!)
          }
          const sorted = committed.toSorted(([one], [other]) => one - other)
          expected.push(...sorted.map(([, value]) => value))
          // The markers of the last transactions come a moment after their end is acknowledged.
          let read = await readByJava(topic)
          while (read.length < expected.length) read = await readByJava(topic)
          for (const [own, theirs] of midway) expect(own).toEqual(theirs)
          const own = await readBySluice(topic)
          expect(own).toEqual(read)
          expect(own.map(({ value }) => Buffer.from(value!, 'base64').toString())).toEqual(expected)
        },
      ),
      // What failed leaves transactions open, so that a smaller case would fail for another reason.
      { numRuns: RUNS / 2, endOnFailure: true },
    )
  })
})
