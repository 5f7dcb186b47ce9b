import type { TailOptions } from '../api/services.ts'
import { type Batch, offsetOf } from '../core/batch.ts'
import type { Log } from '../core/log.ts'
import { merge } from './merge.ts'
import { parsePosition, positionText } from './tail-position.ts'

/** A topic, and what its records are for the one who asks. */
export interface TailSource<T> {
  readonly topic: string
  /** undefined for a record that is not asked for. */
  readonly read: (batch: Batch, i: number) => T | undefined
  /** Learns what `read` must know; records are read without it where that fails. */
  readonly prepare?: ((batch: Batch) => Promise<void> | undefined) | undefined
  /** Whether `read` takes every record, so that the last n records are the last n that are asked for. */
  readonly takesAll: boolean
}

const DEFAULT_LIMIT = 20

/**
 * The records of a topic. Without `follow` the first or the last ones, as `from` says: of several partitions, in the order of
 * `at`. With it, those that are there and those that come, as they come.
 */
export async function* readTail<T extends { readonly at: number }>(
  log: Log,
  source: TailSource<T>,
  options: TailOptions,
): AsyncGenerator<T, void> {
  if (options.follow) yield* follow(log, source, options)
  else yield* await some(log, source, options)
}

async function* follow<T>(log: Log, { topic, read, prepare }: TailSource<T>, options: TailOptions): AsyncGenerator<T, void> {
  const { from, limit = Infinity, position, signal } = options
  const resume = position?.resume === undefined ? undefined : parsePosition(position.resume)
  const ends = await endsOf(log, topic)
  const places = ends.map(({ first, next }, partition) => {
    if (resume === undefined) return from === 'beginning' ? first : next
    const place = resume[partition] ?? first
    return place < first ? first : place > next ? next : place
  })
  const readers = places.map((place, partition) => log.read({ topic, partition, from: place, follow: true, signal }))
  if (position !== undefined) position.text = positionText(places)
  let left = limit
  for await (const batch of merge(readers)) {
    await prepare?.(batch)?.catch(() => {})
    for (let i = 0; i < batch.count && left > 0; i++) {
      const item = read(batch, i)
      places[batch.partition] = offsetOf(batch, i) + 1n
      if (item === undefined) continue
      if (position !== undefined) position.text = positionText(places)
      yield item
      left--
    }
    batch.release()
    if (left <= 0) return
  }
}

async function some<T extends { readonly at: number }>(log: Log, source: TailSource<T>, options: TailOptions): Promise<T[]> {
  const { from, limit = DEFAULT_LIMIT, signal } = options
  const isFromBeginning = from === 'beginning'
  let kept: T[] = []
  for (const [partition, { first, next }] of (await endsOf(log, source.topic)).entries()) {
    const back = next - BigInt(limit)
    const start = isFromBeginning || !source.takesAll || back < first ? first : back
    const found = await readSome(log, source, { partition, start, limit, fromBeginning: isFromBeginning, signal })
    const sorted = [...kept, ...found].toSorted((a, b) => a.at - b.at)
    kept = isFromBeginning ? sorted.slice(0, limit) : sorted.slice(-limit)
  }
  return kept
}

interface Part {
  readonly partition: number
  readonly start: bigint
  readonly limit: number
  readonly fromBeginning: boolean
  readonly signal: AbortSignal
}

/** The first or the last ones that are asked for in one partition, from `start`. */
async function readSome<T>(log: Log, { topic, read, prepare }: TailSource<T>, part: Part): Promise<T[]> {
  const { partition, start, limit, fromBeginning, signal } = part
  let found: T[] = []
  for await (const batch of log.read({ topic, partition, from: start, follow: false, underWay: 'leave', signal })) {
    await prepare?.(batch)?.catch(() => {})
    for (let i = 0; i < batch.count; i++) {
      const item = read(batch, i)
      if (item !== undefined) found.push(item)
    }
    batch.release()
    if (found.length < limit) continue
    found = fromBeginning ? found.slice(0, limit) : found.slice(-limit)
    if (fromBeginning) break
  }
  return found
}

async function endsOf(log: Log, topic: string): Promise<{ readonly first: bigint; readonly next: bigint }[]> {
  const partitions = await log.partitions(topic)
  return Promise.all(Array.from({ length: partitions }, async (_, partition) => log.offsets({ topic, partition })))
}
