import * as fc from 'fast-check'
import { expect } from 'vitest'

import { append, EPOCH, placed, type PlainRecord, readAll, type ReadRecord } from './plain-record.ts'
import type { Suite } from './suite.ts'

const PARTITIONS = 2

const text = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)), maxLength: 40 })
const headers = fc.array(fc.tuple(fc.string({ maxLength: 8 }), fc.option(text)), { maxLength: 3 })
const timestamp = fc.integer({ min: 0, max: 2 * EPOCH })

const anyRecord: fc.Arbitrary<PlainRecord> = fc.record({ key: fc.option(text), value: fc.option(text), timestamp, headers })
const keyedRecord: fc.Arbitrary<PlainRecord> = fc.record({
  key: fc.constantFrom('a', 'b', '', 'ÿ'),
  value: fc.option(text),
  timestamp,
  headers,
})

type Step =
  | { readonly kind: 'append'; readonly partition: number; readonly records: readonly PlainRecord[] }
  | { readonly kind: 'read'; readonly partition: number; readonly from: number; readonly maxBytes: number }

const partition = fc.nat(PARTITIONS - 1)
const read = fc.record({
  kind: fc.constant('read' as const),
  partition,
  from: fc.double({ min: 0, max: 1, noNaN: true }),
  maxBytes: fc.integer({ min: 1, max: 2000 }),
})

function history(record: fc.Arbitrary<PlainRecord>): fc.Arbitrary<Step[]> {
  const records = fc.array(record, { minLength: 1, maxLength: 6 })
  return fc.array(fc.oneof(fc.record({ kind: fc.constant('append' as const), partition, records }), read), { maxLength: 25 })
}

/** Random histories against the simplest log there is: an array of records per partition. */
export function modelTests({ log, test, topic, options }: Suite): void {
  test('any history of appends and reads agrees with an array of records', async () => {
    await fc.assert(
      fc.asyncProperty(history(anyRecord), async (steps) => {
        const name = await topic({ partitions: PARTITIONS })
        await play(name, steps, (records, from, seen) => expect(seen).toEqual(records.slice(from)))
      }),
      { numRuns: options.propertyRuns },
    )
  })

  test('any history of a compacted topic keeps the last record of each key', async () => {
    await fc.assert(
      fc.asyncProperty(history(keyedRecord), async (steps) => {
        const name = await topic({ partitions: PARTITIONS, cleanup: 'compact' })
        await play(name, steps, (records, from, seen) => {
          for (const each of seen) expect(each).toEqual(records[each.offset])
          const offsets = seen.map(({ offset }) => offset)
          expect(offsets).toEqual([...new Set(offsets)].toSorted((one, other) => one - other))
          const last = new Map(records.map(({ key, offset }) => [key, offset]))
          for (const offset of last.values()) if (offset >= from) expect(offsets).toContain(offset)
        })
      }),
      { numRuns: options.propertyRuns },
    )
  })

  async function play(
    name: string,
    steps: readonly Step[],
    check: (records: readonly ReadRecord[], from: number, seen: readonly ReadRecord[]) => void,
  ): Promise<void> {
    const model: ReadRecord[][] = Array.from({ length: PARTITIONS }, () => [])
    for (const step of steps) {
      const records = model[step.partition]!
      if (step.kind === 'append') {
        expect(await append(log(), name, step.records, step.partition)).toBe(BigInt(records.length))
        records.push(...placed(step.records, records.length))
      } else {
        const from = Math.round(step.from * records.length)
        const seen = await readAll(log(), name, { partition: step.partition, from: BigInt(from), maxBytes: step.maxBytes })
        check(records, from, seen)
      }
    }
    for (const [number, records] of model.entries()) {
      const next = BigInt(records.length)
      expect(await log().offsets({ topic: name, partition: number })).toEqual({ first: 0n, next })
      check(records, 0, await readAll(log(), name, { partition: number }))
    }
  }
}
