import { keyOf, offsetOf, valueOf } from '../core/batch.ts'
import { headerText } from '../core/headers.ts'
import type { Log, TopicPartition } from '../core/log.ts'
import { JsonShape, readJson } from '../policies/decisions/json-shape.ts'
import { keyText } from '../policies/hash/key-text.ts'
import { type Arrival, type ArrivalsEntry, readArrivals, type ScanFrom } from './arrivals.ts'
import type { Decider } from './decider.ts'
import type { LaneClock } from './lane-clock.ts'
import { offsetOfPlace } from './message-id.ts'
import type { RendezvousTopics } from './options.ts'
import { RangeReader } from './range-reader.ts'

/** So many records from its end, the last record of a changelog is looked for; then further back. A transaction may leave one that is not seen. */
const TAIL = 64
const decoder = new TextDecoder()

export interface RestoreOptions {
  readonly log: Log
  readonly topics: RendezvousTopics
  readonly partition: number
  readonly clock: LaneClock
  readonly decider: Decider
  /** The present, on the lane's clock, in ms. */
  readonly presentMs: number
  /** Results are read again so far back for the last answers of keys; 0 where nobody asks for them. */
  readonly lastAnswers: number
}

/** Where a lane goes on. */
export interface Restored {
  /** By topic; what was never read is not in it. */
  readonly next: Readonly<Record<string, number>>
  readonly scan: ScanFrom | undefined
}

/**
 * Brings a decider to where the log says that it was: what came is told again by when it came, except for inputs that the results say were answered. What
 * is overdue is decided, and so is in the outbox.
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { log, topics, partition, decider, clock } = options
  const entries = await readEntries(log, { topic: topics.changelog, partition })
  const last = entries.at(-1)
  if (last === undefined) return { next: {}, scan: undefined }
  await readResults(options, BigInt(last.scan.results))
  const arrivals = entries.flatMap((entry) => entry.arrivals)
  const input = arrivals.find(({ topic }) => topic === topics.input)
  decider.firstInput = input?.from ?? last.next[topics.input] ?? 0
  decider.replaying = true
  await decider.rendezvous.recover(options.presentMs, async () => {
    if (arrivals.length > 0) clock.moveTo(arrivals[0]!.wall)
    await foldControl(options, arrivals.find(({ topic }) => topic === topics.control)?.from ?? last.next[topics.control] ?? 0)
    await replay(options, arrivals)
  })
  clock.move()
  decider.rendezvous.advance()
  decider.replaying = false
  for (const id of decider.answered) if ((offsetOfPlace(id, partition) ?? Infinity) < decider.firstInput) decider.answered.delete(id)
  return { next: last.next, scan: last.scan }
}

async function replay({ log, topics, partition, clock, decider }: RestoreOptions, arrivals: readonly Arrival[]): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const readers = new Map<string, RangeReader>()
  const known = new Set(decider.topics)
  for (const { topic, from, to, wall } of arrivals) {
    // Of a topic that the configuration has no more.
    if (!known.has(topic)) continue
    let reader = readers.get(topic)
    if (reader === undefined) {
      const place = { topic, partition: topic === topics.control ? 0 : partition, from }
      reader = stack.use(await RangeReader.open(log, place, decider))
      readers.set(topic, reader)
    }
    clock.moveTo(wall)
    await reader.visit(from, to)
  }
}

/** The policies that were in force before what is told again. */
async function foldControl({ log, topics, decider }: RestoreOptions, to: number): Promise<void> {
  await using reader = await RangeReader.open(log, { topic: topics.control, partition: 0, from: 0 }, decider)
  if (to > 0) await reader.visit(0, to)
}

/** The records of the changelog that are still of interest, in order. */
async function readEntries(log: Log, place: TopicPartition): Promise<ArrivalsEntry[]> {
  const { first, next } = await log.offsets(place)
  const from = (offset: bigint): bigint => (offset < first ? first : offset)
  for (let back = BigInt(TAIL); ; back *= 8n) {
    const start = from(next - back)
    const tail = await readFrom(log, place, start)
    const last = tail.at(-1)
    if (last !== undefined) {
      const wanted = from(BigInt(last.scan.changelog))
      return readFrom(log, place, wanted > next ? next : wanted)
    }
    if (start === first) return []
  }
}

async function readFrom(log: Log, place: TopicPartition, from: bigint): Promise<ArrivalsEntry[]> {
  const entries: ArrivalsEntry[] = []
  for await (const batch of log.read({ ...place, from, follow: false })) {
    for (let i = 0; i < batch.count; i++) entries.push(readArrivals(valueOf(batch, i)!))
    batch.release()
  }
  return entries
}

/** Learns from the results which inputs were answered since, and the last answers of keys. */
async function readResults({ log, topics, partition, decider, lastAnswers }: RestoreOptions, since: bigint): Promise<void> {
  const place = { topic: topics.results, partition }
  const { first, next } = await log.offsets(place)
  const earlier = next - BigInt(lastAnswers)
  const wanted = earlier < since ? earlier : since
  const from = wanted < first ? first : wanted > next ? next : wanted
  for await (const batch of log.read({ ...place, from, follow: false })) {
    for (let i = 0; i < batch.count; i++) {
      const id = headerText(batch, i, 'ce_id')
      if (id !== undefined && offsetOf(batch, i) >= since) decider.answered.add(id)
      if (lastAnswers > 0) rememberAnswer(decider, keyOf(batch, i), valueOf(batch, i))
    }
    batch.release()
  }
}

function rememberAnswer({ rendezvous }: Decider, key: Uint8Array | undefined, value: Uint8Array | undefined): void {
  if (key === undefined || value === undefined) return
  const shape = new JsonShape(readJson(decoder.decode(value), 'the result'), 'result')
  const answer = shape.answer('value')
  const isDefault = ['default', 'none'].includes(shape.text('rule'))
  if (answer !== null && !isDefault) rendezvous.lastKnown.set(shape.text('dataType'), keyText(key), answer)
}
