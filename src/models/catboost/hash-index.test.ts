import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CombinedHash, HashIndex } from './hash-index.ts'

const MULTIPLIER = 0x4906ba494954cb65n
const u64 = (value: bigint): bigint => BigInt.asUintN(64, value)

test('a hash of several elements is that of 64-bit arithmetic', () => {
  const property = fc.property(fc.array(fc.integer()), (elements) => {
    const hash = new CombinedHash()
    let expected = 0n
    for (const element of elements) {
      hash.add(element)
      expected = u64(MULTIPLIER * u64(expected + MULTIPLIER * u64(BigInt(element))))
    }
    expect(u64((BigInt(hash.high) << 32n) | BigInt(hash.low >>> 0))).toBe(expected)
    hash.reset()
    expect([hash.high, hash.low]).toEqual([0, 0])
  })
  fc.assert(property)
})

test('an index finds the hashes that it has, the first of equal ones, and no others', () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 })))
  const property = fc.property(pairs, (hashes) => {
    const index = new HashIndex(
      Int32Array.from(hashes, ([high]) => high),
      Int32Array.from(hashes, ([, low]) => low),
    )
    for (let high = -3; high <= 3; high++) {
      for (let low = -3; low <= 3; low++) expect(index.find(high, low)).toBe(hashes.findIndex(([h, l]) => h === high && l === low))
    }
  })
  fc.assert(property)
})
