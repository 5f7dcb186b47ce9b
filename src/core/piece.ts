/** Bytes that are written again and again, ready to be copied fast. */
export interface Piece {
  readonly length: number
  readonly bytes: Uint8Array
  /** Of `bytes`. */
  readonly view: DataView
}

/** The parts, one after the other. */
export function pieceOf(...parts: readonly Uint8Array[]): Piece {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return { length: bytes.length, bytes, view: new DataView(bytes.buffer) }
}
