import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Log } from '../../src/core/log.ts'
import { createKafkaLog } from '../../src/logs/kafka/kafka-log.ts'
import { readAll } from '../contracts/log/plain-record.ts'
import { eventually } from '../eventually.ts'
import { JavaClient, type JavaProducer, type JavaRead } from '../setup/java-client/java-client.ts'
import { createTopic } from './kafka-topics.ts'

const broker = inject('kafka')
const ROUNDS = 6
const FILLER = 'filler'

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

interface Sent {
  readonly offset: number
  readonly key: string
  readonly value: string
}

type Compared = readonly [offset: number, key: string | null, value: string | null]

/** Writes keyed records to one topic, each send a second after the one before by their timestamps: each begins a segment. */
class Writer {
  readonly topic: string
  readonly committed: Sent[] = []
  readonly #start = Date.now()
  #sends = 0

  constructor(topic: string) {
    this.topic = topic
  }

  async send(producer: JavaProducer, keys: readonly string[]): Promise<Sent[]> {
    const number = this.#sends++
    const records = keys.map((key) => ({ key, value: `${key} of ${number}` }))
    const offsets = await producer.send(
      records.map(({ key, value }) => ({
        topic: this.topic,
        partition: 0,
        timestamp: this.#start + number * 1000,
        key: Buffer.from(key),
        value: Buffer.from(value),
      })),
    )
    return records.map((record, i) => ({ offset: offsets[i]!, ...record }))
  }

  /** What compaction may not take: of each key the last committed record. */
  get last(): Compared[] {
    const last = new Map(this.committed.toSorted((a, b) => a.offset - b.offset).map((sent) => [sent.key, sent]))
    return [...last.values()].toSorted((a, b) => a.offset - b.offset).map(({ offset, key, value }) => [offset, key, value])
  }
}

/** Two producers whose transactions lie within each other and span several segments, some committed and some aborted, with plain records between. */
async function write(writer: Writer): Promise<void> {
  const [outer, inner] = [await transactional(), await transactional()]
  const plain = await java.producer()
  for (let round = 0; round < ROUNDS; round++) {
    const [outerEnds, innerEnds] = [round % 2 === 0 ? 'abort' : 'commit', round % 3 === 0 ? 'commit' : 'abort'] as const
    await outer.begin()
    const ofOuter = await writer.send(outer, ['a', 'b', `outer ${round}`])
    await inner.begin()
    const ofInner = await writer.send(inner, ['b', 'c', `inner ${round}`])
    ofOuter.push(...(await writer.send(outer, ['a', 'd'])))
    ofInner.push(...(await writer.send(inner, ['c'])))
    writer.committed.push(...(await writer.send(plain, ['d', 'e'])))
    await inner[innerEnds]()
    ofOuter.push(...(await writer.send(outer, ['b'])))
    await outer[outerEnds]()
    if (innerEnds === 'commit') writer.committed.push(...ofInner)
    if (outerEnds === 'commit') writer.committed.push(...ofOuter)
  }
}

async function transactional(): Promise<JavaProducer> {
  return java.producer({ 'transactional.id': randomUUID() })
}

const compared = ({ offset, key, value }: JavaRead): Compared => [offset, key && String(key), value && String(value)]

/** From several places, with all in few fetches and with each record batch in one of its own. Fillers don't count. */
async function expectReads(topic: string, expected: readonly Compared[]): Promise<void> {
  const { next } = await log.offsets({ topic, partition: 0 })
  for (let from = 0n; from < next; from += 7n) {
    for (const maxBytes of [1, 1 << 20]) {
      const read = (await readAll(log, topic, { from, maxBytes })).map(({ offset, key, value }) => [offset, key, value] as const)
      expect(read.filter(isData)).toEqual(expected.filter(([offset]) => offset >= Number(from)))
    }
  }
}

const SEGMENTS = { 'segment.ms': '100', 'message.timestamp.after.max.ms': '9223372036854775807' }
const isData = ([, key]: Compared): boolean => key !== FILLER

test('transactions within each other that span segments are read from anywhere as the Java client reads them', async () => {
  const writer = new Writer(await createTopic(broker, SEGMENTS))
  await write(writer)
  const whole = (await java.consume({ topics: [writer.topic], whole: true })).map(compared)
  expect(whole).toEqual(writer.committed.toSorted((a, b) => a.offset - b.offset).map(({ offset, key, value }) => [offset, key, value]))
  await expectReads(writer.topic, whole)
})

test('what compaction leaves of such transactions is read from anywhere', async () => {
  const compaction = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01', 'delete.retention.ms': '0' }
  const writer = new Writer(await createTopic(broker, { ...SEGMENTS, ...compaction }))
  await write(writer)
  // The active segment is never compacted: another record in time begins a new one.
  const plain = await java.producer()
  await eventually('compaction has taken all that it can, also of what was aborted', async () => {
    await writer.send(plain, [FILLER])
    const left = await java.consume({ topics: [writer.topic], isolation: 'read_uncommitted' })
    return JSON.stringify(left.map(compared).filter(isData)) === JSON.stringify(writer.last)
  })
  const whole = (await java.consume({ topics: [writer.topic], whole: true })).map(compared)
  expect(whole.filter(isData)).toEqual(writer.last)
  await expectReads(writer.topic, writer.last)
})
