import type { Codec } from '../core/codec.ts'
import { type Batch, offsetOf } from '../core/batch.ts'
import { encodeHeader, headerText } from '../core/headers.ts'
import type { Log } from '../core/log.ts'
import { RecordBatchWriter } from '../core/record-batch-writer.ts'

/** Records that come from elsewhere, in an order that is the same each time that they are read. */
export interface FeedSource {
  /** What the records come from: the path of a file. Later sources have greater names; undefined for what comes only once. */
  readonly name: string | undefined
  /** The values, as JSON. */
  readonly records: AsyncIterable<readonly Uint8Array[]>
}

export interface FeedOptions {
  readonly log: Log
  readonly topic: string
  readonly codec: Codec
  readonly now: () => number
  readonly signal: AbortSignal
}

/** The last record of a partition that came from a source. */
interface Mark {
  readonly name: string
  readonly number: number
}

const SOURCE = 'sluice_source'
const NUMBER = 'sluice_source_record'
const MAX_BATCH_BYTES = 256 * 1024
const WINDOW = 1000n

/**
 * Puts records of sources on a topic, in turn on its partitions. Each has the name of its source and its number there in its headers
 * (`sluice_source`, `sluice_source_record`), by which a feed that begins again finds what is there already: none is left out, and none comes
 * twice. Nobody else may feed the topic from the same sources at the same time. Ends without an error when the signal aborts.
 */
export async function feed(sources: AsyncIterable<FeedSource>, options: FeedOptions): Promise<void> {
  const { log, topic, signal } = options
  const partitions = await log.partitions(topic)
  const marks = await Promise.all(Array.from({ length: partitions }, async (_, partition) => lastMark(options, partition)))
  for await (const source of sources) {
    let number = 0
    for await (const values of source.records) {
      const writers = new Map<number, RecordBatchWriter>()
      for (const value of values) {
        const partition = number++ % partitions
        if (isThere(marks[partition], source.name, number)) continue
        await write(value, { source: source.name, number, partition, writers }, options)
      }
      for (const [partition, writer] of writers) await flush(writer, partition, options)
      if (signal.aborted) return
    }
  }
}

interface Place {
  readonly source: string | undefined
  readonly number: number
  readonly partition: number
  readonly writers: Map<number, RecordBatchWriter>
}

async function write(value: Uint8Array, { source, number, partition, writers }: Place, options: FeedOptions): Promise<void> {
  const bytes = encode(options.codec, value)
  let writer = writers.get(partition)
  if (writer === undefined) writers.set(partition, (writer = new RecordBatchWriter(4096)))
  if (writer.count > 0 && writer.at + bytes.length > MAX_BATCH_BYTES) {
    await flush(writer, partition, options)
    writer.reset()
  }
  const headers = source === undefined ? [] : [encodeHeader(SOURCE, source), encodeHeader(NUMBER, String(number))]
  writer.append({ timestamp: options.now(), value: bytes, headers })
}

async function flush(writer: RecordBatchWriter, partition: number, { log, topic }: FeedOptions): Promise<void> {
  if (writer.count > 0) await log.append({ topic, partition, recordBatch: writer.finish() })
}

function isThere(mark: Mark | undefined, name: string | undefined, number: number): boolean {
  if (mark === undefined || name === undefined || name > mark.name) return false
  return name < mark.name || number <= mark.number
}

/** JSON as the stream has it. What can't be made into that goes as it is, for the stream to reject with the reason. */
function encode(codec: Codec, value: Uint8Array): Uint8Array {
  if (codec.name === 'json') return value
  try {
    return codec.encode(JSON.parse(Buffer.from(value).toString('utf8')) as Record<string, unknown>)
  } catch {
    return value
  }
}

/** Looks back from the end of a partition: others may have put records there since. */
async function lastMark({ log, topic, signal }: FeedOptions, partition: number): Promise<Mark | undefined> {
  const { first, next } = await log.offsets({ topic, partition })
  for (let end = next; end > first;) {
    const from = end - WINDOW > first ? end - WINDOW : first
    let mark: Mark | undefined
    for await (const batch of log.read({ topic, partition, from, follow: false, signal })) {
      for (let i = 0; i < batch.count && offsetOf(batch, i) < end; i++) mark = markOf(batch, i) ?? mark
      const isBehind = batch.nextOffset >= end
      batch.release()
      if (isBehind) break
    }
    if (mark !== undefined) return mark
    end = from
  }
  return undefined
}

function markOf(batch: Batch, i: number): Mark | undefined {
  const name = headerText(batch, i, SOURCE)
  const number = Number(headerText(batch, i, NUMBER))
  return name !== undefined && Number.isSafeInteger(number) ? { name, number } : undefined
}
