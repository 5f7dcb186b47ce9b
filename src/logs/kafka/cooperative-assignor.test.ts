import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { TopicPartition } from '../../core/log.ts'
import { assignCooperatively, type CooperativeMember } from './cooperative-assignor.ts'
import { keyOf } from './partition-key.ts'

const p = (topic: string, ...partitions: number[]): TopicPartition[] => partitions.map((partition) => ({ topic, partition }))

function member(memberId: string, owned: readonly TopicPartition[] = [], generationId = owned.length > 0 ? 1 : -1): CooperativeMember {
  return { memberId, topics: ['t'], owned, generationId }
}

function assigned(members: readonly CooperativeMember[], count: number): Record<string, string[]> {
  const assignment = assignCooperatively(members, new Map([['t', count]]))
  return Object.fromEntries([...assignment].map(([id, partitions]) => [id, partitions.map(keyOf).toSorted()]))
}

describe('A cooperative round', () => {
  test('gives what nobody has to those with the least', () => {
    expect(assigned([member('b'), member('a')], 5)).toEqual({ a: ['t-0', 't-2', 't-4'], b: ['t-1', 't-3'] })
  })

  test('gives what moves to nobody yet: its owner has to give it up first', () => {
    expect(assigned([member('a', p('t', 0, 1, 2, 3)), member('b')], 4)).toEqual({ a: ['t-0', 't-1'], b: [] })
    expect(assigned([member('a', p('t', 0, 1), 2), member('b')], 4)).toEqual({ a: ['t-0', 't-1'], b: ['t-2', 't-3'] })
  })

  test('believes of two claims the one of the later generation', () => {
    expect(assigned([member('ghost', p('t', 0, 1), 4), member('heir', p('t', 0), 5)], 2)).toEqual({ ghost: ['t-1'], heir: ['t-0'] })
  })

  test('takes a partition from both where two claim it of the same generation', () => {
    expect(assigned([member('a', p('t', 0), 5), member('b', p('t', 0), 5)], 1)).toEqual({ a: [], b: [] })
  })

  test('disregards claims of partitions that are not there, or of other topics', () => {
    expect(assigned([member('a', [...p('t', 0, 7), ...p('other', 0)])], 1)).toEqual({ a: ['t-0'] })
  })
})

const TOPICS = ['a', 'b', 'c']
const counts = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map((sizes) => new Map(TOPICS.map((topic, i) => [topic, sizes[i]!])))
const claim = fc.record({ topic: fc.constantFrom(...TOPICS), partition: fc.nat(9) })
const members = (topics: fc.Arbitrary<string[]>) =>
  fc.uniqueArray(
    fc.record({
      memberId: fc.string({ maxLength: 3 }),
      topics,
      owned: fc.uniqueArray(claim, { selector: keyOf }),
      generationId: fc.nat(3),
    }),
    {
      minLength: 1,
      maxLength: 7,
      selector: ({ memberId }) => memberId,
    },
  )
const subscriptions = members(fc.uniqueArray(fc.constantFrom(...TOPICS), { minLength: 1 }))

/** As members do: each gives up what it is not assigned, and all join again, until nothing has to be given up. */
function settle(
  all: readonly CooperativeMember[],
  topicCounts: ReadonlyMap<string, number>,
): { members: CooperativeMember[]; rounds: number } {
  let current = [...all]
  for (let rounds = 1; rounds < 10; rounds++) {
    const assignment = assignCooperatively(current, topicCounts)
    const gaveUp = current.some(({ memberId, owned }) => {
      const keys = new Set(assignment.get(memberId)!.map(keyOf))
      return owned.some((partition) => !keys.has(keyOf(partition)))
    })
    current = current.map((each) => ({ ...each, owned: assignment.get(each.memberId)!, generationId: 10 + rounds }))
    if (!gaveUp) return { members: current, rounds }
  }
  throw new Error('it does not settle')
}

