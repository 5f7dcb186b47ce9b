import { describe, expect, it } from 'vitest'
import { eventually } from '../../test/eventually.ts'
import { overGroup, overLog } from '../../test/fixtures/serving/over-log.ts'
import { SluiceError } from '../core/errors.ts'
import type { Commit, Log } from '../core/log.ts'
import type { PolicySpec } from '../core/policy-spec.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { ManualTime, ServerWorld } from './testing/server-world.ts'

const policy: PolicySpec = {
  answer: {
    rendezvous: {
      schedule: [
        { afterMs: 0, accept: ['a'] },
        { afterMs: 400, accept: ['a', 'b'] },
      ],
    },
  },
  budgetMs: 1000,
  default: { value: -1 },
}

/**
 * A process' view of a log, which it loses after so many commits: of the next one, nothing is written, or, as without transactions, the first
 * `parts` of its appends; and nothing of what it does after that.
 */
function mortal(log: Log, commits: number, parts = 0): { log: Log; died: Promise<void>; kill(): void } {
  const death = Promise.withResolvers<void>()
  let left = commits
  let dead = false
  const never = new Promise<never>(() => {})
  const view = overLog(log, {
    async *read(options) {
      for await (const batch of log.read(options)) {
        if (dead) await never
        yield batch
      }
    },
    async join(options) {
      const group = await log.join(options)
      return {
        overlapping: group.overlapping,
        async commit(commit: Commit) {
          if (dead) return never
          if (left-- > 0) return group.commit(commit)
          dead = true
          for (const append of commit.appends.slice(0, parts)) await log.append(append)
          death.resolve()
          return never
        },
        hurry: () => group.hurry(),
        committed: async (partition) => group.committed(partition),
        leave: async () => group.leave(),
      }
    },
  })
  return { log: view, died: death.promise, kill: () => void (dead = true) }
}

