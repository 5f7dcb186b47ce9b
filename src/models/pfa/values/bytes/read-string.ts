import { type Cursor, take, unexpected } from './cursor.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
/** A power of two. */
const SLOTS = 512
const SHORT = 32

/** Reads the texts of one place of a document: those that occur again and again are made once. Without escapes, unless asked to. */
export function createStringReader(escapes = false): (cursor: Cursor) => string {
  const known: (string | undefined)[] = Array.from({ length: SLOTS })
  return (cursor) => {
    take(cursor, 0x22)
    const { bytes, at: start } = cursor
    let at = start
    let hash = 0
    let byte = bytes[at]!
    for (; byte !== 0x22; byte = bytes[++at]!) {
      // Escapes, what may not stand in a text, the end; and what is no ASCII.
      if (byte === 0x5c) return escapes ? escapedString(cursor) : unexpected()
      if (!(byte >= 0x20)) return unexpected()
      if (byte >= 0x80) return escapes ? escapedString(cursor) : wideString(cursor)
      hash = (Math.imul(hash, 31) + byte) | 0
    }
    cursor.at = at + 1
    const length = at - start
    if (length > SHORT) return asciiText(bytes, start, at)
    const slot = (hash ^ (hash >>> 9)) & (SLOTS - 1)
    const text = known[slot]
    if (text !== undefined && text.length === length && isText(text, bytes, start)) return text
    return (known[slot] = asciiText(bytes, start, at))
  }
}

function isText(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false
  return true
}

function asciiText(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end)
}

function wideString(cursor: Cursor): string {
  const { bytes, at: start } = cursor
  const end = bytes.indexOf(0x22, start)
  if (end < 0) return unexpected()
  for (let i = start; i < end; i++) if (bytes[i]! < 0x20 || bytes[i] === 0x5c) return unexpected()
  const text = decoder.decode(bytes.subarray(start, end))
  cursor.wide += end - start - text.length
  cursor.at = end + 1
  return text
}

/** A text of any form, whose first quote is taken. */
function escapedString(cursor: Cursor): string {
  const { bytes, at: start } = cursor
  let at = start
  for (let byte = bytes[at]; byte !== 0x22; byte = bytes[++at]) {
    if (byte === undefined || byte < 0x20) return unexpected()
    if (byte === 0x5c) at++
  }
  const written = decoder.decode(bytes.subarray(start - 1, at + 1))
  cursor.at = at + 1
  try {
    return JSON.parse(written) as string
  } catch {
    return unexpected()
  }
}
