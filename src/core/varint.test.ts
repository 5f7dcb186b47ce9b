import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { VarintReader, varintLength, writeVarint, writeVarlong } from './varint.ts'

const int32 = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 63, -64, 64, -65, 8191, -8192, 8192, 2147483647, -2147483648))

test('a 32-bit varint is written as zigzag in little groups of seven bits', () => {
  fc.assert(
    fc.property(int32, (value) => {
      const bytes = new Uint8Array(8)
      const end = writeVarint(bytes, 0, value)
      expect([...bytes.subarray(0, end)]).toEqual(zigzag(BigInt(value)))
      expect(varintLength(value)).toBe(end)
      expect(read(bytes, end).varint()).toBe(value)
    }),
  )
})

test('a long varint is written and read exactly within ±2^53', () => {
  const long = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2 ** 31, -(2 ** 31) - 1, 2 ** 52, -(2 ** 52), 2 ** 53, -(2 ** 53)), int32)
  fc.assert(
    fc.property(long, (value) => {
      const bytes = new Uint8Array(12)
      const end = writeVarlong(bytes, 0, value)
      expect([...bytes.subarray(0, end)]).toEqual(zigzag(BigInt(value)))
      expect(read(bytes, end).varlong()).toBe(value)
    }),
  )
})

test('a long varint beyond ±2^53 is written exactly and read as the nearest double', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const written = Uint8Array.from(zigzag(value))
      expect(read(written, written.length).varlong()).toSatisfy((got: number) => Math.abs(got - Number(value)) <= Math.abs(got) * 2 ** -52)
      const rounded = Number(value)
      if (rounded >= 2 ** 63) return
      const bytes = new Uint8Array(12)
      expect([...bytes.subarray(0, writeVarlong(bytes, 0, rounded))]).toEqual(zigzag(BigInt(rounded)))
    }),
  )
})

test('a varint that runs past the end, or on for too long, fails and stays failed', () => {
  for (const method of ['varint', 'varlong'] as const) {
    const cut = read(Uint8Array.of(0x80, 0x80, 1), 2)
    cut[method]()
    expect(cut.failed).toBe(true)
    cut.end = 3
    cut[method]()
    expect(cut.failed).toBe(true)
    const endless = read(new Uint8Array(20).fill(0x80), 20)
    endless[method]()
    expect(endless.failed).toBe(true)
  }
})

function read(bytes: Uint8Array, end: number): VarintReader {
  const reader = new VarintReader(bytes)
  reader.end = end
  return reader
}

function zigzag(value: bigint): number[] {
  let rest = value < 0n ? -2n * value - 1n : 2n * value
  const bytes: number[] = []
  for (; rest >= 128n; rest /= 128n) bytes.push(Number(rest % 128n) + 128)
  return [...bytes, Number(rest)]
}
