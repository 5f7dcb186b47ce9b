import { expect, test } from 'vitest'
import { elementOfPath, fitsShape } from './shape.ts'

test.each([
  [[6], [2, 3], true],
  [[2, 3], [2, 3], true],
  [[1, 2, 1, 3], [2, 3], true],
  [[3, 2], [2, 3], false],
  [[2, 3], [1, 6], true],
  [[2, 3], [6], true],
  [[5], [6], false],
  [[2, 0], [1], false],
  [[1, 1], [1], true],
  [[2, 2, 2], [2, 4], false],
] as const)('lists of the lengths %j and the shape %j fit: %s', (lengths, shape, fits) => {
  expect(fitsShape(lengths, shape)).toBe(fits)
})

test('a path may end with the place of a value', () => {
  expect(elementOfPath('a.b[12]')).toEqual({ path: 'a.b', at: 12 })
  for (const path of ['a', 'a[]', 'a[-1]', 'a[1].b', '[1]', 'a[123456]', 'a[1 ]']) expect(elementOfPath(path)).toBeUndefined()
})
