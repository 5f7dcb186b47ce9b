import { expect, test } from 'vitest'
import { humanCounted, humanDuration, humanNumber, humanSize, humanTime, safeText } from './human.ts'

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [10240, '10 KiB'],
  [67108864, '64 MiB'],
])('%i bytes are %s', (bytes, text) => expect(humanSize(bytes)).toBe(text))

test.each([
  [null, '–'],
  [0, '0 ms'],
  [0.000_85, '850 ns'],
  [0.0123, '12 µs'],
  [0.42, '420 µs'],
  [1.5, '1.5 ms'],
  [250, '250 ms'],
  [3200, '3.2 s'],
  [240_000, '4 min'],
  [7_500_000, '2 h 5 min'],
  [7_200_000, '2 h'],
  [3 * 86_400_000, '3 d'],
])('%s ms are %s', (ms, text) => expect(humanDuration(ms)).toBe(text))

test.each([
  [null, '–'],
  [1_000_000, 'just now'],
  [1_000_500, 'just now'],
  [988_000, '12 s ago'],
  [1_000_000 - 180_000, '3 min ago'],
])('%s seen at 1,000,000 is %s', (at, text) => expect(humanTime(at, 1_000_000)).toBe(text))

test.each([
  [5, '5'],
  [0.873_124, '0.87312'],
  [0.5, '0.5'],
  [100.1, '100.1'],
  [1.148_77e-9, '1.149e-9'],
  [-12_345_678.9, '-12346000'],
])('%d is shown as %s', (value, text) => expect(Number(humanNumber(value))).toBe(Number(text)))

test('one is singular and thousands have commas', () => {
  expect(humanCounted(1, 'record')).toBe('1 record')
  expect(humanCounted(12345, 'record')).toBe('12,345 records')
})

test('what a terminal would obey is not passed on', () => {
  expect(safeText('a\u001b[31mb\u0007c\u202ed\ne')).toBe('a\ufffd[31mb\ufffdc\ufffdd\ne')
})
