import { setImmediate as eventLoop } from 'node:timers/promises'
import type { DeadLetter, RecordsResult, ScoredRecord, StreamSchemas } from '../api/contract/index.ts'
import type { RecordService, RecordsFormat, TailOptions } from '../api/services.ts'
import type { Batch } from '../core/batch.ts'
import type { Clock } from '../core/clock.ts'
import type { Codec } from '../core/codec.ts'
import { SluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { encodeHeader } from '../core/headers.ts'
import { RecordBatchWriter } from '../core/record-batch-writer.ts'
import { keyHash } from './key-hash.ts'
import { readAnswer } from './answer-reader.ts'
import { readDeadLetter } from './dead-letter-reader.ts'
import { readTail } from './read-tail.ts'
import { splitBody } from './split-body.ts'
import type { StreamContext } from './stream-context.ts'
import { parsePosition } from './tail-position.ts'

export interface RecordServiceOptions {
  readonly log: Log
  readonly clock: Clock
  readonly streams: readonly StreamContext[]
}

/** Brokers refuse record batches that are much longer. A longer record has a batch of its own. */
const MAX_BATCH_BYTES = 900_000
/** How many records one request may hold, whose making takes memory and time that its bytes don't tell. */
const MAX_RECORDS = 1_000_000
/** After so many records others get a turn. */
const TURN = 5000
const encoder = new TextEncoder()

/** Records in and answers out, for the API. */
export function createRecordService({ log, clock, streams }: RecordServiceOptions): RecordService {
  const turns = new Map<string, number>()
  return {
    schemas(name): StreamSchemas {
      const { codec } = streamOf(streams, name)
      const fields = codec.schema?.map(({ path, type }) => ({ path, type })) ?? null
      return { stream: name, format: codec.name, fields, answers: codec.answerSchema ?? null }
    },

    async append(name, body, options): Promise<RecordsResult> {
      const stream = streamOf(streams, name)
      const partitions = await log.partitions(stream.input)
      const { partition: fixed } = options
      if (fixed !== undefined && fixed >= partitions) {
        throw new SluiceError('log.topic.unknown', `topic '${stream.input}' has the partitions 0 to ${partitions - 1}, not ${fixed}`)
      }
      const header = encodeHeader('content-type', contentType(stream.codec))
      const writers = new Map<number, RecordBatchWriter[]>()
      let turn = turns.get(name) ?? 0
      let appended = 0
      for (const value of splitBody(body, options.format)) {
        if (appended === MAX_RECORDS) throw new SluiceError('api.too-large', `a request may hold ${MAX_RECORDS} records at most`)
        if (appended % TURN === TURN - 1) await eventLoop()
        const key = options.key ?? keyFrom(value, options)
        const keyBytes = key === undefined ? undefined : encoder.encode(key)
        const partition = fixed ?? (keyBytes === undefined ? turn++ % partitions : keyHash(keyBytes) % partitions)
        const bytes = toStream(stream.codec, value, options.format)
        writerFor(writers, partition, bytes.length).append({ timestamp: clock.now(), key: keyBytes, value: bytes, headers: [header] })
        appended++
      }
      turns.set(name, turn % partitions)
      const offsets: Record<string, string> = {}
      for (const [partition, chain] of writers) {
        for (const writer of chain) {
          const offset = await log.append({ topic: stream.input, partition, recordBatch: writer.finish() })
          offsets[partition] ??= String(offset)
        }
      }
      return { topic: stream.input, appended, offsets }
    },

    scores(name, options): AsyncIterable<ScoredRecord> {
      const stream = streamOf(streams, name)
      checkPosition(options)
      const prepare = (batch: Batch): Promise<void> | undefined => stream.codec.prepare?.(batch, false)
      return readTail(log, { topic: stream.output, read: (batch, i) => readAnswer(stream, batch, i), takesAll: true, prepare }, options)
    },

    rejected(name, options): AsyncIterable<DeadLetter> {
      const stream = streamOf(streams, name)
      checkPosition(options)
      return readTail(log, { topic: stream.deadLetters, read: (batch, i) => readDeadLetter(name, batch, i), takesAll: false }, options)
    },
  }
}

/** Who can't go on is told before anything is sent. */
function checkPosition({ position }: TailOptions): void {
  if (position?.resume !== undefined) parsePosition(position.resume)
}

function streamOf(streams: readonly StreamContext[], name: string): StreamContext {
  const stream = streams.find((candidate) => candidate.name === name)
  if (stream !== undefined) return stream
  throw new SluiceError('api.not-found', `there is no stream '${name}'; there is ${streams.map((candidate) => candidate.name).join(', ')}`)
}

/** The writer that has room for a value, or a new one. */
function writerFor(writers: Map<number, RecordBatchWriter[]>, partition: number, length: number): RecordBatchWriter {
  const chain = writers.get(partition)
  const last = chain?.at(-1)
  if (last !== undefined && last.at + length < MAX_BATCH_BYTES) return last
  const writer = new RecordBatchWriter(4096)
  if (chain === undefined) writers.set(partition, [writer])
  else chain.push(writer)
  return writer
}

function contentType(codec: Codec): string {
  const [format] = codec.name.split('+')
  return format === 'json' ? 'application/json' : format === 'avro' ? 'application/avro' : 'application/x-protobuf'
}

/** JSON records are converted where the stream's are of another kind; all else goes to the log as it came, for the stream to judge. */
function toStream(codec: Codec, value: Uint8Array, format: RecordsFormat): Uint8Array {
  const isJson = format === 'json' || format === 'ndjson'
  if (!isJson || codec.name === 'json') return value
  return codec.encode(parseRecord(value))
}

function parseRecord(value: Uint8Array): Record<string, unknown> {
  try {
    const record = JSON.parse(Buffer.from(value).toString('utf8')) as unknown
    if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as Record<string, unknown>
  } catch (cause) {
    throw new SluiceError(
      'api.request.invalid',
      `a record is not JSON, and this stream's records are made from JSON: ${(cause as Error).message}`,
      { cause },
    )
  }
  throw new SluiceError('api.request.invalid', 'a record is not a JSON object')
}

function keyFrom(value: Uint8Array, { keyField, format }: { keyField?: string | undefined; format: RecordsFormat }): string | undefined {
  if (keyField === undefined || (format !== 'json' && format !== 'ndjson')) return undefined
  try {
    const key = (JSON.parse(Buffer.from(value).toString('utf8')) as Record<string, unknown>)[keyField]
    if (typeof key === 'string') return key
    return key === undefined || key === null ? undefined : JSON.stringify(key)
  } catch {
    // Not JSON: the record goes in without a key, and the stream rejects it with the reason.
    return undefined
  }
}
