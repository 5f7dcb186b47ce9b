import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyBytes, keyText } from './key-text.ts'
import { murmur3, unitHash } from './murmur.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('the hash that arms are chosen by', () => {
  it('is MurmurHash3_x86_32, by published vectors', () => {
    expect(murmur3(bytes(''), 0)).toBe(0)
    expect(murmur3(bytes(''), 1)).toBe(0x514e28b7)
    expect(murmur3(bytes(''), 0xffffffff)).toBe(0x81f16f39)
    expect(murmur3(Uint8Array.of(0xff, 0xff, 0xff, 0xff), 0)).toBe(0x76293b50)
    expect(murmur3(Uint8Array.of(0x21, 0x43, 0x65, 0x87), 0)).toBe(0xf55b516b)
    expect(murmur3(Uint8Array.of(0x21, 0x43, 0x65, 0x87), 0x5082edee)).toBe(0x2362f9de)
    expect(murmur3(Uint8Array.of(0x21, 0x43, 0x65), 0)).toBe(0x7e4a8634)
    expect(murmur3(Uint8Array.of(0x21, 0x43), 0)).toBe(0xa0f7b07a)
    expect(murmur3(Uint8Array.of(0x21), 0)).toBe(0x72661cf4)
    expect(murmur3(bytes('Hello, world!'), 0x9747b28c)).toBe(0x24884cba)
  })

  it('spreads keys evenly over [0, 1)', () => {
    const tenths = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 100_000; i++) tenths[Math.floor(unitHash(bytes(`key-${i}`), 7) * 10)]!++
    // Five standard deviations of a binomial of 100,000 and 1/10.
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(475)
  })
})

describe('a key as text', () => {
  it('gives the same bytes back, whatever they are', () => {
    const keys = fc.oneof(
      fc.uint8Array(),
      fc.string().map(bytes),
      fc.string().map((text) => bytes(`hex:${text}`)),
    )
    fc.assert(
      fc.property(keys, (key) => {
        expect([...keyBytes(keyText(key))]).toEqual([...key])
      }),
    )
    expect(keyText(bytes('kunde-ü'))).toBe('kunde-ü')
    expect(keyText(Uint8Array.of(255, 0))).toBe('hex:ff00')
  })
})
