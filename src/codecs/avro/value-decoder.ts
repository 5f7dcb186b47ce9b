import { type AvroType, type FixedType, type PrimitiveType, type RecordType, smallestSize } from './avro-type.ts'
import { malformedRecord } from './avro-errors.ts'
import { decimalText, unscaled, uuidText } from './logical-type.ts'
import { DEEPEST_VALUE, readInt, readLong, wireState } from './wire.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** How many values without bytes a record may hold, which its length does not bound. */
const MOST_EMPTY = 10_000

/**
 * A record as a plain object. Longs are numbers where they are exact, else bigints; decimals are numbers where a number says all of
 * their digits, else texts; enums are their symbols; dates and times are the numbers under them; of a union stands the value alone.
 * Throws `record.avro.malformed`; also where something stands after the record.
 */
export function decodeRecord(type: RecordType, bytes: Uint8Array): Record<string, unknown> {
  const { value, at } = decodeStart(type, bytes)
  if (at !== bytes.length) throw malformedRecord(type.name, bytes.length)
  return value
}

/** As `decodeRecord`, of bytes that may go on after the record; says where it ends. */
export function decodeStart(type: RecordType, bytes: Uint8Array): { readonly value: Record<string, unknown>; readonly at: number } {
  const reader = new ValueDecoder(bytes)
  try {
    return { value: reader.value(type, 0) as Record<string, unknown>, at: reader.at }
  } catch (cause) {
    throw malformedRecord(type.name, bytes.length, cause)
  }
}

class ValueDecoder {
  at = 0
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #empty = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  value(type: AvroType, depth: number): unknown {
    if (depth > DEEPEST_VALUE) throw new RangeError(`it is nested more than ${DEEPEST_VALUE} deep`)
    switch (type.kind) {
      case 'null':
        return null
      case 'boolean':
        return this.#boolean()
      case 'int':
        return this.#int()
      case 'long':
        return this.#long()
      case 'float':
        return this.#view.getFloat32(this.#take(4), true)
      case 'double':
        return this.#view.getFloat64(this.#take(8), true)
      case 'string':
        return decoder.decode(this.#slice(this.#count()))
      case 'bytes':
        return this.#opaque(type, this.#count())
      case 'fixed':
        return this.#opaque(type, type.size)
      case 'enum':
        return itemAt(type.symbols, this.#int())
      case 'union':
        return this.value(itemAt(type.branches, this.#int()), depth + 1)
      case 'record':
        // Not by assignment, since a field may be named __proto__.
        return Object.fromEntries(type.fields.map((field) => [field.name, this.value(field.type, depth + 1)]))
      case 'array':
        return [...this.#items(smallestSize(type.items), () => this.value(type.items, depth + 1))]
      case 'map':
        return Object.fromEntries(
          this.#items(1 + smallestSize(type.values), () => [this.#text(), this.value(type.values, depth + 1)] as const),
        )
    }
  }

  *#items<T>(size: number, item: () => T): Generator<T> {
    for (;;) {
      let count = this.#number()
      if (count === 0) return
      let end: number | undefined
      if (count < 0) {
        count = -count
        const length = this.#count()
        end = this.at + length
      }
      this.#empty += size === 0 ? count : 0
      if (count * size > this.#bytes.length - this.at || this.#empty > MOST_EMPTY) throw new RangeError(`it can't hold ${count} items`)
      for (let i = 0; i < count; i++) yield item()
      if (end !== undefined && this.at !== end) throw new RangeError('a block is not as long as it says')
    }
  }

  #text(): string {
    return decoder.decode(this.#slice(this.#count()))
  }

  #boolean(): boolean {
    const byte = this.#bytes[this.#take(1)]!
    if (byte > 1) throw new RangeError(`${byte} is no boolean`)
    return byte === 1
  }

  #int(): number {
    this.#moveTo(readInt(this.#bytes, this.at, this.#bytes.length))
    return wireState.value
  }

  #number(): number {
    this.#moveTo(readLong(this.#bytes, this.at, this.#bytes.length))
    return wireState.value
  }

  #long(): number | bigint {
    const start = this.at
    const value = this.#number()
    return Number.isSafeInteger(value) ? value : this.#bigLong(start)
  }

  #bigLong(start: number): bigint {
    let raw = 0n
    for (let i = start; i < this.at; i++) raw |= BigInt(this.#bytes[i]! & 127) << BigInt(7 * (i - start))
    return (raw >> 1n) ^ -(raw & 1n)
  }

  #count(): number {
    const count = this.#number()
    if (count < 0) throw new RangeError(`a length is ${count}`)
    return count
  }

  #opaque({ logical }: PrimitiveType | FixedType, length: number): unknown {
    const bytes = this.#slice(length)
    if (logical?.name === 'uuid') return uuidText(bytes, 0)
    const value = logical?.name === 'decimal' ? unscaled(bytes, 0, length) : undefined
    if (value === undefined || logical?.name !== 'decimal') return new Uint8Array(bytes)
    const text = decimalText(value, logical.scale)
    return isShort(text) ? Number(text) : text
  }

  #slice(length: number): Uint8Array {
    const start = this.#take(length)
    return this.#bytes.subarray(start, start + length)
  }

  #take(length: number): number {
    if (length > this.#bytes.length - this.at) throw new RangeError('it ends too early')
    const start = this.at
    this.at += length
    return start
  }

  #moveTo(next: number): void {
    if (next < 0) throw new RangeError(`there is no number at byte ${this.at}`)
    this.at = next
  }
}

/** Whether a double keeps all digits of a decimal: up to 15 it always does. */
function isShort(text: string): boolean {
  return text.replaceAll(/[-.]/g, '').replace(/^0+/, '').length <= 15
}

function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`there is no item ${index} of ${items.length}`)
  return item
}
