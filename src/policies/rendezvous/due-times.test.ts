import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DueTimes } from './due-times.ts'
import { TextTable } from './text-table.ts'

describe('due times', () => {
  it('always know which row is first, whatever is set, changed and removed', () => {
    const change = fc.record({ row: fc.integer({ min: 0, max: 200 }), due: fc.option(fc.integer({ min: 0, max: 50 }), { freq: 3 }) })
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
        const times = new DueTimes()
        const plain = new Map<number, number>()
        for (const { row, due } of changes) {
          if (due === null) {
            times.remove(row)
            plain.delete(row)
          } else {
            times.set(row, due)
            plain.set(row, due)
          }
          const [first] = [...plain].sort(([rowA, a], [rowB, b]) => a - b || rowA - rowB)
          expect([times.size, times.first, times.next]).toEqual([plain.size, first?.[0] ?? -1, first?.[1] ?? Infinity])
        }
      }),
    )
  })
})

describe('a table of texts', () => {
  it('keeps a text as long as it is in use, and gives its code anew after that', () => {
    const table = new TextTable()
    const a = table.keep('a')
    expect([table.keep('b'), table.keep('a'), table.size]).toEqual([1, a, 2])
    table.release(a)
    expect(table.text(a)).toBe('a')
    table.release(a)
    expect([table.size, table.keep('c'), table.text(a)]).toEqual([1, a, 'c'])
  })
})
