import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { factorModel, startTestNode } from '../../test/fixtures/serving/test-node.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import type { SluiceNode } from './node.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-node-'))
writeFileSync(join(folder, 'a-file'), '')
afterAll(() => rmSync(folder, { recursive: true }))

async function send(node: SluiceNode, ...values: readonly number[]): Promise<void> {
  const body = values.map((x) => JSON.stringify({ dataType: 'number', x })).join('\n')
  await node.services.records.append('numbers', Buffer.from(body), { format: 'ndjson' })
}

async function usage(node: SluiceNode): Promise<Record<string, number>> {
  const { versions } = await node.services.state.state('number')
  return Object.fromEntries(versions.map((version) => [version.id, version.usage]))
}

test('a port that is taken is named, and nothing stays behind', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  const settings = { 'http.port': String(port), log: `sqlite:${join(folder, 'taken.db')}` }
  await expect(startTestNode({ http: true, settings })).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining(`http.port ${port} is taken`) as string,
  })
  other.close()
  // The log was released, or it would be in use.
  await using node = await startTestNode({ http: true, settings: { ...settings, 'http.port': '0' } })
  expect(node.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
})

test.each<[string, Record<string, unknown>, string, string]>([
  ['a log below a file', { log: `sqlite:${join(folder, 'a-file', 'x.db')}` }, 'log.unavailable', 'a-file'],
  [
    'a descriptor set that is not there',
    { streams: [{ format: { protobuf: { descriptorSet: '/no/such.binpb', message: 'a.B' } } }] },
    'config.unreadable',
    '/no/such.binpb',
  ],
  ['a module of definitions that is not there', { 'models.definitions': join(folder, 'none.ts') }, 'config.unreadable', 'none.ts'],
  ['a host that is not ours', { 'http.host': '192.0.2.1' }, 'config.invalid', '192.0.2.1'],
])('%s is an error that names it', async (_, settings, code, part) => {
  await expect(startTestNode({ http: true, settings })).rejects.toMatchObject({ code, message: expect.stringContaining(part) as string })
})

test('a module of definitions gives the models that it exports, alone or in lists, and must export one', async () => {
  const define = join(import.meta.dirname, '../models/function/define-model.ts')
  const model = (name: string, dataType: string): string =>
    `defineModel({ name: '${name}', version: '1', dataType: '${dataType}', inputs: { x: 'number' }, score: ({ x }) => x })`
  const path = join(folder, 'definitions.ts')
  writeFileSync(
    path,
    `import { defineModel } from '${define}'\nexport const one = ${model('one', 'a')}\nexport const more = [${model('two', 'b')}]\nexport const other = 7\nexport const none = null\n`,
  )
  await using node = await startTestNode({ settings: { 'models.definitions': path } })
  expect((await node.services.models.list()).map((history) => history.serving)).toEqual(['one@1', 'two@1'])
  const empty = join(folder, 'empty.ts')
  writeFileSync(empty, 'export const x = 1\n')
  await expect(startTestNode({ settings: { 'models.definitions': empty } })).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining('empty.ts') as string,
  })
})

test('models in code are published once, and do not take over again at the next start', async () => {
  await using log = createMemoryLog()
  const definitions = [factorModel('double', '1', 2), factorModel('triple', '1', 3)]
  const settings = { 'models.history': 1 }
  {
    await using first = await startTestNode({ log, settings, definitions: [definitions[0]!] })
    expect((await first.services.models.history('number')).serving).toBe('double@1')
  }
  {
    await using second = await startTestNode({ log, settings, definitions: [definitions[1]!, definitions[0]!] })
    expect((await second.services.models.history('number')).serving).toBe('triple@1')
  }
  await using third = await startTestNode({ log, settings, definitions })
  expect((await third.services.models.history('number')).serving).toBe('triple@1')
})

test('a model in code that no stream carries is reported, and the node starts', async () => {
  const settings = { streams: [{ name: 'numbers', input: 'numbers', output: 'number-scores', dataTypes: ['number'] }] }
  await using node = await startTestNode({
    settings,
    definitions: [factorModel('stray', '1', 2, 'nowhere'), factorModel('double', '1', 2)],
  })
  const histories = await node.services.models.list()
  expect(histories.map((history) => [history.dataType, history.serving])).toEqual([
    ['nowhere', null],
    ['number', 'double@1'],
  ])
  expect(histories[0]!.versions[0]).toMatchObject({ status: 'refused', reason: { code: 'model.inputs.mismatch' } })
})

test('a restart knows all that was: models, statistics, and where it was', async () => {
  await using log = createMemoryLog()
  const definitions = [factorModel('double', '1', 2)]
  let state: unknown
  {
    await using node = await startTestNode({ log, definitions })
    await send(node, 1, 2, 13)
    await expect.poll(async () => (await node.services.state.state('number')).totals).toMatchObject({ scored: 2, rejected: 1 })
    state = await node.services.state.state('number')
  }
  await using again = await startTestNode({ log, definitions })
  expect(await again.services.state.state('number')).toEqual(state)
  await send(again, 4)
  await expect.poll(async () => usage(again)).toEqual({ 'double@1': 3 })
})

test('starting and ending twenty times leaves no handles and no listeners behind', async () => {
  const run = async (): Promise<void> => {
    await using node = await startTestNode({ http: true, definitions: [factorModel('double', '1', 2)] })
    await send(node, 1)
    await expect.poll(async () => usage(node)).toEqual({ 'double@1': 1 })
    await (await fetch(`${node.url}/metrics`, { headers: { connection: 'close' } })).text()
  }
  const held = (): Record<string, number> => {
    const kinds = process.getActiveResourcesInfo().filter((kind) => kind !== 'Immediate')
    const count = (kind: string): number => kinds.filter((each) => each === kind).length
    return {
      ...Object.fromEntries(new Set(kinds.map((kind) => [kind, count(kind)] as const))),
      listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    }
  }
  await run()
  await new Promise(setImmediate)
  // Clients and timers of this test come and go; what a node leaves would be there twenty times.
  const before = held()
  for (let i = 0; i < 20; i++) await run()
  await expect.poll(() => Math.max(0, ...Object.entries(held()).map(([kind, count]) => count - (before[kind] ?? 0)))).toBeLessThan(5)
}, 30_000)
