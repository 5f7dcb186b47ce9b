import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { SESSION_TIMEOUT_MS } from '../chaos/stage.ts'
import { WorkerProcess } from '../chaos/worker-process.ts'
import { eventually } from '../eventually.ts'
import { JavaClient } from '../setup/java-client/java-client.ts'

const broker = inject('kafka')
const PARTITIONS = 3
let client: JavaClient

beforeAll(async () => {
  client = await JavaClient.start([broker])
})

afterAll(async () => client[Symbol.asyncDispose]())

/** How many records it has scored in all. */
const COUNT = {
  input: { type: 'record', name: 'In', fields: [{ name: 'x', type: 'double' }] },
  output: 'int',
  cells: { n: { type: 'int', init: 0 } },
  action: { cell: 'n', to: { params: [{ old: 'int' }], ret: 'int', do: { '+': ['old', 1] } } },
}

test('counts in a PFA document go on exactly while processes are killed, replaced and ended', async () => {
  const prefix = `s${randomUUID().slice(0, 8)}-`
  const spawn = (): WorkerProcess =>
    new WorkerProcess({
      log: `kafka:${broker}`,
      group: `${prefix}group`,
      'http.port': 0,
      'models.topic': `${prefix}models`,
      topics: Object.fromEntries(
        ['deadLetters', 'events', 'swaps', 'statistics', 'modelState'].map((topic) => [topic, `${prefix}${topic}`]),
      ),
      streams: [{ name: 'counted', input: `${prefix}in`, output: `${prefix}out`, partitions: PARTITIONS, dataTypes: ['thing'] }],
      'kafka.sessionTimeoutMs': SESSION_TIMEOUT_MS,
      logging: { level: 'warn', pretty: false },
    })
  await using first = spawn()
  const api = await first.ready
  const path = '/models?name=count&dataType=thing&format=pfa&wait=true'
  expect(await api.post(path, Buffer.from(JSON.stringify(COUNT)), 'application/octet-stream')).toMatchObject({ status: 200 })

  const producer = await client.producer()
  const abort = new AbortController()
  let sent = 0
  const feed = (async () => {
    while (!abort.signal.aborted) {
      const value = Buffer.from(JSON.stringify({ dataType: 'thing', x: sent }))
      await producer.send(Array.from({ length: PARTITIONS * 5 }, (_, i) => ({ topic: `${prefix}in`, partition: i % PARTITIONS, value })))
      sent += PARTITIONS * 5
      await pause(20)
    }
  })()
  const answers = async () => client.consume({ topics: [`${prefix}out`], whole: true })
  const flows = async (): Promise<void> => {
    const before = (await answers()).length
    await eventually('answers go on', async () => (await answers()).length > before + 100, { withinMs: 60_000 })
  }
  await flows()
  await using second = spawn()
  await second.ready
  await flows()
  await first.kill()
  await flows()
  await using third = spawn()
  const last = await third.ready
  await flows()
  await second.stop()
  await flows()
  abort.abort()
  await feed
  const all = await eventually('everything is answered', async () => {
    const read = await answers()
    return read.length >= sent && read
  })
  expect(all.length).toBe(sent)
  for (const { headers } of all) {
    const { ce_id: id, sluice_score: score } = Object.fromEntries(headers.map(([name, value]) => [name, String(value)]))
    // Each partition counts its own records, and the first of them has the offset 0.
    expect([id, Number(score)]).toEqual([id, Number(id!.split(':')[1]) + 1])
  }
  const { states, serving } = await last.state('thing')
  expect(serving).toBe('count@1')
  const shown = states!.map(({ partition, value }) => [partition, (value as { cells: unknown }).cells])
  expect(shown).toEqual(Array.from({ length: PARTITIONS }, (_, partition) => [partition, { n: sent / PARTITIONS }]))
}, 240_000)