describe('Cooperative rounds, whatever members say that they have', () => {
  test('never give a partition to anybody while another may be working on it', () => {
    fc.assert(
      fc.property(subscriptions, counts, (all, topicCounts) => {
        const newest = new Map<string, number>()
        for (const { owned, topics, generationId } of all)
          for (const each of owned)
            if (topics.includes(each.topic)) newest.set(keyOf(each), Math.max(generationId, newest.get(keyOf(each)) ?? -1))
        const seen = new Set<string>()
        for (const [memberId, partitions] of assignCooperatively(all, topicCounts)) {
          for (const partition of partitions) {
            const key = keyOf(partition)
            expect(seen.has(key)).toBe(false)
            seen.add(key)
            const holders = all.filter(
              (each) =>
                each.topics.includes(partition.topic) &&
                each.owned.some((one) => keyOf(one) === key) &&
                each.generationId === newest.get(key),
            )
            expect(holders.every((holder) => holder.memberId === memberId)).toBe(true)
          }
        }
      }),
    )
  })

  test('settle in at most three, with every partition that anybody wants assigned once and evenly', () => {
    fc.assert(
      fc.property(subscriptions, counts, (all, topicCounts) => {
        const { members: settled, rounds } = settle(all, topicCounts)
        expect(rounds).toBeLessThanOrEqual(3)
        const given = settled.flatMap(({ owned }) => owned.map(keyOf))
        const wanted = TOPICS.filter((topic) => all.some(({ topics }) => topics.includes(topic)))
        expect(given.toSorted()).toEqual(
          wanted.flatMap((topic) => p(topic, ...Array.from({ length: topicCounts.get(topic) ?? 0 }, (_, i) => i)).map(keyOf)).toSorted(),
        )
        const uneven = settled.flatMap((donor) =>
          settled.filter(
            (taker) => donor.owned.some(({ topic }) => taker.topics.includes(topic)) && taker.owned.length < donor.owned.length - 1,
          ),
        )
        expect(uneven).toEqual([])
      }),
    )
  })

  test('move no more than is needed where all want the same topics', () => {
    const same = members(fc.constant(TOPICS)).chain((all) => {
      // Each partition is claimed once, by any member, as after a settled round.
      const everything = TOPICS.flatMap((topic) => p(topic, ...Array(10).keys()))
      return fc
        .array(fc.nat(all.length), { minLength: 30, maxLength: 30 })
        .map((owners) => all.map((each, i) => ({ ...each, generationId: 1, owned: everything.filter((_, at) => owners[at] === i) })))
    })
    fc.assert(
      fc.property(same, (all) => {
        const total = 30
        const least = Math.floor(total / all.length)
        const more = total % all.length
        // Those with the most keep one more than the others.
        const held = all.map(({ owned }) => owned.length).toSorted((a, b) => b - a)
        const keepable = held.reduce((sum, count, i) => sum + Math.min(count, least + (i < more ? 1 : 0)), 0)
        const { members: settled } = settle(all, new Map(TOPICS.map((topic) => [topic, 10])))
        const kept = settled.reduce((sum, { memberId, owned }) => {
          const before = new Set(all.find((each) => each.memberId === memberId)!.owned.map(keyOf))
          return sum + owned.filter((each) => before.has(keyOf(each))).length
        }, 0)
        expect(kept).toBe(keepable)
      }),
    )
  })

  test('are the same in whatever order the members are listed', () => {
    fc.assert(
      fc.property(subscriptions, counts, (all, topicCounts) => {
        const assignment = assignCooperatively(all, topicCounts)
        expect(assignCooperatively(all.toReversed(), topicCounts)).toEqual(assignment)
      }),
    )
  })
})

test('a large group is shared out at once', () => {
  const large = Array.from({ length: 100 }, (_, i) => member(`m${i}`, i === 0 ? p('t', ...Array(10_000).keys()) : []))
  const started = performance.now()
  const assignment = assignCooperatively(large, new Map([['t', 10_000]]))
  expect(assignment.get('m0')).toHaveLength(100)
  expect(performance.now() - started).toBeLessThan(2000)
})
