import { BinaryReader } from '@bufbuild/protobuf/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOf } from '../testing/proto-bytes.ts'
import { integers, MALFORMED, readVarint, wireState } from './wire.ts'

const uint64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.nat(63).map((bit) => 2n ** BigInt(bit)),
  fc.nat(63).map((bit) => 2n ** BigInt(bit) - 1n),
)

test('a varint is every integer type that protobuf\u2019s own reader makes of it, rounded once to a double', () => {
  fc.assert(
    fc.property(uint64, (value) => {
      const bytes = bytesOf((writer) => void writer.uint64(value))
      expect(readVarint(bytes, 0, bytes.length)).toBe(bytes.length)
      const found = Object.fromEntries(Object.entries(integers).map(([type, read]) => [type, read()]))
      const reader = (): BinaryReader => new BinaryReader(bytes)
      expect(found).toEqual({
        int32: reader().int32(),
        uint32: reader().uint32(),
        sint32: reader().sint32(),
        int64: Number(reader().int64()),
        uint64: Number(reader().uint64()),
        sint64: Number(reader().sint64()),
        bool: Number(reader().bool()),
      })
    }),
    { numRuns: 2000 },
  )
})

test('a varint ends within ten bytes and within its message', () => {
  const longest = Buffer.from('ffffffffffffffffff01', 'hex')
  expect(readVarint(longest, 0, 10)).toBe(10)
  expect([wireState.low, wireState.high]).toEqual([-1, -1])
  for (let end = 0; end < 10; end++) expect(readVarint(longest, 0, end)).toBe(MALFORMED)
  expect(readVarint(Buffer.from('ffffffffffffffffffff01', 'hex'), 0, 11)).toBe(MALFORMED)
})

test('an overlong varint is the number that it spells', () => {
  expect(readVarint(Buffer.from('8180808000', 'hex'), 0, 5)).toBe(5)
  expect(integers.int64()).toBe(1)
})
