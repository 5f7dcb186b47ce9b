import { corrupt, TooLargeError } from './faults.ts'

/** The header of the framing that Java's snappy stream writes and Kafka's clients read: a magic, then two version numbers. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_HEADER = 16
const XERIAL_BLOCK = 32 * 1024
/** Three bytes of a copy make at most 64: what claims to grow more does not. */
const MOST_GROWTH = 22

/** The bytes in blocks of 32 KiB, each compressed by `compressBlock`, framed as Java's snappy stream does. */
export function frameSnappy(bytes: Buffer, compressBlock: (block: Buffer) => Buffer): Buffer {
  const header = Buffer.alloc(XERIAL_HEADER)
  XERIAL.copy(header)
  header.writeInt32BE(1, 8)
  header.writeInt32BE(1, 12)
  const parts: Buffer[] = [header]
  for (let at = 0; at < bytes.length; at += XERIAL_BLOCK) {
    const block = compressBlock(bytes.subarray(at, at + XERIAL_BLOCK))
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

/** Decompresses one snappy block, or blocks in the framing of Java's snappy stream. Throws where they are damaged or make more than `limit` bytes. */
export function decompressSnappy(bytes: Buffer, limit: number): Buffer {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return decompressBlock(bytes, limit)
  const parts: Buffer[] = []
  let total = 0
  for (let at = XERIAL_HEADER; at < bytes.length;) {
    if (at + 4 > bytes.length) throw corrupt('snappy', 'the length of a block is cut off')
    const length = bytes.readUInt32BE(at)
    at += 4
    if (at + length > bytes.length) throw corrupt('snappy', 'a block is cut off')
    const part = decompressBlock(bytes.subarray(at, at + length), limit - total)
    total += part.length
    parts.push(part)
    at += length
  }
  return Buffer.concat(parts, total)
}

/** (Snappy format description, version 1.) */
function decompressBlock(bytes: Buffer, limit: number): Buffer {
  let at = 0
  let size = 0
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]
    if (byte === undefined || shift > 28) throw corrupt('snappy', 'the length of its content is broken')
    size += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  if (size > limit) throw new TooLargeError(limit)
  if (size > bytes.length * MOST_GROWTH) throw corrupt('snappy', `${bytes.length} bytes can't make ${size}`)
  const out = Buffer.allocUnsafe(size)
  let to = 0
  while (at < bytes.length) {
    const tag = bytes[at++]!
    let length: number
    if ((tag & 3) === 0) {
      length = (tag >>> 2) + 1
      if (length > 60) {
        const width = length - 60
        if (at + width > bytes.length) throw corrupt('snappy', 'it is cut off')
        length = bytes.readUIntLE(at, width) + 1
        at += width
      }
      if (at + length > bytes.length || to + length > size) throw corrupt('snappy', 'a literal is too long')
      bytes.copy(out, to, at, at + length)
      at += length
    } else {
      const width = (tag & 3) === 3 ? 4 : tag & 3
      if (at + width > bytes.length) throw corrupt('snappy', 'it is cut off')
      const near = width === 1
      length = near ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1
      const back = near ? ((tag >>> 5) << 8) | bytes[at]! : bytes.readUIntLE(at, width)
      at += width
      if (back === 0 || back > to || to + length > size) throw corrupt('snappy', 'a copy reaches out of its content')
      copyWithin(out, to, { back, length })
    }
    to += length
  }
  if (to !== size) throw corrupt('snappy', `it has ${to} bytes of content, not ${size}`)
  return out
}

/** Repeats what stands `back` bytes before `to`; where that is less than `length`, also what it has just written. */
export function copyWithin(out: Buffer, to: number, { back, length }: { readonly back: number; readonly length: number }): void {
  if (back >= length && length > 32) out.copyWithin(to, to - back, to - back + length)
  else for (let i = to; i < to + length; i++) out[i] = out[i - back]!
}
