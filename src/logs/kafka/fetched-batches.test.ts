import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { offsetOf, valueOf } from '../../core/batch.ts'
import { encodeRecords } from '../../core/record-batch-writer.ts'
import { RECORD_BATCH, sealRecordBatch, setBaseOffset } from '../../core/record-batch.ts'
import { compressRecordBatch } from './compression/record-batch.ts'
import { type Decoded, decodeFetched } from './fetched-batches.ts'
import type { AbortedTransaction } from './fetch-request.ts'

const GZIP = 1
const TRANSACTIONAL = 16
const CONTROL = 32

interface Shape {
  readonly attributes?: number
  readonly producerId?: bigint
}

/** A record batch as a broker keeps it: its values are `<offset>`. */
function stored(offset: bigint, count: number, shape: Shape = {}): Buffer {
  const values = Array.from({ length: count }, (_, i) => Buffer.from(`${offset + BigInt(i)}`))
  return finished(Buffer.from(encodeRecords(values.map((value) => ({ timestamp: 0, value })))), offset, shape)
}

function marker(offset: bigint, producerId: bigint, kind: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, kind === 'commit' ? 1 : 0])
  const bytes = Buffer.from(encodeRecords([{ timestamp: 0, key, value: Buffer.alloc(6) }]))
  return finished(bytes, offset, { attributes: TRANSACTIONAL | CONTROL, producerId })
}

function finished(recordBatch: Buffer, offset: bigint, { attributes = 0, producerId = -1n }: Shape): Buffer {
  setBaseOffset(recordBatch, offset)
  recordBatch.writeInt16BE(attributes, RECORD_BATCH.attributes)
  recordBatch.writeBigInt64BE(producerId, RECORD_BATCH.producerId)
  sealRecordBatch(recordBatch)
  return recordBatch
}

function decode(
  recordBatches: readonly Buffer[],
  options: { from?: bigint; below?: bigint; aborted?: AbortedTransaction[] } = {},
): Decoded {
  const { from = 0n, below, aborted = [] } = options
  return decodeFetched(
    { stable: 1000n, aborted, records: Buffer.concat(recordBatches) },
    { topic: 't', partition: 0, from, below, maxDecompressedBytes: 100_000 },
  )
}

function offsets({ batch }: Decoded): number[] {
  const all = Array.from({ length: batch?.count ?? 0 }, (_, i) => Number(offsetOf(batch!, i)))
  for (const [i, offset] of all.entries()) expect(Buffer.from(valueOf(batch!, i)!).toString()).toBe(`${offset}`)
  return all
}

describe('What a broker sent', () => {
  test('is one batch of its record batches, with the gaps between them', () => {
    const decoded = decode([stored(0n, 2), stored(7n, 1), stored(8n, 2)])
    expect(offsets(decoded)).toEqual([0, 1, 7, 8, 9])
    expect(decoded.next).toBe(10n)
    expect(decoded.batch!.nextOffset).toBe(10n)
  })

  test('begins at the offset that was asked for, and ends below the one that is', () => {
    const all = [stored(0n, 5), stored(5n, 5), stored(10n, 5)]
    const decoded = decode(all, { from: 3n, below: 10n })
    expect(offsets(decoded)).toEqual([3, 4, 5, 6, 7, 8, 9])
    expect(decoded.next).toBe(10n)
  })

  test('may end in the middle of a record batch, which is fetched again', () => {
    const second = stored(2n, 2)
    for (const length of [1, 12, 60, 61, second.length - 1]) {
      const decoded = decode([stored(0n, 2), second.subarray(0, length)])
      expect(offsets(decoded)).toEqual([0, 1])
      expect(decoded.next).toBe(2n)
    }
  })

  test('may have offsets further apart than 32 bits', () => {
    const far = 1n << 40n
    const decoded = decode([stored(0n, 1), stored(far, 1)])
    expect(offsets(decoded)).toEqual([0])
    expect(decoded.next).toBe(1n)
    const rest = decode([stored(far, 1)], { from: 1n })
    expect(offsets(rest)).toEqual([Number(far)])
  })

  test('may be compressed', () => {
    const plain = stored(5n, 3)
    const packed = Buffer.concat([plain.subarray(0, RECORD_BATCH.headerSize), gzipSync(plain.subarray(RECORD_BATCH.headerSize))])
    packed.writeInt32BE(packed.length - RECORD_BATCH.lengthOverhead, RECORD_BATCH.length)
    const decoded = decode([stored(3n, 2), finished(packed, 5n, { attributes: GZIP }), stored(8n, 1)], { from: 3n })
    expect(offsets(decoded)).toEqual([3, 4, 5, 6, 7, 8])
  })
})

