type Column = Uint8Array | Int32Array | Float64Array

const FIRST = 64
const CHUNK_BITS = 12
const CHUNK = 2 ** CHUNK_BITS

/**
 * A typed array that grows at its end: a list of numbers takes eight bytes an entry whatever it holds. It grows by chunks, because memory of
 * typed arrays that are left behind is not collected for long.
 */
export class GrowingColumn<T extends Column> {
  length = 0
  #chunks: T[] = []
  readonly #make: (length: number) => T

  constructor(make: (length: number) => T) {
    this.#make = make
  }

  push(entry: number): void {
    const place = this.length & (CHUNK - 1)
    const index = this.length >> CHUNK_BITS
    const chunk = this.#chunks[index]
    if (chunk === undefined) this.#chunks.push(this.#make(index === 0 ? FIRST : CHUNK))
    else if (place === chunk.length) {
      this.#chunks[index] = this.#make(chunk.length * 2)
      this.#chunks[index].set(chunk)
    }
    this.#chunks[index]![place] = entry
    this.length++
  }

  get(index: number): number {
    return this.#chunks[index >> CHUNK_BITS]![index & (CHUNK - 1)]!
  }

  set(index: number, entry: number): void {
    this.#chunks[index >> CHUNK_BITS]![index & (CHUNK - 1)] = entry
  }

  /** The entries, in memory of their own length; the column is empty then. */
  finish(): T {
    const entries = this.#make(this.length)
    for (const [i, chunk] of this.#chunks.entries()) entries.set(chunk.subarray(0, this.length - i * CHUNK), i * CHUNK)
    this.#chunks = []
    this.length = 0
    return entries
  }
}

export const int32Column = (): GrowingColumn<Int32Array> => new GrowingColumn((length) => new Int32Array(length))
export const doubleColumn = (): GrowingColumn<Float64Array> => new GrowingColumn((length) => new Float64Array(length))
export const byteColumn = (): GrowingColumn<Uint8Array> => new GrowingColumn((length) => new Uint8Array(length))
