import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import type { PolicySpec } from '../../src/core/policy-spec.ts'
import type { Decision } from '../../src/policies/decisions/decision.ts'
import { differing, type Left, RendezvousStage } from '../chaos/rendezvous-stage.ts'
import { eventually } from '../eventually.ts'
import { JavaClient, type JavaProducer, type JavaRecord } from '../setup/java-client/java-client.ts'

const MINUTE = 60_000
/** How long those wait that are open when the server is killed. */
const OPEN_MS = 8000
const spec = { smart: 'a', fast: 'b' }
/** A data type for each test of the semantics (Rendezvous §8), so that all of them run at once. `x`, `y` and `z` score from outside. */
const policies: Record<string, PolicySpec> = {
  t1: { answer: { speculative: { ...spec, afterMs: 20_000 } }, budgetMs: MINUTE },
  t2: { answer: { speculative: { ...spec, afterMs: 300 } }, budgetMs: MINUTE },
  t3: { answer: 'nobody', budgetMs: 200, default: { value: -1 } },
  t4: { answer: { consensus: { of: ['x', 'y', 'z'] } }, budgetMs: 4000 },
  t5: { answer: 'x', budgetMs: MINUTE },
  t6: { answer: 'x', budgetMs: MINUTE },
  t7: { answer: { consensus: { of: ['x', 'y', 'z'] } }, budgetMs: 4000 },
  t8: { answer: { consensus: { of: ['x', 'y', 'z'] } }, budgetMs: MINUTE },
  t9: { answer: { bagging: { of: ['a', 'b', 'nobody'], by: 'mean' } }, budgetMs: OPEN_MS },
  t10: { answer: { quality: { of: ['a', 'b'] } }, budgetMs: MINUTE, decoy: ['archive'] },
  t11: { answer: { bagging: { of: ['x', 'y'], by: 'mean' } }, budgetMs: MINUTE },
  t15: { answer: 'nobody', default: { value: 'late' } },
  t17: { answer: { bandit: { name: 'choice', by: 'exp3', of: ['a', 'b'] } }, budgetMs: MINUTE },
  failing: { answer: { speculative: { smart: 'x', fast: 'a', afterMs: 10 } }, budgetMs: MINUTE },
}
const MANY = 10_000

let client: JavaClient
let producer: JavaProducer
let stage: RendezvousStage
let left: Left
let sent = 0

beforeAll(async () => {
  client = await JavaClient.start([inject('kafka')])
  stage = await RendezvousStage.start({
    broker: inject('kafka'),
    client,
    partitions: 3,
    models: ['a', 'b'],
    policies,
    guarantee: 'exactly-once',
  })
  producer = await client.producer({ 'linger.ms': 0 })
}, 60_000)

afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await client[Symbol.asyncDispose]()
})

function input(dataType: string, id: string, more: { x?: number; partition?: number; budget?: string; stall_a?: number } = {}): JavaRecord {
  const { x = 4, partition = 0, budget, ...rest } = more
  const headers: [string, Uint8Array][] = [['sluice_id', Buffer.from(id)]]
  if (budget !== undefined) headers.push(['sluice_budget', Buffer.from(budget)])
  return {
    topic: stage.topic('in'),
    partition,
    key: Buffer.from(id),
    value: Buffer.from(JSON.stringify({ dataType, x, ...rest })),
    headers,
  }
}

function score(model: string, id: string, value: string): JavaRecord {
  const headers = { sluice_id: id, sluice_model: `${model}@9`, sluice_score: value }
  const bytes = Object.entries(headers).map(([name, text]): [string, Uint8Array] => [name, Buffer.from(text)])
  return { topic: stage.topic('scores-others'), partition: 0, value: Buffer.from('{}'), headers: bytes }
}

const control = async (message: object): Promise<unknown> =>
  producer.send([{ topic: stage.topic('control'), value: Buffer.from(JSON.stringify(message)) }])

async function send(records: readonly JavaRecord[]): Promise<void> {
  sent += records.filter(({ topic }) => topic === stage.topic('in')).length
  await producer.send(records)
}

const arrived = async (topic: string, count: number): Promise<void> =>
  void (await eventually(`${count} of ${topic} arrived`, async () => (await stage.arrived(topic)) >= count))

const decision = (id: string): Decision => left.decisions.get(id)!

