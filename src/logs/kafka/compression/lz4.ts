import { corrupt, TooLargeError } from './faults.ts'
import { copyWithin } from './snappy.ts'

const MAGIC = 0x184d2204
const VERSION = 1
const UNCOMPRESSED = 0x80000000
const SMALLEST_MATCH = 4

interface Output {
  bytes: Buffer
  at: number
  readonly limit: number
}

/**
 * Decompresses one LZ4 frame; its checksums are not looked at, for that of the record batch covers them. Throws where it is damaged or makes
 * more than `limit` bytes. (LZ4 frame format 1.6, blocks dependent or not, without dictionaries.)
 */
export function decompressLz4(bytes: Buffer, limit: number): Buffer {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== MAGIC) throw corrupt('lz4', 'it does not begin as a frame')
  const flags = bytes[4]!
  const sizeCode = (bytes[5]! >>> 4) & 7
  if (flags >>> 6 !== VERSION) throw corrupt('lz4', `its version is ${flags >>> 6}`)
  if ((flags & 1) !== 0) throw corrupt('lz4', 'it needs a dictionary')
  if (sizeCode < 4) throw corrupt('lz4', `the size of its blocks is of the unknown kind ${sizeCode}`)
  const blockSize = 1 << (8 + 2 * sizeCode)
  const checksum = (flags & 0x10) === 0 ? 0 : 4
  let at = (flags & 8) === 0 ? 7 : 15
  const out: Output = { bytes: Buffer.allocUnsafe(Math.min(limit, Math.max(bytes.length * 3, 1024))), at: 0, limit }
  for (;;) {
    if (at + 4 > bytes.length) throw corrupt('lz4', 'it is cut off')
    const header = bytes.readUInt32LE(at)
    at += 4
    if (header === 0) return out.bytes.subarray(0, out.at)
    const length = header % UNCOMPRESSED
    if (length > blockSize || at + length + checksum > bytes.length) throw corrupt('lz4', 'a block is too long')
    const block = bytes.subarray(at, at + length)
    const before = out.at
    if (header >= UNCOMPRESSED) append(block, out)
    else decompressBlock(block, out)
    if (out.at - before > blockSize) throw corrupt('lz4', 'a block has more content than its frame says')
    at += length + checksum
  }
}

/** (LZ4 block format.) Sequences of literals and a match; the last has no match. */
function decompressBlock(block: Buffer, out: Output): void {
  for (let at = 0; ;) {
    const token = block[at++]
    if (token === undefined) throw corrupt('lz4', 'a block is cut off')
    let literals = token >>> 4
    if (literals === 15) [literals, at] = readLength(block, at, literals)
    if (at + literals > block.length) throw corrupt('lz4', 'a literal is too long')
    append(block.subarray(at, at + literals), out)
    at += literals
    if (at === block.length) return
    if (at + 2 > block.length) throw corrupt('lz4', 'a block is cut off')
    const back = block.readUInt16LE(at)
    at += 2
    let length = token & 15
    if (length === 15) [length, at] = readLength(block, at, length)
    length += SMALLEST_MATCH
    if (back === 0 || back > out.at) throw corrupt('lz4', 'a match reaches out of the content')
    reserve(out, length)
    copyWithin(out.bytes, out.at, { back, length })
    out.at += length
  }
}

/** Bytes are added up to the first that is not 255. */
function readLength(block: Buffer, at: number, first: number): [length: number, at: number] {
  for (let length = first; ;) {
    const byte = block[at++]
    if (byte === undefined) throw corrupt('lz4', 'a length is cut off')
    length += byte
    if (byte !== 255) return [length, at]
  }
}

function append(bytes: Buffer, out: Output): void {
  reserve(out, bytes.length)
  bytes.copy(out.bytes, out.at)
  out.at += bytes.length
}

function reserve(out: Output, length: number): void {
  const needed = out.at + length
  if (needed <= out.bytes.length) return
  if (needed > out.limit) throw new TooLargeError(out.limit)
  const grown = Buffer.allocUnsafe(Math.min(out.limit, Math.max(needed, out.bytes.length * 2)))
  out.bytes.copy(grown, 0, 0, out.at)
  out.bytes = grown
}
