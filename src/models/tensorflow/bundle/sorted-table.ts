import { crc32c } from '../../../core/crc32c.ts'
import { SluiceError } from '../../../core/errors.ts'

const FOOTER = 48
const TRAILER = 5
const MAGIC = 0xdb4775248b80fb57n
const MASK_DELTA = 0xa282ead8

interface Handle {
  readonly offset: number
  readonly size: number
}

/**
 * The entries of a sorted table in LevelDB's format, in order: the index of a TensorBundle (tensorflow/core/lib/io/table_format.txt).
 * Throws `model.malformed`, also where a checksum is wrong, and `model.unsupported` for compressed blocks.
 */
export function readSortedTable(bytes: Uint8Array): readonly (readonly [key: string, value: Uint8Array])[] {
  if (bytes.length < FOOTER || viewOf(bytes).getBigUint64(bytes.length - 8, true) !== MAGIC) throw malformed('it has no footer')
  const footer = new Cursor(bytes, bytes.length - FOOTER)
  footer.handle()
  return readBlock(bytes, footer.handle()).flatMap(([, value]) => readBlock(bytes, new Cursor(value, 0).handle()))
}

/** The value of a checksum as TensorFlow stores it: so that a checksum of data that hold checksums is none of theirs. */
export function maskedCrc(bytes: Uint8Array, at = 0, end = bytes.length): number {
  const crc = crc32c(bytes, at, end)
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0
}

function readBlock(bytes: Uint8Array, { offset, size }: Handle): (readonly [string, Uint8Array])[] {
  if (size < 4 || offset + size + TRAILER > bytes.length) throw malformed('a block is outside of it')
  if (bytes[offset + size] !== 0)
    throw new SluiceError('model.unsupported', 'the index of the variables is compressed, which TensorFlow does not do')
  if (viewOf(bytes).getUint32(offset + size + 1, true) !== maskedCrc(bytes, offset, offset + size + 1))
    throw malformed('a checksum is wrong')
  const block = bytes.subarray(offset, offset + size)
  const end = size - 4 - 4 * viewOf(block).getUint32(size - 4, true)
  const entries: (readonly [string, Uint8Array])[] = []
  const decoder = new TextDecoder()
  let key: Uint8Array = new Uint8Array(0)
  const cursor = new Cursor(block, 0)
  while (cursor.at < end) {
    const [shared, own, length] = [cursor.varint(), cursor.varint(), cursor.varint()]
    if (shared > key.length || shared + own > 65_536) throw malformed('a key is wrong')
    const next = new Uint8Array(shared + own)
    next.set(key.subarray(0, shared))
    next.set(cursor.take(own), shared)
    key = next
    entries.push([decoder.decode(key), cursor.take(length)])
  }
  return entries
}

class Cursor {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  varint(): number {
    let value = 0
    for (let scale = 1; scale < 2 ** 50; scale *= 128) {
      const byte = this.#bytes[this.at++]
      if (byte === undefined) break
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    throw malformed('a number is cut off')
  }

  take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.at) throw malformed('an entry is cut off')
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }

  handle(): Handle {
    return { offset: this.varint(), size: this.varint() }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function malformed(what: string): SluiceError {
  return new SluiceError('model.malformed', `the index of the variables (variables.index) is not one: ${what}`)
}