describe('Transactions', () => {
  const from = (producerId: bigint): Shape => ({ attributes: TRANSACTIONAL, producerId })

  test('that were aborted are left out up to their marker, and markers themselves', () => {
    const recordBatches = [
      stored(0n, 1, from(1n)),
      stored(1n, 1, from(2n)),
      marker(2n, 1n, 'abort'),
      stored(3n, 1, from(1n)),
      marker(4n, 2n, 'commit'),
      marker(5n, 1n, 'commit'),
    ]
    const decoded = decode(recordBatches, { aborted: [{ producerId: 1n, firstOffset: 0n }] })
    expect(offsets(decoded)).toEqual([1, 3])
    expect(decoded.batch!.nextOffset).toBe(6n)
  })

  test('of one producer may be aborted several times', () => {
    const recordBatches = [
      stored(0n, 1, from(1n)),
      marker(1n, 1n, 'abort'),
      stored(2n, 1, from(1n)),
      marker(3n, 1n, 'commit'),
      stored(4n, 1, from(1n)),
      marker(5n, 1n, 'abort'),
      stored(6n, 1, from(1n)),
      marker(7n, 1n, 'commit'),
    ]
    const aborted = [4n, 0n].map((firstOffset) => ({ producerId: 1n, firstOffset }))
    expect(offsets(decode(recordBatches, { aborted }))).toEqual([2, 6])
  })

  test('whose records were compacted away leave a marker that ends them', () => {
    const recordBatches = [marker(4n, 1n, 'abort'), stored(5n, 1, from(1n)), marker(6n, 1n, 'commit')]
    expect(offsets(decode(recordBatches, { aborted: [{ producerId: 1n, firstOffset: 0n }] }))).toEqual([5])
  })

  test('without any records that count move on all the same', () => {
    const decoded = decode([stored(0n, 2, from(1n)), marker(2n, 1n, 'abort')], { aborted: [{ producerId: 1n, firstOffset: 0n }] })
    expect(decoded).toEqual({ batch: undefined, next: 3n })
  })
})

describe('What is damaged', () => {
  test('is reported with its offset, wherever one bit is wrong', () => {
    const good = stored(7n, 2)
    for (let at = RECORD_BATCH.magic; at < good.length; at++) {
      const bad = Buffer.from(good)
      bad[at]! ^= 4
      expect(() => decode([stored(5n, 2), bad], { from: 5n })).toThrow(expect.objectContaining({ code: 'log.corrupt' }))
    }
  })

  test('at its very beginning is reported', () => {
    expect(() => decode([Buffer.alloc(100)])).toThrow(expect.objectContaining({ code: 'log.corrupt' }))
    expect(() => decode([stored(0n, 3).subarray(0, 70)])).toThrow('cut off')
    const negative = stored(0n, 1)
    negative.writeInt32BE(-5, RECORD_BATCH.length)
    expect(() => decode([negative])).toThrow('its length is -5')
  })

  test('that a small record batch would grow beyond the limit is reported', () => {
    const records = gzipSync(Buffer.alloc(100_001))
    const bomb = Buffer.concat([stored(3n, 2).subarray(0, RECORD_BATCH.headerSize), records])
    bomb.writeInt32BE(bomb.length - RECORD_BATCH.lengthOverhead, RECORD_BATCH.length)
    expect(() => decode([finished(bomb, 3n, { attributes: GZIP })], { from: 3n })).toThrow(
      expect.objectContaining({
        code: 'log.batch.too-large',
        message: `the record batch at offset 3 of t-0 has ${bomb.length} bytes and grows beyond the limit of 100000 when it is decompressed`,
      }),
    )
  })

  test('within what is compressed is reported', () => {
    const bad = finished(stored(3n, 2), 3n, { attributes: GZIP })
    expect(() => decode([bad], { from: 3n })).toThrow(/offset 3 of t-0 is broken: its records could not be decompressed/)
    expect(() => decode([finished(stored(3n, 2), 3n, { attributes: 7 })], { from: 3n })).toThrow(/could not be decompressed/)
  })
})

describe('What got damaged on its way', () => {
  const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

  test('is an error or the same records, never others: any bits, any codec, anywhere but in the offset', async () => {
    const sources = await Promise.all(
      CODECS.map(async (compression) => {
        const made = [3n, 40n].map(async (offset) => {
          const recordBatch = await compressRecordBatch(stored(offset, 30), compression)
          return finished(recordBatch, offset, { attributes: recordBatch.readInt16BE(RECORD_BATCH.attributes) })
        })
        return Promise.all(made)
      }),
    )
    const all = (decoded: Decoded): string[] =>
      Array.from(
        { length: decoded.batch?.count ?? 0 },
        (_, i) => `${offsetOf(decoded.batch!, i)} ${Buffer.from(valueOf(decoded.batch!, i)!).toString()}`,
      )
    // The checksum does not cover the first eight bytes, which the broker writes.
    const damage = fc.array(fc.tuple(fc.integer({ min: 8 }), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(fc.constantFrom(...sources), fc.nat(1), damage, (source, which, changes) => {
        const whole = all(decode(source, { from: 3n }))
        expect(whole).toHaveLength(60)
        const bad = source.map((recordBatch) => Buffer.from(recordBatch))
        const target = bad[which]!
        for (const [at, by] of changes) target[8 + (at % (target.length - 8))]! ^= by
        let read: string
        try {
          read = all(decode(bad, { from: 3n })).join()
        } catch (error) {
          read = String((error as { code?: string }).code)
        }
        // The last record batch may look cut off; it is fetched again then.
        expect(['log.corrupt', whole.join(), whole.slice(0, 30).join()]).toContain(read)
      }),
    )
  })
})
