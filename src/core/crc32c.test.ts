import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
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

test('long inputs, which are worked on in blocks, have it too, wherever they begin', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 2654435761) >>> 13)
  for (const end of [3070, 3071, 3072, 3073, 5119, 5120, 5121, 9000, 19_999]) {
    for (const at of [0, 1, 7]) expect(crc32c(bytes, at, end), `${at} to ${end}`).toBe(bitByBit(bytes.subarray(at, end)))
  }
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
