import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NumberText } from './number-text.ts'

test('numbers are written as ECMAScript writes them, and read back as the same double', () => {
  const text = new NumberText()
  fc.assert(
    fc.property(fc.double(), (value) => {
      const written = format(text, value)
      expect(written).toBe(Object.is(value, -0) ? '-0' : String(value))
      expect(Number(written)).toBe(value)
    }),
    { examples: [[5e-324], [-1.7976931348623157e308], [1e21], [123456789012345680000]] },
  )
})

test('what it remembers never stands for another number: the two zeros, and NaN, are told apart', () => {
  const text = new NumberText()
  const values = [0, -0, 0, Number.NaN, Number.NaN, 0, 1.5, 1.5, -1.5, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  expect(values.map((value) => format(text, value))).toEqual('0 -0 0 NaN NaN 0 1.5 1.5 -1.5 -0 Infinity -Infinity'.split(' '))
})

test('minus zero is JSON that keeps its sign', () => {
  expect(JSON.parse(format(new NumberText(), -0))).toBe(-0)
})

function format(text: NumberText, value: number): string {
  text.format(value)
  return Buffer.from(text.bytes.subarray(0, text.length)).toString()
}
