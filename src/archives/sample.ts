import { type Batch, INDEX } from '../core/batch.ts'
import { crc32c } from '../core/crc32c.ts'

const encoder = new TextEncoder()
const TWO_32 = 0x1_0000_0000

/** The records of a batch that an archive takes: their positions in it. The same ones each time that it is asked. */
export type Sample = (batch: Batch) => readonly number[]

/**
 * Takes a fraction (0 to 1) of all records by a hash of where they stand, so that who reads them again takes the same ones. Archives of
 * different names take different ones.
 */
export function createSample(name: string, fraction: number): Sample {
  const limit = fraction * TWO_32
  if (limit >= TWO_32) return (batch) => Array.from({ length: batch.count }, (_, i) => i)
  return (batch) => {
    const seed = crc32c(encoder.encode(`${name}/${batch.topic}/${batch.partition}`), 0)
    const base = Number(batch.baseOffset)
    const taken: number[] = []
    for (let i = 0; i < batch.count; i++) {
      const offset = base + batch.index[i * INDEX.stride + INDEX.offsetDelta]!
      if (mix(mix((offset % TWO_32) ^ seed) ^ Math.floor(offset / TWO_32)) < limit) taken.push(i)
    }
    return taken
  }
}

/** Spreads 32 bits over 32 bits (the finalizer of MurmurHash3). */
function mix(bits: number): number {
  let h = bits >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
