import { describe, expect, it } from 'vitest'
import { bytes, count, duration, plain, rate, share } from './numbers.ts'
import { ago, clock, span } from './times.ts'

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [1599, '1,599'],
    [999_999, '999,999'],
    [12_345_678, '12.3 M'],
    [3_200_000_000, '3.2 G'],
  ])('counts %d as %s', (value, text) => expect(count(value)).toBe(text))

  it.each([
    [0, '0'],
    [0.01, '<0.1'],
    [0.42, '0.4'],
    [9.97, '10'],
    [431.4, '431'],
    [12_345, '12,345'],
  ])('writes the rate %d as %s', (value, text) => expect(rate(value)).toBe(text))

  it.each([
    [null, '–'],
    [0, '0 ms'],
    [0.00038, '380 ns'],
    [0.0124, '12.4 µs'],
    [4.71828, '4.72 ms'],
    [250, '250 ms'],
    [2500, '2.5 s'],
    [192_000, '3.2 min'],
  ])('writes the duration %s as %s', (value, text) => expect(duration(value)).toBe(text))

  it('never rounds a share to nothing or to everything', () => {
    expect(share(0, 0)).toBe('0 %')
    expect(share(1, 1_000_000)).toBe('<0.01 %')
    expect(share(34, 10_000)).toBe('0.34 %')
    expect(share(42, 100)).toBe('42 %')
    expect(share(99_999, 100_000)).toBe('>99.9 %')
    expect(share(5, 5)).toBe('100 %')
  })

  it('writes sizes and plain numbers', () => {
    expect([512, 48_231, 1_400_000].map(bytes)).toEqual(['512 B', '48.2 kB', '1.4 MB'])
    expect([12, 0.123456, -3.5, 1e-9, 2e20].map(plain)).toEqual(['12', '0.123', '-3.5', '1.00e-9', '2.000e+20'])
  })
})

describe('times for people', () => {
  it('says how long ago in one unit, and a clock that runs behind is now', () => {
    const at = 1_000_000_000_000
    expect([0, 8_000, 250_000, 10_800_000, 90_000_000, -4_000].map((ms) => ago(at + ms, at))).toEqual([
      'now',
      '8 s',
      '4 min',
      '3 h',
      '1 d',
      'now',
    ])
  })

  it('says a span in two units', () => {
    expect([42_000, 200_000, 18_720_000, 792_000_000].map(span)).toEqual(['42 s', '3 min 20 s', '5 h 12 min', '9 d 4 h'])
  })

  it('adds the date to what is older than half a day', () => {
    const at = new Date(2026, 10, 24, 9, 5, 7).getTime()
    expect(clock(at, at)).toBe('09:05:07')
    expect(clock(at + 86_400_000, at)).toMatch(/^24 Nov,? 09:05$/)
  })
})
