import { crc32c } from '../../src/core/crc32c.ts'
import { RECORD_BATCH } from '../../src/core/record-batch.ts'
import type { Forest } from '../../src/models/forest/forest.ts'
import { FEATURES, RECORDS_PER_BATCH } from '../shared-forest.ts'

/**
 * The least that this work can cost in this language: one loop, written for this record and this model alone, that knows no
 * other type, field, error, header or statistic. It verifies the checksum, reads the doubles where they must be, scores the batch
 * with the product's own forest kernel, and writes records of the score and the data type with a checksum.
 */
export function createFloor(forest: Forest): (recordBatch: Uint8Array, scores: Float64Array, at: number) => number {
  const matrix = new Float64Array(RECORDS_PER_BATCH * FEATURES)
  const sums = new Float64Array(RECORDS_PER_BATCH)
  const out = new Uint8Array(RECORDS_PER_BATCH * 64)
  const outView = new DataView(out.buffer)
  return (bytes, scores, at) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (crc32c(bytes, RECORD_BATCH.attributes) !== view.getUint32(RECORD_BATCH.crc)) throw new Error('wrong checksum')
    const count = view.getInt32(RECORD_BATCH.count)
    let p: number = RECORD_BATCH.headerSize
    for (let r = 0; r < count; r++) {
      p += bytes[p]! < 128 ? 1 : 2 // length
      p++ // attributes
      p += bytes[p]! < 128 ? 1 : 2 // timestamp delta
      p += bytes[p]! < 128 ? 1 : 2 // offset delta
      p += 1 + 8 // key
      p += bytes[p]! < 128 ? 1 : 2 // length of the value
      for (let f = 0; f < FEATURES; f++, p += 9) matrix[r * FEATURES + f] = view.getFloat64(p + 1, true)
      p += 6 + 1
    }
    forest.score(matrix, FEATURES, count, sums)
    let q: number = RECORD_BATCH.headerSize
    for (let r = 0; r < count; r++) {
      scores[at + r] = sums[r]!
      q += 2
      out[q++] = 0
      out[q++] = 0
      let delta = r << 1
      while (delta > 127) {
        out[q++] = (delta & 127) | 128
        delta >>>= 7
      }
      out[q++] = delta
      out[q++] = 1
      out[q++] = 30
      out[q++] = 9
      outView.setFloat64(q, sums[r]!, true)
      q += 8
      out[q++] = 98
      out[q++] = 4
      for (let k = 0; k < 4; k++) out[q++] = 119 + k
      out[q++] = 0
    }
    outView.setUint32(RECORD_BATCH.crc, crc32c(out, RECORD_BATCH.attributes, q))
    return q
  }
}
