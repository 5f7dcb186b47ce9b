import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePosition, positionText } from './tail-position.ts'

test('a position is read back from its text, for any offsets', () => {
  expect(positionText([0n, 35n, 36n])).toBe('0.z.10')
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), { minLength: 1 }), (places) => {
      expect(parsePosition(positionText(places))).toEqual(places)
    }),
  )
})

test.each(['', '.', '1..2', '-1', 'A', '1,2', '1 ', 'zzzzzzzzzzzzzzzz'])("'%s' is no position", (text) => {
  expect(() => parsePosition(text)).toThrow(expect.objectContaining({ code: 'api.request.invalid' }) as Error)
})
