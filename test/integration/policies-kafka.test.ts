import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { PolicySpec } from '../../src/core/policy-spec.ts'
import { regression } from '../../src/models/onnx/fixtures/model-fixtures.ts'
import { redecide } from '../../src/policies/decisions/replay.ts'
import { type Decided, judgePolicies } from './policies-verdict.ts'
import { SESSION_TIMEOUT_MS } from '../chaos/stage.ts'
import { WorkerProcess } from '../chaos/worker-process.ts'
import { eventually } from '../eventually.ts'
import { JavaClient } from '../setup/java-client/java-client.ts'
import type { ApiClient } from '../system/api-client.ts'

const broker = inject('kafka')
const PARTITIONS = 3
const KEYS = 40
const TYPES = ['red', 'white', 'rose', 'green', 'orange', 'sparkling']
let client: JavaClient

beforeAll(async () => {
  client = await JavaClient.start([broker])
})

afterAll(async () => client[Symbol.asyncDispose]())

/** The rest of x by a number: a document that answers at once. */
const rest = (by: number): Buffer => {
  const input = { type: 'record', name: 'In', fields: [{ name: 'x', type: 'int' }] }
  return Buffer.from(JSON.stringify({ input, output: 'int', action: { '%': ['input.x', by] } }))
}
const MODELS = { m2: rest(2), m3: rest(3), m5: rest(5), net: regression }

const consensus: PolicySpec = {
  answer: { consensus: { of: ['m2', 'm3', 'm5'] } },
  shadow: [{ model: 'challenger', percent: 50 }],
  budgetMs: 1000,
}
const canary: PolicySpec = {
  answer: {
    split: {
      salt: 'autumn',
      arms: [
        { percent: 75, answer: 'm2' },
        { percent: 25, answer: { speculative: { smart: 'net', fast: 'm3', afterMs: 2 } } },
      ],
    },
  },
  budgetMs: 500,
}
const tight: PolicySpec = { answer: { rendezvous: { schedule: [{ afterMs: 0, accept: ['net', 'm5'] }] } }, budgetMs: 1, reference: ['m2'] }

interface Input {
  readonly x: number
  readonly a: number
  readonly b: number
}

/** What each model says, by hand. */
function says(model: string, { x, a, b }: Input): number {
  if (model === 'net') return 2 * a - b + 0.5
  return x % (model === 'challenger' ? 5 : Number(model.slice(1)))
}

/** What at least two of three say; where they all differ, the first. */
function mostSay(input: Input): number {
  const [a, b, c] = ['m2', 'm3', 'm5'].map((model) => says(model, input))
  return (b === c ? b : a)!
}

/** What is wrong with a decision, in words, by what its policy says and what its models do. */
function wrongWith({ decision, input }: Decided): string[] {
  const { id, dataType, epoch, value, model, scores, rule } = decision
  const record = JSON.parse(String(input.value)) as Input
  const wrong = scores.filter((score) => score.value !== says(score.model, record)).map((score) => `${id}: ${JSON.stringify(score)}`)
  const expected = epoch === 1 ? mostSay(record) : says(model!, record)
  if (dataType !== 'thing' && !TYPES.includes(dataType)) wrong.push(`${id} is a ${dataType}`)
  if (value !== expected) wrong.push(`${id}: ${rule} says ${value}, not ${expected}`)
  return wrong
}

