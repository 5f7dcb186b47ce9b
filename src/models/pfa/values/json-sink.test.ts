import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { JsonSink } from './json-sink.ts'

const sink = new JsonSink()

function written(write: (to: JsonSink) => void): string {
  sink.reset()
  write(sink)
  return sink.take()
}

describe('a sink of JSON', () => {
  it('escapes texts as JSON.stringify does', () => {
    const texts = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }))
    const halves = fc.array(fc.integer({ min: 0xd7fe, max: 0xe001 }), { maxLength: 4 }).map((codes) => String.fromCharCode(...codes))
    fc.assert(
      fc.property(fc.oneof(texts, halves), (text) => {
        expect(written((to) => to.string(text))).toBe(JSON.stringify(text))
      }),
      { numRuns: 2000, seed: 11 },
    )
  })

  it('writes integers of 64 bits exactly', () => {
    const longs = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.maxSafeInteger().map(BigInt),
      fc.integer().map(BigInt),
      fc.constantFrom(0n, 9n, 10n, 999_999_999n, 1_000_000_000n, -1_000_000_000n, 5_000_000_001n, 2n ** 53n - 1n),
    )
    fc.assert(
      fc.property(longs, (exact) => {
        const value = BigInt(Number(exact)) === exact && Number.isSafeInteger(Number(exact)) ? Number(exact) : exact
        expect(written((to) => to.integer(value))).toBe(String(exact))
      }),
      { numRuns: 2000, seed: 12 },
    )
  })

  it('writes doubles so that the text reads back as the same, and is no integer', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constantFrom(-0, 1e21, 1e20, 1e-7)),
        (value) => {
          const text = written((to) => to.double(value))
          expect(JSON.parse(text)).toBe(value)
          expect(text).toMatch(/[.e]/)
        },
      ),
      { numRuns: 2000, seed: 13 },
    )
    expect([NaN, Infinity, -Infinity].map((value) => written((to) => to.double(value)))).toEqual(['"nan"', '"inf"', '"-inf"'])
  })

  it('grows with its text, and forgets it', () => {
    const long = 'é"'.repeat(700_000)
    expect(written((to) => to.string(long))).toBe(JSON.stringify(long))
    expect(written((to) => to.byte(0x30))).toBe('0')
  })
})