describe('a rendezvous server that crashes', () => {
  it('answers what was open once, overdue ones at once and as recovered, by the scores that had come (T9)', async () => {
    const log = createMemoryLog()
    const time = new ManualTime()
    const world = new ServerWorld(log, { clock: time, setTimer: time.setTimer })
    const first = mortal(log, Infinity)
    await world.start({ wine: policy }, first.log)
    const at = await world.inputs(Array.from({ length: 100 }, (_, i) => `k${i}`))
    await world.scores('b', [[at + 1, '7']])
    await world.scores('a', [[at + 2, '8']])
    await eventually('all is on record, and one is answered', async () => {
      time.pass(1)
      return (await world.arrived('in')) === 100 && (await world.arrived('scores-b')) === 1 && (await world.results()).length === 1
    })
    first.kill()
    time.restart(5000)
    const second = new ServerWorld(log, { clock: time, setTimer: time.setTimer, group: 'another' })
    await second.start({ wine: policy })
    await eventually('all are answered', async () => (await second.results()).length === 100)
    await second.scores('b', [
      [at, '1'],
      [at + 3, '1'],
    ])
    await eventually('late scores are known', async () => (time.pass(1), await second.strays()).length === 2)
    const decisions = await second.decisions()
    expect(new Set(decisions.map(({ id }) => id)).size).toBe(100)
    expect(decisions[0]).toMatchObject({ id: '0:2', value: 8, reason: 'in-time' })
    expect(decisions.slice(1).every(({ reason, elapsedMs }) => reason === 'recovered' && elapsedMs >= 5000)).toBe(true)
    expect(decisions.find(({ id }) => id === '0:1')).toMatchObject({ value: 7, model: 'b' })
    expect(decisions.find(({ id }) => id === '0:0')).toMatchObject({ value: -1, rule: 'default' })
    expect((await second.strays()).every(({ why }) => why === 'late')).toBe(true)
    await second.server!.stop()
    await log[Symbol.asyncDispose]()
  })

  it('goes on waiting for what is not due, from when it came', async () => {
    const log = createMemoryLog()
    const time = new ManualTime()
    const world = new ServerWorld(log, { clock: time, setTimer: time.setTimer })
    const first = mortal(log, Infinity)
    await world.start({ wine: policy }, first.log)
    const at = await world.inputs(['k'])
    await world.scores('b', [[at, '7']])
    await eventually('all is on record', async () => {
      time.pass(1)
      return (await world.arrived('in')) === 1 && (await world.arrived('scores-b')) === 1
    })
    first.kill()
    time.restart(100)
    const second = new ServerWorld(log, { clock: time, setTimer: time.setTimer, group: 'another' })
    await second.start({ wine: policy })
    await eventually('it waits', () => second.server!.open === 1)
    time.pass(1000)
    const [decision] = await eventually('it is answered', async () => {
      const decisions = await second.decisions()
      return decisions.length > 0 && decisions
    })
    expect(decision).toMatchObject({ value: 7, model: 'b', reason: 'in-time', elapsedMs: 400 })
    await second.server!.stop()
    await log[Symbol.asyncDispose]()
  })

  it.each([
    { guarantee: 'exactly-once', parts: 0 },
    { guarantee: 'exactly-once', parts: 1 },
    { guarantee: 'exactly-once', parts: 2 },
    { guarantee: 'exactly-once', parts: 3 },
    // What came goes to the log behind the answers then.
    { guarantee: 'at-least-once', parts: 0 },
    { guarantee: 'at-least-once', parts: 1 },
  ] as const)(
    'answers each input once, wherever it dies, and with $parts parts of its last commit on the log ($guarantee)',
    { timeout: 20_000 },
    async ({ guarantee, parts }) => {
      const log = createMemoryLog()
      const time = new ManualTime()
      let sent = 0
      const live = async (process: { readonly log: Log }, life: number): Promise<ServerWorld> => {
        const world = new ServerWorld(log, { clock: time, setTimer: time.setTimer, group: `group-${life}`, guarantee })
        await world.start({ wine: policy }, process.log)
        const at = await world.inputs(Array.from({ length: 20 }, (_, i) => `k${sent + i}`))
        sent += 20
        await world.scores(
          'a',
          Array.from({ length: 7 }, (_, i) => [at + 2 * i, String(at + 2 * i)] as const),
        )
        await world.scores(
          'b',
          Array.from({ length: 9 }, (_, i) => [at + 3 * i, String(at + 3 * i)] as const),
        )
        return world
      }
      for (let life = 0; life < 11; life++) {
        const process = mortal(log, 1 + (life % 4), parts)
        let isDead = false
        void process.died.then(() => (isDead = true))
        await live(process, life)
        await eventually('it dies', () => (time.pass(60), isDead))
        time.restart(70)
      }
      const world = await live({ log }, 11)
      await eventually('all are answered', async () => (time.pass(60), (await world.results()).length >= sent))
      const results = await world.results()
      expect([results.length, new Set(results.map(({ value }) => value['id'])).size]).toEqual([sent, sent])
      const wrong = results.filter(({ value }) => value['value'] !== -1 && `0:${String(value['value'])}` !== value['id'])
      expect(wrong).toEqual([])
      await world.server!.stop()
      await log[Symbol.asyncDispose]()
    },
  )

  it('says why it answered as it did, when it has lost its partition since (at-least-once)', async () => {
    const log = createMemoryLog()
    const time = new ManualTime()
    const world = new ServerWorld(log, { clock: time, setTimer: time.setTimer, guarantee: 'at-least-once' })
    const lost = Promise.withResolvers<never>()
    let asked = 0
    let isLost = false
    const member = overGroup(log, (group) => ({
      commit: async (commit) => (commit.offsets.length > 0 && !isLost && asked++ > 1 ? lost.promise : group.commit(commit)),
    }))
    await world.start({ wine: policy }, member)
    await eventually('both partitions have begun', () => asked === 2)
    // So that offsets are told again.
    time.pass(1000)
    const at = await world.inputs(['k'])
    await eventually('it is told how far was read', () => (time.pass(1), asked > 2))
    await world.scores('a', [[at, '1']])
    await eventually('it is answered', async () => (await world.results()).length === 1)
    expect(await world.decisions()).toEqual([])
    isLost = true
    lost.reject(new SluiceError('log.fenced', 'another has the partition'))
    await eventually('there is its decision', async () => (await world.decisions()).length === 1)
    await world.server!.stop()
    await log[Symbol.asyncDispose]()
  })
})
