import { afterAll, beforeAll, expect, test } from 'vitest'
import { cuts, kills, losses, storm, zombies } from '../chaos/scenarios.ts'
import { ChaosStage } from '../chaos/stage.ts'
import { JavaClient } from '../setup/java-client/java-client.ts'
import { type KafkaCluster, startKafka } from '../setup/kafka/cluster.ts'

const NOTHING = { lost: 0, duplicated: 0, problems: [] }

let cluster: KafkaCluster
let client: JavaClient

beforeAll(async () => {
  cluster = await startKafka()
  client = await JavaClient.start(cluster.addresses)
})

afterAll(async () => {
  await client[Symbol.asyncDispose]()
  await cluster[Symbol.asyncDispose]()
})

/** What is on the log in the end, for at least so many records that something could go wrong. */
async function outcome(stage: ChaosStage) {
  const verdict = await stage.finish()
  if (verdict.inputs < 1000) throw new Error(`${verdict.inputs} records are too few to judge by`)
  return { ...verdict, problems: verdict.problems.slice(0, 10) }
}

test('40 kills between send and commit lose and double nothing', { timeout: 400_000 }, async () => {
  await using stage = await ChaosStage.start({ cluster, client, workers: 3 })
  await kills(stage, 40)
  expect(await outcome(stage)).toMatchObject(NOTHING)
  expect(stage.swaps).toBeGreaterThan(0)
})

test('workers that stand still for twice the session timeout and go on double nothing', { timeout: 200_000 }, async () => {
  await using stage = await ChaosStage.start({ cluster, client, workers: 2 })
  await zombies(stage, 5)
  expect(await outcome(stage)).toMatchObject(NOTHING)
})

test(
  'connections that are slow and break, a broker that restarts, and a storm of rebalances lose and double nothing',
  { timeout: 300_000 },
  async () => {
    await using stage = await ChaosStage.start({ cluster, client, workers: 2 })
    await cuts(stage, cluster, 2)
    await cluster.brokers[0]!.restart()
    await stage.flows()
    await storm(stage, 8)
    expect(await outcome(stage)).toMatchObject(NOTHING)
  },
)

test('one broker of three crashes, then one hangs, and each comes back: nothing is lost or doubled', { timeout: 500_000 }, async () => {
  await using three = await startKafka(3)
  await using reader = await JavaClient.start(three.addresses)
  await using stage = await ChaosStage.start({ cluster: three, client: reader, workers: 2, settings: { workers: 2 } })
  await kills(stage, 2)
  const waits = await losses(stage, three, ['kill', 'hang'])
  console.log(`answers went on ${waits.join(' and ')} ms after a broker was lost`)
  expect(await outcome(stage)).toMatchObject(NOTHING)
})
