import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { SluiceNode } from '../../src/app/node.ts'
import { loadConfig } from '../../src/config/index.ts'
import { ChaosStage } from '../chaos/stage.ts'
import { eventually } from '../eventually.ts'
import { JavaClient } from '../setup/java-client/java-client.ts'
import type { KafkaCluster } from '../setup/kafka/cluster.ts'
import { ApiClient } from '../system/api-client.ts'
import { linearPmml } from '../system/linear-pmml.ts'

const broker = inject('kafka')
let client: JavaClient

beforeAll(async () => {
  client = await JavaClient.start([broker])
})

afterAll(async () => client[Symbol.asyncDispose]())

/** The shared broker, without proxies. */
function sharedCluster(): KafkaCluster {
  return {
    brokers: [],
    addresses: [broker],
    proxies: [],
    proxiedAddresses: [broker],
    security: undefined,
    [Symbol.asyncDispose]: async () => {},
  }
}

test('threads of one process share the partitions, any process tells the state of all, and one that is asked to end hands over at once', async () => {
  await using stage = await ChaosStage.start({ cluster: sharedCluster(), client, workers: 2, partitions: 6, settings: { workers: 3 } })
  await stage.flows()
  const [first, second] = await Promise.all(stage.workers.map((worker) => worker.ready))
  await eventually('both processes work', async () => {
    const scored = await Promise.all([first!, second!].map(async (api) => (await api.live()).streams[0]!.scored))
    return scored.every((count) => count > 0)
  })
  const total = async (api: ApiClient) => (await api.state('flight')).totals.scored
  await eventually('each tells what both did', async () => {
    const local = (await first!.live()).streams[0]!.scored
    return (await total(first!)) > local && (await total(second!)) > local
  })
  // A second on a machine that has nothing else to do; here other tests run beside it.
  expect(await stage.workers[1]!.stop(), 'ms until it has ended').toBeLessThan(6000)
  await eventually('the other has all partitions', async () => {
    const before = await total(first!)
    return (await total(first!)) > before
  })
  const verdict = await stage.finish()
  expect(verdict).toMatchObject({ lost: 0, duplicated: 0, problems: [] })
})

const TYPES = Array.from({ length: 12 }, (_, i) => `customer-${i}`)

test('with a keyed join a node holds the models of its own partitions only, and they move with the partitions', async () => {
  const prefix = `k${randomUUID().slice(0, 8)}-`
  const start = async () => {
    const settings = {
      log: `kafka:${broker}`,
      group: `${prefix}group`,
      http: { port: 0 },
      models: { topic: `${prefix}models`, join: 'keyed' },
      topics: {
        deadLetters: `${prefix}dead`,
        events: `${prefix}events`,
        swaps: `${prefix}swaps`,
        statistics: `${prefix}statistics`,
        modelState: `${prefix}model-state`,
      },
      streams: [{ name: 'keyed', input: `${prefix}in`, output: `${prefix}out`, partitions: 4, dataType: 'key' }],
    }
    const flags = Object.entries(settings).map(([key, value]) => ({
      flag: 'test',
      key,
      value: typeof value === 'string' ? value : JSON.stringify(value),
    }))
    return SluiceNode.start({ config: loadConfig({ file: null, env: {}, flags, cwd: process.cwd() }) })
  }
  await using first = await start()
  await first.assigned
  const api = new ApiClient(first.url!)
  for (const [i, dataType] of TYPES.entries()) {
    const query = new URLSearchParams({ name: 'linear', dataType, format: 'pmml' }).toString()
    expect(await api.post(`/models?${query}`, linearPmml(1000 * i, { x: 1 }), 'application/octet-stream')).toMatchObject({ status: 200 })
  }
  // Where a record goes is Kafka's own client's choice, by its key.
  const producer = await client.producer()
  const sent = new Map<string, number>()
  const send = async (round: number) => {
    const records = TYPES.map((dataType, i) => {
      sent.set(`${dataType} ${round}`, 1000 * i + round)
      return { topic: `${prefix}in`, key: Buffer.from(dataType), value: Buffer.from(JSON.stringify({ x: round })) }
    })
    await producer.send(records)
  }
  const answers = async () => client.consume({ topics: [`${prefix}out`], whole: true })
  const expectAnswers = async (count: number) => {
    await eventually(`${count} answers`, async () => (await answers()).length === count)
    const scores = (await answers()).map(({ key, value, headers }) => {
      const { x } = JSON.parse(String(value)) as { x: number }
      return [`${String(key)} ${x}`, Number(String(headers.find(([name]) => name === 'sluice_score')![1]))] as const
    })
    expect(new Map(scores)).toEqual(sent)
  }
  await send(1)
  await expectAnswers(TYPES.length)

  const heldBy = async (node: SluiceNode) => (await node.services.models.list()).map(({ dataType }) => dataType)
  {
    await using second = await start()
    await second.assigned
    await eventually('the models are shared', async () => {
      const [one, other] = [await heldBy(first), await heldBy(second)]
      return other.length > 0 && one.length > 0 && [...one, ...other].toSorted().join() === TYPES.toSorted().join()
    })
    await send(2)
    await expectAnswers(2 * TYPES.length)
    // What another node holds can be published through this one.
    const theirs = (await heldBy(second))[0]!
    const query = new URLSearchParams({ name: 'linear', dataType: theirs, format: 'pmml' }).toString()
    const answer = await api.post(`/models?${query}`, linearPmml(-1, { x: 1 }), 'application/octet-stream')
    expect(answer).toMatchObject({ status: 200, body: { status: 'published', warning: expect.stringContaining('another node') as string } })
    await eventually('it serves there', async () => (await second.services.models.history(theirs)).versions.length === 2)
  }
  await eventually('all are back', async () => (await heldBy(first)).length === TYPES.length)
})
