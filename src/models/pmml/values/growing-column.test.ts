import { expect, it } from 'vitest'
import { byteColumn, doubleColumn, int32Column } from './growing-column.ts'

it('keeps every entry, over as many chunks as it takes', () => {
  for (const count of [0, 1, 64, 65, 4096, 4097, 10_000]) {
    const columns = [int32Column(), doubleColumn(), byteColumn()]
    for (const column of columns) {
      for (let i = 0; i < count; i++) column.push(i % 200)
      if (count > 0) column.set(count - 1, 7)
      const expected = Array.from({ length: count }, (_, i) => (i === count - 1 ? 7 : i % 200))
      expect(Array.from({ length: count }, (_, i) => column.get(i))).toEqual(expected)
      expect([...column.finish()]).toEqual(expected)
      column.push(9)
      expect([...column.finish()]).toEqual([9])
    }
  }
})
