/** A character encoding, strict both ways: undefined where text or bytes have what the encoding can't say. */
export interface Encoding {
  encode(text: string): Uint8Array | undefined
  decode(bytes: Uint8Array): string | undefined
}

/** An encoding of one byte a character, up to this one. */
function singleByte(last: number): Encoding {
  return {
    encode(text) {
      const bytes = new Uint8Array(text.length)
      for (let i = 0; i < text.length; i++) {
        const unit = text.charCodeAt(i)
        if (unit > last) return undefined
        bytes[i] = unit
      }
      return bytes
    },
    decode: (bytes) =>
      bytes.every((byte) => byte <= last) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1') : undefined,
  }
}

const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const utf8: Encoding = {
  encode: (text) => (text.isWellFormed() ? new TextEncoder().encode(text) : undefined),
  decode(bytes) {
    try {
      return UTF8_DECODER.decode(bytes)
    } catch {
      return undefined
    }
  },
}

/** UTF-16 without a byte order mark. */
function utf16(littleEndian: boolean): Encoding {
  return {
    encode(text) {
      if (!text.isWellFormed()) return undefined
      const view = new DataView(new ArrayBuffer(text.length * 2))
      for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), littleEndian)
      return new Uint8Array(view.buffer)
    },
    decode(bytes) {
      if (bytes.length % 2 !== 0) return undefined
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      let text = ''
      for (let at = 0; at < bytes.length; at += 2) text += String.fromCharCode(view.getUint16(at, littleEndian))
      return text.isWellFormed() ? text : undefined
    },
  }
}

const utf16be = utf16(false)
const utf16le = utf16(true)

/** UTF-16 with a byte order mark: written big-endian with one, read by it, and big-endian where there is none. */
const utf16Marked: Encoding = {
  encode(text) {
    const bytes = utf16be.encode(text)
    if (bytes === undefined || bytes.length === 0) return bytes
    const marked = new Uint8Array(bytes.length + 2)
    marked.set([0xfe, 0xff])
    marked.set(bytes, 2)
    return marked
  },
  decode(bytes) {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) return utf16le.decode(bytes.subarray(2))
    return utf16be.decode(bytes[0] === 0xfe && bytes[1] === 0xff ? bytes.subarray(2) : bytes)
  },
}

/** By the name that PFA's functions end in, in the order of their error codes. */
export const ENCODINGS: readonly (readonly [name: string, encoding: Encoding])[] = [
  ['Ascii', singleByte(0x7f)],
  ['Latin1', singleByte(0xff)],
  ['Utf8', utf8],
  ['Utf16', utf16Marked],
  ['Utf16be', utf16be],
  ['Utf16le', utf16le],
]
