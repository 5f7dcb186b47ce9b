import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../eventually.ts'
import type { JavaClient } from '../setup/java-client/java-client.ts'
import { createAppendTimeTopic } from './append-time-topic.ts'
import { perRecord, processTimes } from './process-time.ts'
import { RendezvousFeed } from './rendezvous-feed.ts'
import type { RoundResult } from './rendezvous-soak.ts'
import { SESSION_TIMEOUT_MS } from './stage.ts'
import { WorkerProcess } from './worker-process.ts'

const PARTITIONS = 2
const DATA_TYPE = 'any'

export interface PolicyRoundOptions {
  readonly rate: number
  readonly seconds: number
  readonly budgetMs: number
  /** Whether an archive that the policy knows as a decoy gets all records too. */
  readonly decoy: boolean
}

/** The models as arms of one stream, in one process: a steady load, and one that stalls at random. */
export async function policyRound(broker: string, client: JavaClient, options: PolicyRoundOptions): Promise<RoundResult> {
  const { rate, seconds, budgetMs, decoy } = options
  const prefix = `p${randomUUID().slice(0, 8)}-`
  const topic = (name: string): string => `${prefix}${name}`
  await createAppendTimeTopic(broker, topic('out'), PARTITIONS)
  const own = ['deadLetters', 'events', 'swaps', 'statistics', 'modelState', 'control', 'rewards']
  const policy = { answer: { quality: { of: ['a', 'b', 'c'] } }, budgetMs, ...(decoy && { decoy: ['archive'] }) }
  await using node = new WorkerProcess({
    log: `kafka:${broker}`,
    group: topic('group'),
    'http.port': 0,
    'models.topic': topic('models'),
    'models.definitions': resolve(import.meta.dirname, '../fixtures/rendezvous/three-models.ts'),
    topics: Object.fromEntries(own.map((name) => [name, topic(name)])),
    'kafka.sessionTimeoutMs': SESSION_TIMEOUT_MS,
    logging: { level: 'warn', pretty: false },
    streams: [
      {
        name: 'things',
        input: topic('in'),
        output: topic('out'),
        decisions: topic('decisions'),
        partitions: PARTITIONS,
        dataType: { constant: DATA_TYPE },
        commit: { guarantee: 'at-least-once' },
        policy,
        ...(decoy && { archives: [{ name: 'archive', to: { topic: topic('archive') } }] }),
      },
    ],
  })
  const ended = await Promise.race([node.ready.then(() => undefined), node.exit.then((exit) => ({ exit }))])
  if (ended !== undefined) throw new Error(`the node ended with ${ended.exit} before it was ready: ${node.said}`)
  const to = { broker, topic: topic('in'), partitions: PARTITIONS, dataType: DATA_TYPE, rate }
  const warmUp = new RendezvousFeed(to)
  await pause(3000)
  await warmUp.stop()
  const measuredFrom = Date.now()
  const before = await processTimes()
  const feed = new RendezvousFeed(to)
  await pause(seconds * 1000)
  await feed.stop()
  const sent = warmUp.sent + feed.sent
  const answered = async (): Promise<number> => {
    let count = 0
    await client.forEach({ topics: [topic('out')], digest: true }, () => void count++)
    return count
  }
  await eventually('all are answered', async () => (await answered()) >= sent, { withinMs: 60_000 })
  const times = perRecord(before, await processTimes(), feed.sent)
  // The last scores of a model that stalled.
  await pause(3000)
  const seen = new Set<string>()
  let repeated = 0
  const latencies: number[] = []
  for (const { headers, timestamp } of await client.consume({ topics: [topic('out')], whole: true })) {
    const text = (name: string): string => headers.find(([one]) => one === name)![1]!.toString()
    if (seen.has(text('ce_id'))) repeated++
    seen.add(text('ce_id'))
    if (Number(text('made')) >= measuredFrom) latencies.push(timestamp - Number(text('made')))
  }
  let late = 0
  for (const { value } of await client.consume({ topics: [topic('decisions')], whole: true })) {
    if ((JSON.parse(value!.toString()) as { why?: string }).why === 'late') late++
  }
  return { sent, answered: seen.size, repeated, problems: [], latencies: latencies.toSorted((x, y) => x - y), late, times }
}
