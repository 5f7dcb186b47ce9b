/** Memory of batches that were scored, kept for others: what is new must be cleared and mapped first, which takes longer than to fill it. */
export interface BufferStore {
  /** So many floats, with anything in them. They have a buffer of their own. */
  floats(length: number): Float32Array<ArrayBuffer>
  giveBack(buffer: ArrayBuffer): void
}

const KEPT = 8

export function createBufferStore(): BufferStore {
  const free: ArrayBuffer[] = []
  return {
    floats(length) {
      const bytes = length * Float32Array.BYTES_PER_ELEMENT
      // Not much more than is needed, lest small batches hold the memory of large ones.
      const at = free.findIndex((buffer) => buffer.byteLength >= bytes && buffer.byteLength <= 2 * bytes)
      return at < 0 ? new Float32Array(length) : new Float32Array(free.splice(at, 1)[0]!, 0, length)
    },
    giveBack(buffer) {
      if (free.length === KEPT) free.shift()
      free.push(buffer)
    },
  }
}
