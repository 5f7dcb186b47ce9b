/** Reads one value of a broker's answer after the other. (Kafka protocol, primitive types.) Beyond the end it throws a RangeError. */
export class WireReader {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int16(): number {
    this.at += 2
    return this.#bytes.readInt16BE(this.at - 2)
  }

  int32(): number {
    this.at += 4
    return this.#bytes.readInt32BE(this.at - 4)
  }

  int64(): bigint {
    this.at += 8
    return this.#bytes.readBigInt64BE(this.at - 8)
  }

  /** A varint without a sign, of at most 32 bits. */
  unsigned(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.at++)
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new RangeError('a varint is longer than five bytes')
  }

  /** A compact string, or undefined where it is null. */
  compactText(): string | undefined {
    const length = this.unsigned() - 1
    if (length < 0) return undefined
    const text = this.view(length)
    return text.toString()
  }

  /** The next bytes, as a view. */
  view(length: number): Buffer {
    if (length > this.#bytes.length - this.at)
      throw new RangeError(`${length} bytes are announced, and ${this.#bytes.length - this.at} are there`)
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }

  skipTags(): void {
    for (let left = this.unsigned(); left > 0; left--) {
      this.unsigned()
      this.view(this.unsigned())
    }
  }
}
