import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SluiceNode } from '../../src/app/node.ts'
import { openLog } from '../../src/app/open-log.ts'
import { loadConfig } from '../../src/config/index.ts'
import type { Log } from '../../src/core/log.ts'
import { FOREST_INPUTS, inputBatches, RECORDS_PER_BATCH, sharedBytes, sharedInputs } from '../shared-forest.ts'

const ROUNDS = 30

/** Prints what a whole node makes of a backlog of the shared forest's records, on each embedded log. */
export async function runEmbedded(quick: boolean): Promise<void> {
  const rounds = quick ? 5 : ROUNDS
  for (const kind of ['memory', 'sqlite'] as const) {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'))
    try {
      await measure(kind === 'memory' ? 'memory:' : `sqlite:${join(folder, 'sluice.db')}`, kind, rounds)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

async function measure(log: string, kind: string, rounds: number): Promise<void> {
  const streams = [
    {
      name: 'wine',
      input: 'mdata',
      output: 'scores',
      dataType: { field: 'dataType' },
      format: {
        protobuf: { descriptorSet: join(import.meta.dirname, '../../examples/wine.binpb'), message: 'sluice.examples.WineRecord' },
      },
    },
  ]
  const flags = Object.entries({ log, streams }).map(([key, value]) => ({
    flag: 'bench',
    key,
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }))
  const config = loadConfig({ file: null, env: {}, flags, cwd: tmpdir() })
  await using opened = await openLog(config)
  await opened.ensureTopics([{ topic: 'mdata', partitions: 1, cleanup: 'delete' }])
  await using node = await SluiceNode.start({ config, log: opened, http: false })
  const inputs = JSON.stringify(FOREST_INPUTS)
  await node.services.models.publish({ name: 'forest', dataType: 'wine', format: 'pmml', inputs, wait: 'true' }, sharedBytes('forest.pmml'))

  const batches = inputBatches(sharedInputs().inputs)
  await answered(opened, await append(opened, batches, 2))
  const before = { wall: performance.now(), cpu: process.cpuUsage() }
  const end = await append(opened, batches, rounds)
  const appended = process.cpuUsage(before.cpu)
  await answered(opened, end)
  const cpu = process.cpuUsage(before.cpu)
  const wall = performance.now() - before.wall
  const records = rounds * batches.length * RECORDS_PER_BATCH
  const state = await node.services.state.state('wine')
  if (BigInt(state.usage ?? 0) !== end) throw new Error(`${state.usage} records were scored of ${end}`)
  const nanos = (usage: NodeJS.CpuUsage): string => Math.round(((usage.user + usage.system) * 1000) / records).toString()
  console.log(
    `${kind.padEnd(8)} ${records} records: ${nanos(cpu)} ns CPU a record (with ${nanos(appended)} to append it), ${Math.round(records / wall)} records/ms`,
  )
}

async function append(log: Log, batches: readonly Uint8Array[], rounds: number): Promise<bigint> {
  for (let round = 0; round < rounds; round++) {
    for (const recordBatch of batches) await log.append({ topic: 'mdata', partition: 0, recordBatch: recordBatch.slice() })
  }
  return (await log.offsets({ topic: 'mdata', partition: 0 })).next
}

async function answered(log: Log, end: bigint): Promise<void> {
  while ((await log.offsets({ topic: 'scores', partition: 0 })).next < end) await new Promise((resolve) => setTimeout(resolve, 2))
}
