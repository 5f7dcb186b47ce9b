import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { crc32c } from './crc32c.ts'

const encoder = new TextEncoder()

test('the check values of RFC 3720, appendix B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c)
})

test('the check value of the catalogue of parametrised CRC algorithms', () => {
  expect(crc32c(encoder.encode('123456789'))).toBe(0xe3069283)
  expect(crc32c(new Uint8Array(0))).toBe(0)
})

test('any range of any bytes has the checksum that the definition gives it, bit by bit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(20), (bytes, skip) => {
      const at = Math.min(skip, bytes.length)
      expect(crc32c(bytes, at)).toBe(bitByBit(bytes.subarray(at)))
      expect(crc32c(bytes, 0, at)).toBe(bitByBit(bytes.subarray(0, at)))
    }),
  )
})

test('long inputs have it too, wherever they begin', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 2654435761) >>> 13)
  for (const end of [3070, 3071, 3072, 3073, 5119, 5120, 5121, 9000, 19_999]) {
    for (const at of [0, 1, 7]) expect(crc32c(bytes, at, end), `${at} to ${end}`).toBe(bitByBit(bytes.subarray(at, end)))
  }
})

test('inputs that are folded first have it too, also where they fill chunks of it, and one after the other', () => {
  const bytes = Uint8Array.from({ length: 140_000 }, (_, i) => (i * 2654435761) >>> 11)
  const lengths = [2047, 2048, 2049, 2111, 2112, 2113, 65_535, 65_536, 66_371, 66_372, 66_435, 66_436, 66_437, 131_908, 131_972, 139_993]
  for (const length of lengths)
    for (const at of [0, 1, 7]) expect(crc32c(bytes, at, at + length), `${length} at ${at}`).toBe(bitByBit(bytes.subarray(at, at + length)))
})

test('any random bytes that are folded have it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2048, maxLength: 5000 }), fc.nat(40), (bytes, skip) => {
      expect(crc32c(bytes, skip)).toBe(bitByBit(bytes.subarray(skip)))
    }),
    { numRuns: 50 },
  )
})

test('without WebAssembly it is the same', async () => {
  vi.stubGlobal('WebAssembly', { validate: () => false })
  vi.resetModules()
  const { crc32c: plain } = await import('./crc32c.ts')
  vi.unstubAllGlobals()
  const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 2654435761) >>> 11)
  expect(plain(bytes)).toBe(bitByBit(bytes))
})

test('the reference of this test is right: with the other polynomial it is the CRC-32 of zlib', () => {
  const bytes = encoder.encode('The quick brown fox jumps over the lazy dog')
  expect(bitByBit(bytes, 0xedb88320)).toBe(crc32(bytes))
})

function bitByBit(bytes: Uint8Array, polynomial = 0x82f63b78): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc = (crc ^ byte) >>> 0
    for (let bit = 0; bit < 8; bit++) crc = crc % 2 === 1 ? ((crc >>> 1) ^ polynomial) >>> 0 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
