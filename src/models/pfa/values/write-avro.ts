import type { Type } from '../types/type.ts'
import { branchIndex, unboxed } from './branches.ts'
import type { RecordClasses } from './record-classes.ts'
import { TypeMemo } from './type-memo.ts'
import { type Long, propertyOf, type RecordValue, type Value } from './value.ts'

type Write = (value: Value, out: ByteSink) => void

/** Writers of values in Avro's binary encoding (Avro 1.11, Binary Encoding), by type: arrays and maps as one block. */
export function createAvroWriters(classes: RecordClasses): (type: Type) => (value: Value) => Uint8Array {
  const memo = new TypeMemo<void, [Value, ByteSink]>((type) => build(type))
  const of = (type: Type): Write => memo.get(type)

  function build(type: Type): Write {
    switch (type.kind) {
      case 'boolean':
        return (value, out) => out.byte(value === true ? 1 : 0)
      case 'int':
      case 'long':
        return (value, out) => out.long(value as Long)
      case 'float':
        return (value, out) => out.float(value as number)
      case 'double':
        return (value, out) => out.double(value as number)
      case 'string':
        return (value, out) => out.sized(new TextEncoder().encode(value as string))
      case 'bytes':
        return (value, out) => out.sized(value as Uint8Array)
      case 'fixed':
        return (value, out) => out.raw(value as Uint8Array)
      case 'enum':
        return (value, out) => out.long(type.symbols.indexOf(value as string))
      case 'array': {
        const item = of(type.items)
        return (value, out) => {
          const array = value as readonly Value[]
          if (array.length > 0) out.long(array.length)
          for (const part of array) item(part, out)
          out.byte(0)
        }
      }
      case 'map': {
        const part = of(type.values)
        return (value, out) => {
          const map = value as ReadonlyMap<string, Value>
          if (map.size > 0) out.long(map.size)
          for (const [key, v] of map) {
            out.sized(new TextEncoder().encode(key))
            part(v, out)
          }
          out.byte(0)
        }
      }
      case 'record': {
        const fields = type.fields.map((field) => ({ property: propertyOf(field.name), write: of(field.type) }))
        return (value, out) => {
          for (const { property, write } of fields) write((value as RecordValue)[property], out)
        }
      }
      case 'union': {
        const index = branchIndex(type, classes)
        const branches = type.types.map(of)
        return (value, out) => {
          const branch = index(value)
          out.long(branch)
          branches[branch]!(unboxed(value), out)
        }
      }
      case 'null':
      case 'fcn':
      case 'exception':
        return () => {}
    }
  }
  return (type) => {
    const write = of(type)
    return (value) => {
      const out = new ByteSink()
      write(value, out)
      return out.bytes()
    }
  }
}

class ByteSink {
  #buffer = new Uint8Array(64)
  #length = 0

  byte(value: number): void {
    this.#room(1)
    this.#buffer[this.#length++] = value
  }

  /** Zig-zag, then seven bits a byte, low ones first. */
  long(value: Long): void {
    const wide = BigInt(value)
    let rest = BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n))
    while (rest > 0x7fn) {
      this.byte(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.byte(Number(rest))
  }

  float(value: number): void {
    this.#room(4)
    new DataView(this.#buffer.buffer).setFloat32(this.#length, value, true)
    this.#length += 4
  }

  double(value: number): void {
    this.#room(8)
    new DataView(this.#buffer.buffer).setFloat64(this.#length, value, true)
    this.#length += 8
  }

  sized(bytes: Uint8Array): void {
    this.long(bytes.length)
    this.raw(bytes)
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }

  #room(more: number): void {
    if (this.#length + more <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(this.#length + more, this.#buffer.length * 2))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
