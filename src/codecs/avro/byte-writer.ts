const encoder = new TextEncoder()

/** Bytes that grow, with the encodings of Avro's primitive types (Avro 1.12, "Binary Encoding"). For the edges. */
export class ByteWriter {
  length = 0
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)

  /** All that was written, in bytes of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.length)
  }

  boolean(value: boolean): void {
    this.#reserve(1)
    this.#bytes[this.length++] = value ? 1 : 0
  }

  long(value: bigint): void {
    this.#reserve(10)
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.length++] = Number(rest & 127n) | 128
    this.#bytes[this.length++] = Number(rest)
  }

  float(value: number): void {
    this.#reserve(4)
    this.#view.setFloat32(this.length, value, true)
    this.length += 4
  }

  double(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.length, value, true)
    this.length += 8
  }

  text(value: string): void {
    this.bytes(encoder.encode(value))
  }

  bytes(value: Uint8Array): void {
    this.long(BigInt(value.length))
    this.raw(value)
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.length)
    this.length += value.length
  }

  #reserve(size: number): void {
    if (this.length + size <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.length + size, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}
