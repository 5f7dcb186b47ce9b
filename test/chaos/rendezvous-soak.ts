import { setTimeout as pause } from 'node:timers/promises'
import type { PolicySpec } from '../../src/core/policy-spec.ts'
import { eventually } from '../eventually.ts'
import { JavaClient } from '../setup/java-client/java-client.ts'
import { startKafka } from '../setup/kafka/cluster.ts'
import { policyRound } from './policy-round.ts'
import { perRecord, processTimes } from './process-time.ts'
import { RendezvousFeed } from './rendezvous-feed.ts'
import { differing, RendezvousStage } from './rendezvous-stage.ts'

const BUDGET_MS = 50
/** What the way from the decision to the log may take beside the budget. */
const WITHIN_MS = 60
const PARTITIONS = 2
/** The answer of all three, or of those that are there when the time is up. */
const policy: PolicySpec = { answer: { quality: { of: ['a', 'b', 'c'] } }, budgetMs: BUDGET_MS }

export interface RoundOptions {
  readonly guarantee: 'exactly-once' | 'at-least-once'
  readonly rate: number
  readonly seconds: number
  /** What a consumer of the input, which the policy knows as a decoy, does, where there is one. */
  readonly decoy?: 'stopped' | 'slow' | undefined
  /** How often the server is killed afterwards, at a fifth of the rate. */
  readonly kills: number
}

export interface RoundResult {
  readonly sent: number
  readonly answered: number
  readonly repeated: number
  readonly problems: readonly string[]
  /** Of those that were sent before anything was killed: from when they were made to when the broker had their results, in ms, ascending. */
  readonly latencies: readonly number[]
  readonly late: number
  /** Processor time while it was measured, in microseconds a record, by process. */
  readonly times: string
}

/** One round against a broker: a steady load with a model that stalls at random, then kills of the server. */
export async function rendezvousRound(broker: string, client: JavaClient, options: RoundOptions): Promise<RoundResult> {
  const { guarantee, rate, seconds, decoy, kills } = options
  await using stage = await RendezvousStage.start({
    broker,
    client,
    partitions: PARTITIONS,
    models: ['a', 'b', 'c'],
    policies: { thing: decoy !== undefined ? { ...policy, decoy: ['archive'] } : policy },
    guarantee,
    budgetFrom: 'timestamp',
    budgetTo: 'log',
    appendTime: true,
    decoy,
  })
  const to = { broker, topic: stage.topic('in'), partitions: PARTITIONS, dataType: 'thing' }
  const warmUp = new RendezvousFeed({ ...to, rate })
  await pause(3000)
  await warmUp.stop()
  const measuredFrom = Date.now()
  const before = await processTimes()
  const feed = new RendezvousFeed({ ...to, rate })
  await pause(seconds * 1000)
  await feed.stop()
  let sent = warmUp.sent + feed.sent
  await eventually('all are answered', async () => (await stage.answered()) >= sent, { withinMs: 60_000 })
  const measuredTo = Date.now()
  const times = perRecord(before, await processTimes(), feed.sent)
  for (let i = 0; i < kills; i++) {
    const slow = new RendezvousFeed({ ...to, rate: rate / 5 })
    await pause(500 + Math.random() * 1000)
    await stage.replaceServer()
    await pause(500)
    await slow.stop()
    sent += slow.sent
  }
  await eventually('all are answered, after kills too', async () => (await stage.answered()) >= sent, { withinMs: 60_000 })
  // The last scores of a model that stalled.
  await pause(3000)
  await stage.server.stop()
  const left = await stage.left()
  const seen = new Set<string>()
  let repeated = 0
  const latencies: number[] = []
  for (const { headers, timestamp } of left.results) {
    const text = (name: string): string => headers.find(([one]) => one === name)![1]!.toString()
    if (seen.has(text('ce_id'))) repeated++
    seen.add(text('ce_id'))
    const made = Number(text('made'))
    if (made >= measuredFrom && made < measuredTo) latencies.push(timestamp - made)
  }
  const differ = guarantee === 'exactly-once' || kills === 0 ? differing(left) : []
  return {
    sent,
    answered: seen.size,
    repeated,
    problems: differ.map((id) => `the result of ${id} is not what its decision says`),
    latencies: latencies.toSorted((a, b) => a - b),
    late: left.strays.filter(({ why }) => why === 'late').length,
    times,
  }
}

