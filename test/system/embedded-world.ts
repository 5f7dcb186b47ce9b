import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { Log } from '../../src/core/log.ts'
import { encodeRecords, type RecordParts } from '../../src/core/record-batch-writer.ts'
import { createMemoryLog } from '../../src/logs/memory/memory-log.ts'
import type { ApiClient } from './api-client.ts'
import { type LoggedRecord, parseRecordBatches } from './logged-record.ts'
import { delimited } from './wire.ts'
import type { Production, World } from './world.ts'

/** A log in memory, that outlives the nodes of the test. Producers write to it directly, as to a broker. */
export async function createMemoryWorld(): Promise<World> {
  const log = createMemoryLog()
  return {
    kind: 'memory',
    prefix: '',
    log: 'memory:',
    open: log,
    async publish(descriptor) {
      await log.append({ topic: 'models', partition: 0, recordBatch: encodeRecords([plainRecord(descriptor)]) })
    },
    async produce({ topic, partition, values }) {
      // A producer is elsewhere: between its batches, others get their turn.
      await setImmediate()
      await log.append({ topic, partition, recordBatch: encodeRecords(values.map(plainRecord)) })
    },
    read: async (topic) => readMemory(log, topic),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  }
}

/** A SQLite file in a folder of its own. What the node left in it is read with SQL. */
export async function createSqliteWorld(): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-end-to-end-'))
  const file = join(folder, 'log.db')
  return {
    kind: 'sqlite',
    prefix: '',
    log: `sqlite:${file}`,
    publish,
    produce: post,
    read: async (topic) => readSqliteFile(file, topic),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** The records of a topic in a SQLite log that nobody has open, by partition and offset. */
export function readSqliteFile(file: string, topic: string): LoggedRecord[] {
  const db = new DatabaseSync(file)
  try {
    const rows = db
      .prepare(
        `SELECT p.number AS partition, b.bytes FROM record_batch b JOIN partition p ON p.id = b.partition JOIN topic t ON t.id = p.topic
         WHERE t.name = ? ORDER BY p.number, b.base`,
      )
      .iterate(topic) as Iterable<{ partition: number; bytes: Uint8Array }>
    const records: LoggedRecord[] = []
    for (const { partition, bytes } of rows) for (const record of parseRecordBatches(Buffer.from(bytes), partition)) records.push(record)
    return records
  } finally {
    db.close()
  }
}

function plainRecord(value: Uint8Array | null): RecordParts {
  return { timestamp: Date.now(), value: value ?? undefined }
}

async function readMemory(log: Log, topic: string): Promise<LoggedRecord[]> {
  const records: LoggedRecord[] = []
  for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
    for await (const { bytes } of log.read({ topic, partition, from: 0n, follow: false })) {
      for (const record of parseRecordBatches(Buffer.from(bytes), partition)) records.push(record)
    }
  }
  return records
}

/** An embedded log is the node's own, so records go in through the node. */
async function post({ stream, partition, values, format }: Production, api: ApiClient): Promise<void> {
  const isJson = format === 'json'
  const parts = values.map((value) => (isJson ? Buffer.concat([value!, Buffer.from('\n')]) : delimited(value!)))
  const type = isJson ? 'application/x-ndjson' : 'application/x-protobuf-delimited'
  const { status, body } = await api.post(`/records/${stream}?partition=${partition}`, Buffer.concat(parts), type)
  if (status !== 200 || body['appended'] !== values.length) throw new Error(`records were refused: ${JSON.stringify(body)}`)
}

/** Answers may say that the model is refused: tests look at what became of it. */
async function publish(descriptor: Uint8Array | null, api: ApiClient): Promise<void> {
  await api.post('/models?wait=false', descriptor ?? Buffer.alloc(0), 'application/x-protobuf')
}