describe('a rendezvous across three processes on Kafka', { timeout: 90_000 }, () => {
  it('answers all inputs of the tests, and nothing more comes to make it do so', async () => {
    await send([score('x', 't5', '7')])
    await arrived('scores-others', 1)
    await send(Array.from({ length: 40 }, (_, i) => input('t17', `t17-${i}`)))
    await send(['t1', 't3', 't5', 't8', 't10', 't11', 't15', 't16'].map((type) => input(type, type)))
    await send([input('t15', 't15-zero', { budget: '0' }), input('t3', 't15-own', { budget: '33' }), input('t6', 'before')])
    await send([input('t2', 't2', { partition: 1, stall_a: 1500 }), input('failing', 'failing', { x: 13 }), input('failing', 'failing-2')])
    await arrived('in', sent)
    await control({ kind: 'policy', dataType: 't6', policy: { answer: 'y', budgetMs: MINUTE } })
    await control({ kind: 'service', dataType: 't11', model: 'y', inService: false })
    // Each partition has read both.
    await arrived('control', 6)
    await send([input('t6', 'after')])
    await arrived('in', sent)
    await send([
      // Together with their scores, which then are in time on a slow machine too.
      input('t4', 't4'),
      input('t7', 't7'),
      score('x', 'before', '1'),
      score('y', 'before', '2'),
      score('x', 'after', '1'),
      score('y', 'after', '2'),
      score('x', 't4', '1'),
      score('x', 't4', '1'),
      score('y', 't4', '2'),
      score('y', 't7', 'B'),
      score('x', 't7', 'A'),
      score('z', 't8', '3'),
      score('x', 't8', '3'),
      score('x', 't11', '6'),
      score('x', 'failing', '8'),
      score('x', 'failing-2', '8'),
    ])
    await eventually('all are answered, and the late score is there', async () => {
      left = await stage.left()
      return left.results.length >= sent && left.strays.some(({ id, why }) => id === 't2' && why === 'late')
    })
    expect(left.results).toHaveLength(sent)
  })

  it('T1, T2: the smart one in time, else the fast one at its time, and the late score is kept', () => {
    expect(decision('t1')).toMatchObject({ value: 4, model: 'a', version: '1', rule: 'speculative:smart', reason: 'in-time' })
    expect(decision('t2')).toMatchObject({ value: 40, model: 'b', rule: 'speculative:fast' })
    expect(decision('t2').elapsedMs).toBeGreaterThanOrEqual(300)
    expect(decision('t2').elapsedMs).toBeLessThan(1500)
    expect(left.strays.find(({ id }) => id === 't2')).toMatchObject({ model: 'a', why: 'late', value: 4 })
  })

  it('T3, T14: the default at the deadline, though nothing more comes', () => {
    expect(decision('t3')).toMatchObject({ value: -1, rule: 'default', reason: 'deadline', budgetMs: 200 })
    expect(decision('t3').elapsedMs).toBeGreaterThanOrEqual(200)
    expect(decision('t3').elapsedMs).toBeLessThan(1000)
  })

  it('T4, T7: a score counts once; who does not agree is decided at time-out, by priority and without quorum', () => {
    expect(decision('t4')).toMatchObject({ value: 1, quorum: false, reason: 'deadline' })
    expect(decision('t4').scores.map(({ model }) => model)).toEqual(['x', 'y'])
    expect(decision('t7')).toMatchObject({ value: 'A', quorum: false, reason: 'deadline' })
  })

  it('T5, T8: a score before its input; a majority ends the wait', () => {
    expect(decision('t5')).toMatchObject({ value: 7, model: 'x', version: '9', reason: 'in-time' })
    expect(decision('t5').scores[0]!.atMs).toBeLessThan(0)
    expect(decision('t8')).toMatchObject({ value: 3, quorum: true, rule: 'consensus:majority', reason: 'in-time' })
  })

  it('T6, T11: the policy that an input began with; nobody waits for a model that is gone', () => {
    expect(decision('before')).toMatchObject({ value: 1, model: 'x' })
    expect(decision('after')).toMatchObject({ value: 2, model: 'y' })
    expect(decision('after').epoch).toBeGreaterThan(decision('before').epoch)
    expect(decision('t11')).toMatchObject({ value: 6, reason: 'in-time' })
  })

  it('T10: a decoy that is not there is not waited for; a model that failed is not either', () => {
    expect(decision('t10').reason).toBe('in-time')
    expect(decision('failing')).toMatchObject({ value: 8, model: 'x' })
    expect(decision('failing').scores).toContainEqual(expect.objectContaining({ model: 'a', outcome: 'failed' }))
    expect(decision('failing-2')).toMatchObject({ value: 4, model: 'a', rule: 'speculative:fast' })
  })

  it('T15, T16: no budget is the default budget; a data type without a policy is answered at once', () => {
    expect(decision('t15')).toMatchObject({ value: 'late', budgetMs: 100 })
    expect(decision('t15-zero')).toMatchObject({ value: 'late', budgetMs: 100 })
    expect(decision('t15-own')).toMatchObject({ value: -1, budgetMs: 33 })
    expect(decision('t16')).toMatchObject({ value: null, policy: null, reason: 'no-policy' })
  })

  it('T17: the propensities of a choice sum to 1', () => {
    const chosen = new Map([...left.decisions.values()].flatMap(({ choices }) => choices.map((one) => [one.member, one.propensity])))
    expect(chosen.size).toBe(2)
    expect([...chosen.values()].reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12)
  })

  it(`T9: the server is killed with ${MANY} open mailboxes, and each gets one answer, by the scores that had come`, async () => {
    const before = sent
    const xs = Array.from({ length: MANY }, (_, i) => i + 14)
    await send(xs.map((x, i) => input('t9', `t9-${i}`, { x, partition: i % 3 })))
    // The record in which x is 13 has no score of either.
    await eventually(
      'all are open, with their scores',
      async () =>
        (await stage.arrived('in')) >= sent &&
        (await stage.arrived('scores-a')) >= sent - 1 &&
        (await stage.arrived('scores-b')) >= sent - 1,
    )
    const answeredBefore = await stage.answered()
    await stage.server.kill()
    const killedAt = performance.now()
    await eventually('all are overdue', () => performance.now() > killedAt + OPEN_MS)
    await stage.replaceServer()
    expect(answeredBefore).toBe(before)
    await eventually('all are answered', async () => (await stage.answered()) >= sent)
    left = await stage.left()
    expect(left.results).toHaveLength(sent)
    expect(left.repeated).toEqual([])
    const ours = [...left.decisions.values()].filter(({ dataType }) => dataType === 't9')
    expect(ours).toHaveLength(MANY)
    const wrong = ours.filter(({ id, value }) => value !== (xs[Number(id.slice(3))]! * 11) / 2)
    expect(wrong.slice(0, 3)).toEqual([])
    expect(new Set(ours.map(({ reason }) => reason))).toEqual(new Set(['recovered']))
  })

  it('T12: a replay of the decisions gives all results byte by byte', () => {
    expect(left.results.length).toBe(sent)
    expect(differing(left)).toEqual([])
  })
})
