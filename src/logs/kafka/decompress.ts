import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { compressionsAlgorithmsByBitmask } from '@platformatic/kafka'
import { RECORD_BATCH } from '../../core/record-batch.ts'

const GZIP = 1
const SNAPPY = 2
const LZ4 = 3
const ZSTD = 4
const CODEC_BITS = 7

/** A record batch may not grow larger than this. */
const LIMIT = 512 * 1024 * 1024

/** The codec of a record batch; 0 where its records are plain. (Record format v2: the lowest three bits of its attributes.) */
export function codecOf(attributes: number): number {
  return attributes & CODEC_BITS
}

/** A complete record batch with its records decompressed. Its checksum is then that of the compressed one. Throws where they are damaged. */
export function decompressRecordBatch(recordBatch: Buffer): Buffer {
  const attributes = recordBatch.readInt16BE(RECORD_BATCH.attributes)
  const records = decompress(codecOf(attributes), recordBatch.subarray(RECORD_BATCH.headerSize))
  const plain = Buffer.concat([recordBatch.subarray(0, RECORD_BATCH.headerSize), records])
  plain.writeInt16BE(attributes & ~CODEC_BITS, RECORD_BATCH.attributes)
  plain.writeInt32BE(plain.length - RECORD_BATCH.lengthOverhead, RECORD_BATCH.length)
  return plain
}

function decompress(codec: number, records: Buffer): Buffer {
  switch (codec) {
    case GZIP:
      return gunzipSync(records, { maxOutputLength: LIMIT })
    case ZSTD:
      return zstdDecompressSync(records, { maxOutputLength: LIMIT })
    case SNAPPY:
    case LZ4:
      return compressionsAlgorithmsByBitmask[codec]!.decompressSync(records)
    default:
      throw new Error(`compression codec ${codec} is not one that Kafka has`)
  }
}
