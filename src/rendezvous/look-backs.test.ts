import { expect, it } from 'vitest'
import { overLog } from '../../test/fixtures/serving/over-log.ts'
import { constantDataType } from '../core/data-type-readers.ts'
import { Dictionary } from '../core/dictionary.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { Decider } from './decider.ts'
import { LaneClock } from './lane-clock.ts'
import { LookBacks } from './look-backs.ts'
import type { RendezvousServerOptions } from './options.ts'
import { Outbox } from './outbox.ts'
import { ManualTime } from './testing/server-world.ts'

const topics = { input: 'in', results: 'results', decisions: 'decisions', changelog: 'changelog', control: 'control' }

/** Look-backs on a log whose topics end where `ends` says. */
async function lookingBack(ends: Record<string, number>, answering?: (topic: string) => Promise<void>) {
  await using memory = createMemoryLog()
  const asked: string[] = []
  const log = overLog(memory, {
    async offsets({ topic }) {
      asked.push(topic)
      await answering?.(topic)
      return { first: 0n, next: BigInt(ends[topic]!) }
    },
  })
  const time = new ManualTime()
  const clock = new LaneClock(time)
  clock.move()
  const dictionary = new Dictionary()
  const options = {
    topics,
    scores: [],
    failures: [],
    policies: { wine: { answer: 'a' } },
    dataTypes: { reader: constantDataType('wine', dictionary), dictionary },
  } as unknown as RendezvousServerOptions
  const decider = new Decider(options, { partition: 0, clock, outbox: new Outbox('wine') })
  const lookBacks = new LookBacks(log, topics, 0)
  await lookBacks.start(clock.monotonic())
  const pass = (ms: number): void => {
    time.pass(ms)
    clock.move()
  }
  return { lookBacks, decider, clock, asked, pass }
}

it('goes back to before the oldest input that is open, and no further', async () => {
  const ends = { results: 5, changelog: 3 }
  const { lookBacks, decider, clock, pass } = await lookingBack(ends)
  const look = async (): Promise<void> => lookBacks.look(clock, decider, async () => {})
  pass(1000)
  decider.rendezvous.open({ id: '1', dataType: 'wine', budgetMs: 10_000 })
  Object.assign(ends, { results: 50, changelog: 30 })
  pass(1000)
  await look()
  expect(lookBacks.scan).toEqual({ results: 5, changelog: 3 })
  decider.rendezvous.score({ id: '1', model: 'a', value: 1 })
  Object.assign(ends, { results: 500, changelog: 300 })
  pass(1000)
  await look()
  expect(lookBacks.scan).toEqual({ results: 500, changelog: 300 })
})

it('looks where the changelog ends after what was under way is there, whose results may be there already', async () => {
  const ends = { results: 5, changelog: 3 }
  const { lookBacks, decider, clock, asked, pass } = await lookingBack(ends)
  pass(1000)
  const commit = Promise.withResolvers<void>()
  const looking = lookBacks.look(clock, decider, async () => commit.promise)
  await new Promise(setImmediate)
  expect(asked).toEqual(['results', 'changelog', 'results'])
  Object.assign(ends, { results: 9, changelog: 4 })
  commit.resolve()
  await looking
  expect(lookBacks.scan).toEqual({ results: 5, changelog: 4 })
})

it('does not pass by an input that came while the log was asked for its end', async () => {
  const ends = { results: 5, changelog: 3 }
  let looks = 0
  const { lookBacks, decider, clock, pass } = await lookingBack(ends, async (topic) => {
    if (topic !== 'changelog' || ++looks !== 2) return
    pass(1)
    decider.rendezvous.open({ id: '1', dataType: 'wine', budgetMs: 10_000 })
    // It is on record before the log answers.
    Object.assign(ends, { changelog: 4 })
  })
  pass(1000)
  await lookBacks.look(clock, decider, async () => {})
  expect(lookBacks.scan).toEqual({ results: 5, changelog: 3 })
})
