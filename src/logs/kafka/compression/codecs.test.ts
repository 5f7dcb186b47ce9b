import { gzipSync, zstdCompressSync } from 'node:zlib'
import { compressionsAlgorithms } from '@platformatic/kafka'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CODECS } from './codecs.ts'
import { TooLargeError } from './faults.ts'

const LIMIT = 1_000_000
const { snappy, lz4 } = compressionsAlgorithms

/** Encoders that are not ours, as the reference of what is decompressed. */
const ENCODERS = {
  gzip: (bytes) => gzipSync(bytes),
  snappy: (bytes) => snappy.compressSync(bytes),
  lz4: (bytes) => lz4.compressSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
} as const satisfies Record<keyof typeof CODECS, (bytes: Buffer) => Buffer>

/** Bytes with repetitions near and far, runs, and noise. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(9000)).map(([part, times]) => Buffer.alloc(part.length * times, part)),
)
const content = fc
  .array(piece, { maxLength: 12 })
  .chain((pieces) =>
    fc
      .array(fc.nat(Math.max(0, pieces.length - 1)), { maxLength: 20 })
      .map((order) => Buffer.concat([...order.flatMap((i) => pieces[i] ?? []), Buffer.from('.')])),
  )

describe.each(Object.keys(ENCODERS) as (keyof typeof ENCODERS)[])('%s', (name) => {
  const codec = CODECS[name]
  const encode = ENCODERS[name]

  test('decompresses what another encoder made', () => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(codec.decompress(encode(bytes), LIMIT).equals(bytes)).toBe(true)
      }),
    )
  })

  test('decompresses what it compressed', async () => {
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        expect(codec.decompress(await codec.compress(bytes), LIMIT).equals(bytes)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('stops at the limit, and not before', () => {
    const bytes = Buffer.alloc(300_000, 'abcdefg')
    expect(codec.decompress(encode(bytes), bytes.length).equals(bytes)).toBe(true)
    expect(() => codec.decompress(encode(bytes), bytes.length - 1)).toThrow(TooLargeError)
  })

  test('throws an error, and nothing worse, whatever the bytes are', () => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(content, damage, fc.option(fc.nat()), (bytes, changes, cut) => {
        const bad = Buffer.from(encode(bytes))
        for (const [at, by] of changes) if (bad.length > 0) bad[at % bad.length]! ^= by
        const cutOff = cut === null ? bad : bad.subarray(0, cut % (bad.length + 1))
        const decompress = (): unknown => {
          try {
            return codec.decompress(cutOff, LIMIT).length <= LIMIT
          } catch (error) {
            return error instanceof Error
          }
        }
        expect(decompress()).toBe(true)
      }),
    )
  })
})

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

describe('snappy, by the description of its format', () => {
  const block = (text: string): string => CODECS.snappy.decompress(hex(text), 1000).toString()

  test('literals of all widths, and copies of all widths', () => {
    expect(block('03 08 616263')).toBe('abc')
    expect(block(`3d f03c ${'61'.repeat(61)}`)).toBe('a'.repeat(61))
    expect(block('07 08 616263 01 03')).toBe('abcabca')
    expect(block('05 08 616263 06 0300')).toBe('abcab')
    expect(block('05 08 616263 07 03000000')).toBe('abcab')
    expect(block('00')).toBe('')
  })

  test.each([
    ['no length', ''],
    ['a length without end', 'ffffffffffff'],
    ['a literal that is cut off', '03 08 6162'],
    ['a copy from before the beginning', '07 08 616263 01 04'],
    ['a copy of nothing behind', '07 08 616263 01 00'],
    ['less than it says', '05 08 616263'],
    ['more than it says', '02 08 616263'],
    ['more than its bytes can make', 'e8 07 08 616263'],
  ])('%s is an error', (_, text) => {
    expect(() => CODECS.snappy.decompress(hex(text), 1000)).toThrow(/^snappy: /)
  })

  test('a small block that claims to be large is refused before anything is allocated', () => {
    expect(() => CODECS.snappy.decompress(hex('ffffffff0f 08 616263'), 1000)).toThrow(TooLargeError)
  })

  test('blocks in the framing of Java', () => {
    const frame = '82534e4150505900 00000001 00000001'
    expect(block(`${frame} 00000005 03 08 616263 00000005 03 08 646566`)).toBe('abcdef')
    expect(block(frame)).toBe('')
    expect(() => block(`${frame} 00000006 03 08 616263`)).toThrow('a block is cut off')
    const growing = hex(`${frame} 00000005 03 08 616263 00000005 03 08 646566`)
    expect(() => CODECS.snappy.decompress(growing, 5)).toThrow(TooLargeError)
  })
})

describe('lz4, by the description of its format', () => {
  const frame = (text: string, limit = 1000): string => CODECS.lz4.decompress(hex(text), limit).toString()

  test('blocks as they are, and compressed ones', () => {
    expect(frame('04224d18 60 40 82 03000080 616263 00000000')).toBe('abc')
    // Three literals; a match of 4 that is 3 back; and 5 literals at the end.
    expect(frame('04224d18 60 40 82 0c000000 30 616263 0300 50 3132333435 00000000')).toBe('abcabca12345')
  })

  test('lengths of more than 15', () => {
    expect(frame(`04224d18 60 40 82 16000000 f0 05 ${'61'.repeat(20)} 00000000`)).toBe('a'.repeat(20))
    expect(frame('04224d18 60 40 82 0c000000 1f 61 0100 ff01 50 3132333435 00000000')).toBe(`${'a'.repeat(1 + 4 + 15 + 255 + 1)}12345`)
  })

  test('a block that repeats what is in the one before', () => {
    expect(frame('04224d18 40 40 c0 04000080 61626364 09000000 00 0400 50 3132333435 00000000')).toBe('abcdabcd12345')
  })

  test('checksums and the size of the content are passed by', () => {
    expect(frame('04224d18 7c 40 0300000000000000 00 03000080 616263 aabbccdd 00000000 aabbccdd')).toBe('abc')
  })

  test.each([
    ['another beginning', '04224d19 60 40 82 00000000'],
    ['another version', '04224d18 a0 40 82 00000000'],
    ['a dictionary', '04224d18 61 40 82 00000000 00000000'],
    ['a block size that there is not', '04224d18 60 30 82 00000000'],
    ['no end', '04224d18 60 40 82 03000080 616263'],
    ['a block that is cut off', '04224d18 60 40 82 04000080 616263'],
    ['a block larger than blocks may be', `04224d18 60 40 82 01000180 ${'00'.repeat(65_537)} 00000000`],
    ['a match from before the beginning', '04224d18 60 40 82 0c000000 30 616263 0400 50 3132333435 00000000'],
    ['a match of nothing behind', '04224d18 60 40 82 0c000000 30 616263 0000 50 3132333435 00000000'],
    ['a length without end', '04224d18 60 40 82 03000000 f0 ffff 00000000'],
  ])('%s is an error', (_, text) => {
    expect(() => frame(text, 100_000)).toThrow(/^lz4: /)
  })

  test('a match that never ends stops at the limit', () => {
    const long = 'ff'.repeat(20_000)
    const block = `1f 61 0100 ${long} 00 50 3132333435`
    const length = Buffer.alloc(4)
    length.writeUInt32LE(hex(block).length)
    expect(() => frame(`04224d18 60 70 82 ${length.toString('hex')} ${block} 00000000`, 1_000_000)).toThrow(TooLargeError)
  })
})
