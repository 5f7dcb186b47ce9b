import { DEPTH_LIMIT } from '../../document/json.ts'

/** A place in the UTF-8 bytes of a JSON text that is being read. */
export interface Cursor {
  readonly bytes: Buffer
  /** Of the same bytes: several are compared at once. */
  readonly view: DataView
  at: number
  depth: number
  /** How many more bytes than characters (UTF-16 code units) were read. */
  wide: number
}

/** Thrown where a text is not as plain as these readers take it. */
export class UnexpectedText extends Error {}

const UNEXPECTED = new UnexpectedText('not a plain text')

export function unexpected(): never {
  throw UNEXPECTED
}

export function createCursor(bytes: Uint8Array, at: number): Cursor {
  const { buffer, byteOffset, byteLength } = bytes
  return { bytes: Buffer.from(buffer, byteOffset, byteLength), view: new DataView(buffer, byteOffset, byteLength), at, depth: 0, wide: 0 }
}

/** Skips white space; gives the byte of what follows, undefined at the end. */
export function space(cursor: Cursor): number | undefined {
  const { bytes } = cursor
  let byte = bytes[cursor.at]
  while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++cursor.at]
  return byte
}

export function take(cursor: Cursor, wanted: number): void {
  if (space(cursor) !== wanted) unexpected()
  cursor.at++
}

/** Takes these bytes, which must come next. */
export function takeAll(cursor: Cursor, wanted: Uint8Array): void {
  if (!startsWith(cursor, wanted)) unexpected()
  cursor.at += wanted.length
}

export function startsWith({ bytes, at }: Cursor, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false
  return true
}

/** Enters what nests. */
export function deeper(cursor: Cursor): void {
  if (++cursor.depth > DEPTH_LIMIT) unexpected()
}

/** Whether another item follows; else what closes is taken. */
export function more(cursor: Cursor, close: number): boolean {
  const byte = space(cursor)
  cursor.at++
  if (byte === 0x2c) return true
  if (byte !== close) unexpected()
  cursor.depth--
  return false
}

const encoder = new TextEncoder()

export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * JavaScript that asks whether these characters of ASCII stand at `at`, four a time; `view` is the cursor's. It throws a RangeError where the bytes end before
 * that is known.
 */
export function matchSource(text: string): string {
  const tests: string[] = []
  for (let i = 0; i < text.length; i += 4) {
    let [word, mask] = [0, 0]
    for (let j = Math.min(text.length, i + 4) - 1; j >= i; j--) [word, mask] = [(word << 8) | text.charCodeAt(j), (mask << 8) | 0xff]
    const read = `view.getInt32(at + ${i}, true)`
    tests.push(mask === -1 ? `${read} === ${word}` : `(${read} & ${mask}) === ${word}`)
  }
  return tests.join(' && ')
}
