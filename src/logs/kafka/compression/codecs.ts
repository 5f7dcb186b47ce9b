import { promisify } from 'node:util'
import { gunzipSync, gzip, zstdCompress, zstdDecompressSync } from 'node:zlib'
import { compressionsAlgorithms } from '@platformatic/kafka'
import type { Compression } from '../options.ts'
import { TooLargeError } from './faults.ts'
import { decompressLz4 } from './lz4.ts'
import { decompressSnappy, frameSnappy } from './snappy.ts'

export interface Codec {
  /** In the lowest three bits of a record batch's attributes. (Record format v2.) */
  readonly code: number
  compress(bytes: Buffer): Promise<Buffer>
  /** Throws where the bytes are damaged, and `TooLargeError` where they make more than `limit` bytes. */
  decompress(bytes: Buffer, limit: number): Buffer
}

const [gzipAsync, zstdAsync] = [promisify(gzip), promisify(zstdCompress)]
const { snappy, lz4 } = compressionsAlgorithms

/** The codecs that Kafka has. */
export const CODECS: Readonly<Record<Exclude<Compression, 'none'>, Codec>> = {
  gzip: {
    code: 1,
    compress: async (bytes) => gzipAsync(bytes),
    decompress: (bytes, limit) => limited(limit, (maxOutputLength) => gunzipSync(bytes, { maxOutputLength })),
  },
  snappy: {
    code: 2,
    compress: async (bytes) => frameSnappy(bytes, snappy.compressSync),
    decompress: decompressSnappy,
  },
  lz4: {
    code: 3,
    compress: async (bytes) => lz4.compressSync(bytes),
    decompress: decompressLz4,
  },
  zstd: {
    code: 4,
    compress: async (bytes) => zstdAsync(bytes),
    decompress: (bytes, limit) => limited(limit, (maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength })),
  },
}

function limited(limit: number, decompress: (limit: number) => Buffer): Buffer {
  try {
    return decompress(limit)
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? new TooLargeError(limit) : error
  }
}
