import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import {
  Archive,
  createFileDestination,
  createSample,
  createThreadedFiles,
  createTopicDestination,
  localDisk,
} from '../../src/archives/index.ts'
import type { Log } from '../../src/core/log.ts'
import { createKafkaLog } from '../../src/logs/kafka/kafka-log.ts'
import { append, readAll, record } from '../contracts/log/plain-record.ts'
import { uniqueName } from '../contracts/log/suite.ts'
import { eventually } from '../eventually.ts'

const broker = inject('kafka')
const PARTITIONS = 4

test('archives on Kafka have each record once while members come and go', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-archives-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const [input, seen, group] = [uniqueName('in'), uniqueName('seen'), uniqueName('group')]
  const logs: Log[] = []
  onTestFinished(async () => {
    for (const log of logs) await log[Symbol.asyncDispose]()
  })
  const openLog = async (): Promise<Log> => {
    const log = await createKafkaLog({ brokers: [broker], heartbeatIntervalMs: 100 })
    logs.push(log)
    return log
  }
  const failures: unknown[] = []
  const start = async () => {
    const log = await openLog()
    const sample = createSample('a', 1)
    const told = { onFailure: (error: unknown) => failures.push(error), onGap: (error: unknown) => failures.push(error) }
    const rotate = { bytes: 2000, afterMs: 200 }
    const topicId = async () => log.topicId(input)
    const files = {
      archive: 'a',
      directory,
      format: 'ndjson',
      sample,
      rotate,
      disk: localDisk,
      files: createThreadedFiles(),
      topicId,
    } as const
    return [
      new Archive({ name: 'a', log, group: `${group}/a`, input, destination: createFileDestination(files), ...told }),
      new Archive({
        name: 'b',
        log,
        group: `${group}/b`,
        input,
        destination: createTopicDestination({ log, topic: seen, sample }),
        ...told,
      }),
    ]
  }
  const producer = await openLog()
  await producer.ensureTopics([{ topic: input, partitions: PARTITIONS, cleanup: 'delete' }])
  let sent = 0
  const send = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await append(producer, input, [record(String(sent++))], i % PARTITIONS)
  }
  const lines = async (): Promise<string[]> => {
    const names = (await readdir(directory)).filter((name) => !name.startsWith('.'))
    const texts = await Promise.all(names.map(async (name) => readFile(join(directory, name), 'utf8')))
    return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => (JSON.parse(line) as { value: string }).value)
  }
  const copies = async (): Promise<(string | null)[]> => {
    const parts = await Promise.all(Array.from({ length: PARTITIONS }, async (_, partition) => readAll(producer, seen, { partition })))
    return parts.flat().map(({ value }) => value)
  }
  const first = await start()
  await send(200)
  const second = await start()
  await send(200)
  for (const archive of first) await archive.stop()
  await send(200)
  await eventually('all is archived', async () => (await lines()).length >= sent && (await copies()).length >= sent)
  for (const archive of second) await archive.stop()
  const all = Array.from({ length: sent }, (_, i) => String(i)).toSorted()
  expect((await lines()).toSorted()).toEqual(all)
  expect((await copies()).map(String).toSorted()).toEqual(all)
  expect(failures).toEqual([])
})