/** All processes share two processors: threads that a broker has for more of them would only wait for each other. */
const BROKER = { 'num.network.threads': 1, 'num.io.threads': 2 }
const RATE = 5000
const SECONDS = 20

/**
 * So many rounds, by turns with and without a decoy: the models as arms of one process, then each in a process of its own, by turns with and without transactions, and with a
 * server that is killed. True where each input has one answer, and in time.
 */
export async function soakRendezvous(rounds: number): Promise<boolean> {
  await using cluster = await startKafka(1, { properties: BROKER })
  await using client = await JavaClient.start(cluster.addresses)
  const broker = cluster.addresses[0]!
  const sum = { sent: 0, answered: 0, wrong: 0 }
  const promised: number[] = []
  const tell = (name: string, result: RoundResult): void => {
    const { sent, answered, repeated, problems, latencies, late, times } = result
    console.log(
      `${name}: answered ${answered} of ${sent}, repeated ${repeated}, late scores kept ${late}, ` +
        `p50 ${at(latencies, 0.5)} p99 ${at(latencies, 0.99)} p99.9 ${at(latencies, 0.999)} max ${latencies.at(-1)} ms, ${share(latencies)} % within ${WITHIN_MS} ms`,
    )
    console.log(`  processor time in us a record: ${times}`)
    for (const problem of problems.slice(0, 5)) console.log(`  ${problem}`)
    sum.sent += sent
    sum.answered += answered
    sum.wrong += repeated + problems.length
  }
  for (let round = 1; round <= rounds; round++) {
    const guarantee = round % 3 === 0 ? 'exactly-once' : 'at-least-once'
    const decoy = round % 2 === 0
    const beside = decoy ? ', with a decoy' : ''
    const inOne = await policyRound(broker, client, { rate: RATE, seconds: SECONDS, budgetMs: BUDGET_MS, decoy })
    tell(`round ${round}, in one process${beside}`, inOne)
    promised.push(...inOne.latencies)
    const stands = decoy ? 'stopped' : undefined
    const across = await rendezvousRound(broker, client, { guarantee, rate: RATE, seconds: SECONDS, decoy: stands, kills: 3 })
    tell(`round ${round}, across processes, ${guarantee}${beside}`, across)
    if (guarantee === 'at-least-once') promised.push(...across.latencies)
  }
  console.log(await compareDecoys(broker, client))
  console.log(`answered ${sum.answered} of ${sum.sent}, ${share(promised)} % within budget`)
  return sum.answered === sum.sent && sum.wrong === 0 && Number(share(promised)) >= 99.9
}

const DECOYS = [undefined, 'stopped', 'slow'] as const
const TURNS = 3
const TURN_SECONDS = 8

/** What a decoy that stands still, or is slow, does to the answers: rounds without and with it, by turns; noise is how far apart those without one are. */
async function compareDecoys(broker: string, client: JavaClient): Promise<string> {
  const p99s: number[][] = DECOYS.map(() => [])
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [i, decoy] of DECOYS.entries()) {
      const options = { guarantee: 'at-least-once', rate: RATE, seconds: TURN_SECONDS, decoy, kills: 0 } as const
      p99s[i]!.push(at((await rendezvousRound(broker, client, options)).latencies, 0.99))
    }
  }
  const [without, stopped, slow] = p99s.map((each) =>
    at(
      each.toSorted((a, b) => a - b),
      0.5,
    ),
  ) as [number, number, number]
  const noise = Math.max(...p99s[0]!) - Math.min(...p99s[0]!)
  const isNoise = Math.max(stopped, slow) - without <= Math.max(noise, 2)
  const all = p99s.map((each) => each.join(' ')).join(' / ')
  return (
    `p99 without a decoy ${without} ms, with one that stands still ${stopped} ms, with a slow one ${slow} ms: ` +
    `${isNoise ? 'within' : 'beyond'} noise (${all})`
  )
}

function at(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

/** How many of a hundred are within the limit, not rounded up. */
function share(latencies: readonly number[]): string {
  const within = latencies.filter((each) => each <= WITHIN_MS).length
  return (Math.floor((within / Math.max(1, latencies.length)) * 100_000) / 1000).toFixed(3)
}
