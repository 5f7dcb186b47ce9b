import { SluiceError } from '../../core/errors.ts'

/** The wire types of protobuf that ONNX uses. Groups are refused. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

const decoder = new TextDecoder()

/**
 * Steps through the fields of one protobuf message without copying. After `next` answers true, `field` and `wire` say what was read;
 * a varint's value is in `int32` or `int64`, the content of a length-delimited field in `bytes`. Every length is checked against what
 * is there: throws `model.malformed`.
 */
export class ProtobufReader {
  field = 0
  wire = 0
  /** Where the current field's tag starts and where the field ends. */
  start = 0
  at = 0
  /** The content of the current length-delimited or fixed-size field, a view. */
  bytes: Uint8Array
  readonly message: Uint8Array
  #low = 0
  #high = 0

  /** What the bytes should be, for messages. */
  readonly #expected: string

  constructor(message: Uint8Array, expected = 'an ONNX model') {
    this.message = message
    this.bytes = message
    this.#expected = expected
  }

  /** Reads the next field; false at the end of the message. */
  next(): boolean {
    if (this.at >= this.message.length) return false
    this.start = this.at
    this.#varint()
    // A tag is 32 bits: 29 of field number, 3 of wire type.
    this.field = this.#low >>> 3
    this.wire = this.#low & 7
    if (this.field === 0 || this.#high !== 0) throw this.#malformed('a tag')
    if (this.wire === WIRE.varint) this.#varint()
    else if (this.wire === WIRE.bytes) this.#take(this.#length())
    else if (this.wire === WIRE.fixed64) this.#take(8)
    else if (this.wire === WIRE.fixed32) this.#take(4)
    else throw this.#malformed(`a field of wire type ${this.wire}`)
    return true
  }

  /** Whether the current field is this one, length-delimited: a message, a text, bytes or packed numbers. */
  isBytes(field: number): boolean {
    return this.field === field && this.wire === WIRE.bytes
  }

  isVarint(field: number): boolean {
    return this.field === field && this.wire === WIRE.varint
  }

  isFixed32(field: number): boolean {
    return this.field === field && this.wire === WIRE.fixed32
  }

  /** Whether the current varint is no signed integer of 32 bits. */
  get int64Exceeds32(): boolean {
    return this.#high !== (this.#low >> 31) >>> 0
  }

  /** The current varint as a 32-bit integer, cut as protobuf cuts it. */
  get int32(): number {
    return this.#low | 0
  }

  get int64(): bigint {
    return BigInt.asIntN(64, (BigInt(this.#high) << 32n) | BigInt(this.#low >>> 0))
  }

  get text(): string {
    return decoder.decode(this.bytes)
  }

  /** The current field as it stands in the message, tag included: to copy it. */
  get raw(): Uint8Array {
    return this.message.subarray(this.start, this.at)
  }

  /** The content as packed varints. */
  packedInt64(): bigint[] {
    const values: bigint[] = []
    const packed = new ProtobufReader(this.bytes, this.#expected)
    while (packed.at < packed.message.length) {
      packed.#varint()
      values.push(packed.int64)
    }
    return values
  }

  #length(): number {
    this.#varint()
    return this.#high === 0 ? this.#low >>> 0 : Infinity
  }

  #take(length: number): void {
    if (length > this.message.length - this.at)
      throw this.#malformed(`a field of ${length} bytes where ${this.message.length - this.at} are left`)
    this.bytes = this.message.subarray(this.at, this.at + length)
    this.at += length
  }

  #varint(): void {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.message.length) throw this.#malformed('a varint that is cut off')
      const byte = this.message[this.at++]!
      const bits = byte & 127
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else if (shift < 63) high |= bits << (shift - 32)
      else high |= (bits & 1) << 31
      if (byte < 128) {
        this.#low = low
        this.#high = high >>> 0
        return
      }
    }
    throw this.#malformed('a varint of more than 10 bytes')
  }

  #malformed(what: string): SluiceError {
    return new SluiceError(
      'model.malformed',
      `the bytes are not ${this.#expected}: at byte ${this.start} of a message of ${this.message.length} is ${what}`,
    )
  }
}
