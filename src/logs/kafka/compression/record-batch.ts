import { RECORD_BATCH } from '../../../core/record-batch.ts'
import type { Compression } from '../options.ts'
import { CODECS } from './codecs.ts'

const CODEC_BITS = 7

/** Whether the records of a record batch with these attributes are compressed. */
export function isCompressed(attributes: number): boolean {
  return (attributes & CODEC_BITS) !== 0
}

/**
 * A complete record batch with its records decompressed. Its checksum is then that of the compressed one. Throws where they are damaged,
 * and `TooLargeError` where they make more than `limit` bytes.
 */
export function decompressRecordBatch(recordBatch: Buffer, limit: number): Buffer {
  const attributes = recordBatch.readInt16BE(RECORD_BATCH.attributes)
  const code = attributes & CODEC_BITS
  const codec = Object.values(CODECS).find((each) => each.code === code)
  if (codec === undefined) throw new Error(`compression codec ${code} is not one that Kafka has`)
  const records = codec.decompress(recordBatch.subarray(RECORD_BATCH.headerSize), limit)
  return withRecords(recordBatch, records, attributes & ~CODEC_BITS)
}

/** An uncompressed record batch, or a copy with its records compressed where that makes it smaller. The checksum is not computed. */
export async function compressRecordBatch(recordBatch: Uint8Array, compression: Compression): Promise<Buffer> {
  const plain = Buffer.from(recordBatch.buffer, recordBatch.byteOffset, recordBatch.byteLength)
  if (compression === 'none') return plain
  const codec = CODECS[compression]
  const records = await codec.compress(plain.subarray(RECORD_BATCH.headerSize))
  if (records.length >= plain.length - RECORD_BATCH.headerSize) return plain
  return withRecords(plain, records, plain.readInt16BE(RECORD_BATCH.attributes) | codec.code)
}

function withRecords(recordBatch: Buffer, records: Buffer, attributes: number): Buffer {
  const made = Buffer.concat([recordBatch.subarray(0, RECORD_BATCH.headerSize), records])
  made.writeInt16BE(attributes, RECORD_BATCH.attributes)
  made.writeInt32BE(made.length - RECORD_BATCH.lengthOverhead, RECORD_BATCH.length)
  return made
}
