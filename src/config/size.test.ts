import { expect, test } from 'vitest'
import { parseSize, sizeText } from './size.ts'

test.each([
  ['0', 0],
  [1048576, 1048576],
  ['64MiB', 67108864],
  ['64 mib', 67108864],
  ['500kB', 500000],
  ['1.5KiB', 1536],
  ['2GB', 2000000000],
  ['12B', 12],
])('%s is %i bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each(['', 'MiB', '64Mib2', '-1', '1e3', '0x10', '64 MiB MiB', '1.5', '1.0001KiB', 'Infinity', '99999999TiB', Number.NaN, -5])(
  '%j is not a size',
  (text) => {
    expect(parseSize(text)).toBeUndefined()
  },
)

test.each([
  [67108864, '64MiB'],
  [500000, '500kB'],
  [1001, '1001'],
  [0, '0'],
])('%i bytes are written %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
  expect(parseSize(text)).toBe(bytes)
})
