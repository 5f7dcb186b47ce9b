import { describe, expect, test } from 'vitest'
import { encodeRecords } from '../../../core/record-batch-writer.ts'
import { readRecordBatches, RECORD_BATCH } from '../../../core/record-batch.ts'
import { compressRecordBatch, decompressRecordBatch, isCompressed } from './record-batch.ts'

const recordBatch = (value: Buffer): Uint8Array => encodeRecords([{ timestamp: 1, value }])
const CODES = { gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const

describe('A record batch', () => {
  test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)('is smaller with %s, says so, and is itself again', async (compression) => {
    const plain = recordBatch(Buffer.alloc(10_000, 'abc'))
    const compressed = await compressRecordBatch(plain, compression)
    expect(compressed.length).toBeLessThan(plain.length / 5)
    expect(compressed.readInt16BE(RECORD_BATCH.attributes)).toBe(CODES[compression])
    expect(compressed.readInt32BE(RECORD_BATCH.length)).toBe(compressed.length - RECORD_BATCH.lengthOverhead)
    const again = decompressRecordBatch(compressed, 20_000)
    expect(again.equals(plain)).toBe(true)
    expect(readRecordBatches(again, { topic: 't', partition: 0, from: 0n }).count).toBe(1)
  })

  test.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)('goes as it is where %s does not make it smaller', async (compression) => {
    const plain = recordBatch(Buffer.from('x'))
    const copy = await compressRecordBatch(plain, compression)
    expect(copy.equals(plain)).toBe(true)
    expect(isCompressed(copy.readInt16BE(RECORD_BATCH.attributes))).toBe(false)
  })

  test('of a codec that there is not is refused', () => {
    const strange = Buffer.from(recordBatch(Buffer.from('x')))
    strange.writeInt16BE(5, RECORD_BATCH.attributes)
    expect(() => decompressRecordBatch(strange, 1000)).toThrow('compression codec 5 is not one that Kafka has')
  })
})
