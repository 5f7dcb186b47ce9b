import { afterEach, describe, expect, it } from 'vitest'
import { eventually } from '../../test/eventually.ts'
import type { PolicySpec } from '../core/policy-spec.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { redecide } from '../policies/decisions/replay.ts'
import { resultText } from './outbox.ts'
import { ManualTime, ServerWorld } from './testing/server-world.ts'
import type { RendezvousServerOptions } from './options.ts'

const speculative: PolicySpec = {
  answer: { speculative: { smart: 'a', fast: 'b', afterMs: 20 } },
  budgetMs: 50,
  default: { value: -1 },
}
const both: PolicySpec = { answer: { bagging: { of: ['a', 'b'], by: 'mean' } }, budgetMs: 50 }

let world: ServerWorld
let time: ManualTime

afterEach(async () => {
  await world.server?.stop()
  await world.log[Symbol.asyncDispose]()
  if (world.failures.length > 0) throw world.failures[0]
})

async function begin(policy: PolicySpec, options: Partial<RendezvousServerOptions> = {}): Promise<void> {
  time = new ManualTime()
  world = new ServerWorld(createMemoryLog(), { clock: time, setTimer: time.setTimer, ...options })
  await world.start({ wine: policy })
}

/** Lets time pass in which what was sent arrives; then all that came is on record. */
async function arrived(topic: string, count: number): Promise<void> {
  await eventually(`${count} records of ${topic} arrived`, async () => {
    time.pass(1)
    return (await world.arrived(topic)) >= count
  })
}

