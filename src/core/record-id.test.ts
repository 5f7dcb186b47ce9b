import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordId } from './record-id.ts'

test('ids follow their records, whichever way the offsets go', () => {
  const id = new RecordId()
  const steps = fc.array(fc.tuple(fc.nat(120), fc.oneof(fc.constant(1), fc.integer({ min: -3, max: 12 })), fc.boolean()), {
    maxLength: 300,
  })
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 8, 98, 999_990, 2 ** 31 - 5, 2 ** 53 - 4000), (all, start) => {
      let partition = 0
      let offset = start
      for (const [other, step, moves] of all) {
        if (moves) partition = other
        offset = Math.max(0, offset + step)
        id.set(partition, offset)
        expect(textOf(id)).toBe(`${partition}:${offset}`)
      }
    }),
  )
})

test('an id may be asked for twice, and partitions have up to ten digits', () => {
  const id = new RecordId()
  for (const [partition, offset] of [
    [2 ** 31 - 1, 2 ** 53 - 1],
    [2 ** 31 - 1, 2 ** 53 - 1],
    [0, 0],
    [0, 1],
  ] as const) {
    id.set(partition, offset)
    expect(textOf(id)).toBe(`${partition}:${offset}`)
  }
})

function textOf(id: RecordId): string {
  return Buffer.from(id.bytes.subarray(0, id.length)).toString()
}