async function put(api: ApiClient, policy: PolicySpec, dataType = 'thing'): Promise<number> {
  const response = await fetch(`${api.url}/policies/${dataType}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ policy }),
  })
  const body = (await response.json()) as { policies: { epoch: number }[] }
  if (!response.ok) throw new Error(`PUT /policies/${dataType} answered ${response.status}: ${JSON.stringify(body)}`)
  return body.policies[0]!.epoch
}

test('several models answer exactly once while processes are killed and the policy changes, and the log tells all of it', async () => {
  const prefix = `p${randomUUID().slice(0, 8)}-`
  const topic = (name: string): string => `${prefix}${name}`
  const spawn = (workers: number): WorkerProcess =>
    new WorkerProcess({
      log: `kafka:${broker}`,
      group: `${prefix}group`,
      workers,
      'http.port': 0,
      'models.topic': topic('models'),
      'models.aliases': { thing: { challenger: 'm5' } },
      topics: Object.fromEntries(
        ['deadLetters', 'events', 'swaps', 'statistics', 'modelState', 'control', 'rewards'].map((name) => [name, topic(name)]),
      ),
      streams: [
        {
          name: 'things',
          input: topic('in'),
          output: topic('out'),
          decisions: topic('decisions'),
          partitions: PARTITIONS,
          dataTypes: ['thing'],
          policy: consensus,
          beforeModel: { maxMs: 60_000 },
        },
      ],
      'kafka.sessionTimeoutMs': SESSION_TIMEOUT_MS,
      logging: { level: 'warn', pretty: false },
    })
  await using first = spawn(1)
  const api = await first.ready
  for (const [name, bytes] of Object.entries(MODELS)) {
    const format = name === 'net' ? 'onnx' : 'pfa'
    const path = `/models?name=${name}&dataType=thing&format=${format}&wait=true`
    expect(await api.post(path, bytes, 'application/octet-stream')).toMatchObject({ status: 200 })
  }

  const producer = await client.producer({ 'linger.ms': 0 })
  const abort = new AbortController()
  let sent = 0
  const feed = (async () => {
    while (!abort.signal.aborted) {
      const records = Array.from({ length: PARTITIONS * 5 }, (_, i) => {
        const x = sent + i
        const value = Buffer.from(JSON.stringify({ dataType: 'thing', x, a: x % 11, b: x % 4 }))
        return { topic: topic('in'), partition: x % PARTITIONS, key: Buffer.from(`k${x % KEYS}`), value }
      })
      await producer.send(records)
      sent += records.length
      await pause(20)
    }
  })()
  // Where the test fails, it goes down with the client.
  feed.catch(() => {})
  const read = async (name: string) => client.consume({ topics: [topic(name)], whole: true })
  const flows = async (): Promise<void> => {
    const before = (await read('out')).length
    await eventually('answers go on', async () => (await read('out')).length > before + 100, { withinMs: 60_000 })
  }
  await flows()
  const specs = new Map([[1, consensus]])
  await using second = spawn(2)
  const other = await second.ready
  await flows()
  specs.set(await put(other, canary), canary)
  await flows()
  await first.kill()
  await flows()
  await using third = spawn(1)
  const last = await third.ready
  specs.set(await put(last, tight), tight)
  await flows()
  await second.stop()
  await flows()
  abort.abort()
  await feed
  await eventually('everything is answered', async () => (await read('out')).length >= sent)
  await third.stop()

  const names = ['in', 'out', 'decisions', 'statistics'] as const
  const [inputs = [], outputs = [], decisions = [], statistics = []] = await Promise.all(names.map(read))
  const { decided, problems } = judgePolicies({ inputs, outputs, decisions, statistics })
  expect([inputs.length, decided.length]).toEqual([sent, sent])
  expect(problems.slice(0, 10)).toEqual([])
  expect(decided.flatMap(wrongWith).slice(0, 10)).toEqual([])

  for (const [epoch, spec] of specs) {
    const those = decided.filter(({ decision }) => decision.epoch === epoch)
    expect(those.length).toBeGreaterThan(100)
    const again = [...redecide(spec, those, { budget: 'logged' })]
    const different = those.filter(({ decision: { value, model, rule, elapsedMs, budgetMs } }, i) => {
      const now = again[i]!
      // Whose time was up before its models had answered at all is decided by what comes last; a replay has no such case.
      return now.value !== value || now.model !== model || (elapsedMs <= budgetMs && now.rule !== rule)
    })
    expect(different.map(({ decision, late }) => ({ decision, late })).slice(0, 3)).toEqual([])
  }
  // No partition goes back to a policy that was replaced.
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const epochs = decided.filter((one) => one.partition === partition).map(({ decision }) => decision.epoch)
    expect(epochs).toEqual(epochs.toSorted((a, b) => a - b))
  }
  // The same key is answered by the same arm, whichever process answers.
  const branches = new Map<string | null, Set<number>>()
  for (const { decision } of decided.filter(({ decision: { epoch } }) => specs.get(epoch) === canary)) {
    const [choice] = decision.choices
    branches.set(decision.key, (branches.get(decision.key) ?? new Set()).add(choice!.member))
  }
  expect(branches.size).toBe(KEYS)
  expect([...branches.values()].filter(({ size }) => size !== 1)).toEqual([])
  expect(new Set([...branches.values()].flatMap((members) => [...members])).size).toBe(2)
}, 240_000)

test('with a keyed join, several models per key answer exactly once wherever they move, by policies that change', async () => {
  const prefix = `k${randomUUID().slice(0, 8)}-`
  const topic = (name: string): string => `${prefix}${name}`
  const spawn = (): WorkerProcess =>
    new WorkerProcess({
      log: `kafka:${broker}`,
      group: `${prefix}group`,
      'http.port': 0,
      models: { topic: topic('models'), join: 'keyed' },
      topics: Object.fromEntries(
        ['deadLetters', 'events', 'swaps', 'statistics', 'modelState', 'control', 'rewards'].map((name) => [name, topic(name)]),
      ),
      streams: [
        {
          name: 'keyed',
          input: topic('in'),
          output: topic('out'),
          decisions: topic('decisions'),
          partitions: PARTITIONS,
          dataType: 'key',
          policy: { answer: { consensus: { of: ['m2', 'm3', 'm5'] } }, budgetMs: 1000 },
          beforeModel: { maxMs: 60_000 },
        },
      ],
      'kafka.sessionTimeoutMs': SESSION_TIMEOUT_MS,
      logging: { level: 'warn', pretty: false },
    })
  await using first = spawn()
  const api = await first.ready
  for (const dataType of TYPES) {
    for (const name of ['m2', 'm3', 'm5'] as const) {
      const answer = await api.post(`/models?name=${name}&dataType=${dataType}&format=pfa`, MODELS[name], 'application/octet-stream')
      expect(answer).toMatchObject({ status: expect.toBeOneOf([200, 202]) as number })
    }
  }
  const producer = await client.producer({ 'linger.ms': 0 })
  const abort = new AbortController()
  let sent = 0
  const feed = (async () => {
    while (!abort.signal.aborted) {
      const records = Array.from({ length: 12 }, (_, i) => {
        const x = sent + i
        return { topic: topic('in'), key: Buffer.from(TYPES[x % TYPES.length]!), value: Buffer.from(JSON.stringify({ x })) }
      })
      await producer.send(records)
      sent += records.length
      await pause(20)
    }
  })()
  // Where the test fails, it goes down with the client.
  feed.catch(() => {})
  const read = async (name: string) => client.consume({ topics: [topic(name)], whole: true })
  const flows = async (): Promise<void> => {
    const before = (await read('out')).length
    await eventually('answers go on', async () => (await read('out')).length > before + 100, { withinMs: 60_000 })
  }
  await flows()
  await using second = spawn()
  const other = await second.ready
  await flows()
  // Some of them are held by the other process.
  for (const dataType of TYPES) await put(other, { answer: 'm3', shadow: [{ model: 'm2' }] }, dataType)
  await flows()
  await first.kill()
  await flows()
  abort.abort()
  await feed
  await eventually('everything is answered', async () => (await read('out')).length >= sent)
  await second.stop()
  const names = ['in', 'out', 'decisions', 'statistics'] as const
  const [inputs = [], outputs = [], decisions = [], statistics = []] = await Promise.all(names.map(read))
  const { decided, problems } = judgePolicies({ inputs, outputs, decisions, statistics })
  expect([inputs.length, decided.length]).toEqual([sent, sent])
  expect(problems.slice(0, 10)).toEqual([])
  expect(decided.flatMap(wrongWith).slice(0, 10)).toEqual([])
  // Each type by both of its policies.
  const both = new Set(decided.map(({ decision: { dataType, epoch } }) => `${dataType} ${epoch === 1}`))
  expect(both.size).toBe(2 * TYPES.length)
}, 240_000)