describe('a rendezvous server', () => {
  it('answers an input by the scores of its models, under the key of the input and with its headers', async () => {
    await begin(both)
    const at = await world.inputs(['k'], 1, [
      ['reply-to', 'me'],
      ['ce_id', 'mine'],
    ])
    await world.scores('a', [[at, '4']], 1)
    await world.scores('b', [[at, '7']], 1)
    const [result] = await eventually('there is a result', async () => {
      const results = await world.results()
      return results.length > 0 && results
    })
    expect(result).toMatchObject({ partition: 1, key: 'k', value: { id: '1:0', dataType: 'wine', value: 5.5, rule: 'bagging:mean' } })
    expect(Object.fromEntries(result!.headers)).toMatchObject({
      'reply-to': 'me',
      ce_id: '1:0',
      ce_type: 'sluice.answered',
      sluice_score: '5.5',
      sluice_rule: 'bagging:mean',
      sluice_reason: 'in-time',
    })
  })

  it('answers at the deadline though nothing more comes (T3, T14)', async () => {
    await begin(speculative)
    await world.inputs(['k'])
    await arrived('in', 1)
    time.pass(60)
    const [decision] = await eventually('it is decided', async () => (await world.decisions()).length > 0 && (await world.decisions()))
    expect(decision).toMatchObject({ value: -1, rule: 'default', reason: 'deadline', elapsedMs: 50 })
    time.pass(10_000)
    expect(await world.results()).toHaveLength(1)
  })

  it('takes the fast one at its time and keeps what comes late (T2)', async () => {
    await begin(speculative)
    const at = await world.inputs(['k'])
    await arrived('in', 1)
    await world.scores('b', [[at, 'red']])
    await arrived('scores-b', 1)
    time.pass(20)
    await eventually('it is decided', async () => (await world.results()).length === 1)
    await world.scores('a', [[at, 'white']])
    const [stray] = await eventually('it is late', async () => (time.pass(1), await world.strays()).length > 0 && (await world.strays()))
    expect((await world.decisions())[0]).toMatchObject({ value: 'red', rule: 'speculative:fast', model: 'b', version: '1' })
    expect(stray).toMatchObject({ id: '0:0', model: 'a', why: 'late', value: 'white' })
    expect(await world.results()).toHaveLength(1)
  })

  it('holds a score that is there before its input (T5), and knows a model that failed', async () => {
    await begin(speculative)
    await world.failed('a', 0, 'another-topic')
    await world.scores('b', [[0, '3']])
    await world.failed('a', 0)
    await arrived('dead', 2)
    await arrived('scores-b', 1)
    await world.inputs(['k'])
    const [decision] = await eventually('it is decided', async () => (await world.decisions()).length > 0 && (await world.decisions()))
    expect(decision).toMatchObject({ value: 3, model: 'b', reason: 'in-time', elapsedMs: 0 })
    expect(new Map(decision!.scores.map(({ model, outcome }) => [model, outcome]))).toEqual(
      new Map([
        ['a', 'failed'],
        ['b', 'scored'],
      ]),
    )
  })

  it('follows the control topic, keeps the policy that an input began with (T6), and waits for no model that is gone (T11)', async () => {
    await begin(both)
    const first = await world.inputs(['before'])
    await arrived('in', 1)
    await world.control({ kind: 'policy', dataType: 'wine', policy: { answer: 'b', budgetMs: 40 } })
    await world.control({ kind: 'policy', dataType: 'wine', policy: { answer: { consensus: { of: ['a', 'b'] } } } })
    await eventually('the even consensus is refused by both partitions', () => world.ignored.length === 2)
    await world.inputs(['after'])
    await arrived('in', 2)
    await world.scores('b', [
      [first, '7'],
      [first + 1, '8'],
    ])
    await eventually('the second is answered', async () => (await world.results()).length === 1)
    await world.control({ kind: 'service', dataType: 'wine', model: 'a', inService: false })
    await eventually('the first is answered', async () => (time.pass(1), await world.results()).length === 2)
    expect((await world.decisions()).map(({ key, value, epoch, reason }) => [key, value, epoch, reason])).toEqual([
      ['after', 8, 2, 'in-time'],
      ['before', 7, 1, 'in-time'],
    ])
    expect(world.ignored[0]).toMatchObject({ code: 'policy.invalid' })
  })

  it('answers a data type without a policy at once (T16)', async () => {
    await begin(both)
    await world.control({ kind: 'policy', dataType: 'wine', policy: null })
    await eventually('the policy is gone', async () => (await world.arrived('control')) === 2 || (time.pass(1), false))
    await world.inputs(['k'])
    await eventually('it is answered', async () => (await world.results()).length === 1)
    expect((await world.decisions())[0]).toMatchObject({ reason: 'no-policy', value: null })
  })

  it('writes results that a replay of the decisions gives byte by byte (T12), and that decide the same again', async () => {
    await begin(speculative)
    const at = await world.inputs(['k1', 'k2', 'k3'])
    await arrived('in', 3)
    await world.scores('b', [
      [at, '1.5'],
      [at + 1, 'a "label"'],
    ])
    await arrived('scores-b', 2)
    await world.scores('a', [[at, '2.5']])
    await arrived('scores-a', 1)
    time.pass(100)
    await eventually('all are answered', async () => (await world.results()).length === 3)
    const decisions = await world.decisions()
    expect((await world.results()).map(({ text }) => text)).toEqual(decisions.map(resultText))
    const again = [
      ...redecide(
        speculative,
        decisions.map((decision) => ({ decision })),
      ),
    ]
    expect(again.map(({ value, rule, model }) => ({ value, rule, model }))).toEqual(
      decisions.map(({ value, rule, model }) => ({ value, rule, model })),
    )
  })

  it('knows an input by a header where it is told to, so that one which was sent twice is answered once', async () => {
    await begin(both, { idHeader: 'sluice_id' })
    await world.inputs(['k'], 0, [['sluice_id', '0:1']])
    await world.inputs(['place'], 0)
    await world.inputs(['k'], 0, [['sluice_id', '0:1']])
    await arrived('in', 3)
    time.pass(100)
    await eventually('they are answered', async () => (await world.results()).length === 2)
    time.pass(100)
    expect((await world.decisions()).map(({ id, key }) => [id, key])).toEqual([
      ['=0:1', 'k'],
      ['0:1', 'place'],
    ])
  })

  it('reads no more inputs than may be open, and answers all of them in the end', async () => {
    await begin(speculative, { maxOpen: 10 })
    await world.inputs(Array.from({ length: 35 }, (_, i) => `k${i}`))
    const open: number[] = []
    await eventually('all are answered', async () => {
      open.push(world.server!.open)
      time.pass(25)
      return (await world.results()).length === 35
    })
    // Those of one look at the log are not parted.
    expect(Math.max(...open)).toBeLessThanOrEqual(10 + 256)
  })
})
