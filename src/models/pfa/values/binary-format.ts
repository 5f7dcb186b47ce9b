import { BOOLEAN, BYTES, DOUBLE, FLOAT, INT, LONG, NULL, type Type } from '../types/type.ts'
import { wrapLong } from './long.ts'
import { PfaRuntimeError } from './runtime-error.ts'
import type { Long, Value } from './value.ts'

/** How one value stands in packed bytes (PFA 0.8.1, `pack` and `unpack`). */
export interface BinaryFormat {
  readonly kind: 'number' | 'pad' | 'raw' | 'terminated' | 'prefixed'
  readonly type: Type
  readonly size?: number
  readonly write?: (view: DataView, value: Value) => void
  readonly read?: (view: DataView, at: number) => Value
}

interface NumberFormat {
  readonly words: RegExp
  readonly type: Type
  readonly size: number
  readonly write: (view: DataView, value: never, little: boolean) => void
  readonly read: (view: DataView, at: number, little: boolean) => Value
}

const NUMBERS: readonly NumberFormat[] = [
  { words: /^boolean$/, type: BOOLEAN, size: 1, write: (v, x: boolean) => v.setUint8(0, x ? 1 : 0), read: (v, at) => v.getUint8(at) !== 0 },
  { words: /^(byte|int8)$/, type: INT, size: 1, write: (v, x: number) => v.setInt8(0, x), read: (v, at) => v.getInt8(at) },
  { words: /^unsigned\s*(byte|int8)$/, type: INT, size: 1, write: (v, x: number) => v.setUint8(0, x), read: (v, at) => v.getUint8(at) },
  { words: /^(short|int16)$/, type: INT, size: 2, write: (v, x: number, l) => v.setInt16(0, x, l), read: (v, at, l) => v.getInt16(at, l) },
  {
    words: /^unsigned\s*(short|int16)$/,
    type: INT,
    size: 2,
    write: (v, x: number, l) => v.setUint16(0, x, l),
    read: (v, at, l) => v.getUint16(at, l),
  },
  { words: /^(int|int32)$/, type: INT, size: 4, write: (v, x: number, l) => v.setInt32(0, x, l), read: (v, at, l) => v.getInt32(at, l) },
  {
    words: /^unsigned\s*(int|int32)$/,
    type: LONG,
    size: 4,
    write: (v, x: Long, l) => v.setUint32(0, Number(BigInt.asUintN(32, BigInt(x))), l),
    read: (v, at, l) => v.getUint32(at, l),
  },
  {
    words: /^(long|long\s+long|int64)$/,
    type: LONG,
    size: 8,
    write: (v, x: Long, l) => v.setBigInt64(0, BigInt(x), l),
    read: (v, at, l) => wrapLong(v.getBigInt64(at, l)),
  },
  {
    words: /^unsigned\s*(long|long\s+long|int64)$/,
    type: DOUBLE,
    size: 8,
    write: (v, x: number, l) => v.setBigUint64(0, BigInt.asUintN(64, Number.isFinite(x) ? BigInt(Math.trunc(x)) : 0n), l),
    read: (v, at, l) => Number(v.getBigUint64(at, l)),
  },
  {
    words: /^(float|float32)$/,
    type: FLOAT,
    size: 4,
    write: (v, x: number, l) => v.setFloat32(0, x, l),
    read: (v, at, l) => v.getFloat32(at, l),
  },
  {
    words: /^(double|float64)$/,
    type: DOUBLE,
    size: 8,
    write: (v, x: number, l) => v.setFloat64(0, x, l),
    read: (v, at, l) => v.getFloat64(at, l),
  },
]

const ORDER = /^(<|>|!|little|big|network)\s*/

/** The format that a text names, or undefined. */
export function binaryFormat(text: string): BinaryFormat | undefined {
  const trimmed = text.trim()
  if (trimmed === 'pad') return { kind: 'pad', type: NULL }
  if (/^(null\s*)?terminated$/.test(trimmed)) return { kind: 'terminated', type: BYTES }
  if (/^(length\s*)?prefixed$/.test(trimmed)) return { kind: 'prefixed', type: BYTES }
  const raw = /^raw\s*(\d{1,9})?$/.exec(trimmed)
  if (raw !== null) return raw[1] === undefined ? { kind: 'raw', type: BYTES } : { kind: 'raw', type: BYTES, size: Number(raw[1]) }
  const order = ORDER.exec(trimmed)
  const name = order === null ? trimmed : trimmed.slice(order[0].length)
  const format = NUMBERS.find(({ words }) => words.test(name))
  if (format === undefined || (order !== null && format.size === 1)) return undefined
  const little = order?.[1] === '<' || order?.[1] === 'little'
  return {
    kind: 'number',
    type: format.type,
    size: format.size,
    write: (view, value) => format.write(view, value as never, little),
    read: (view, at) => format.read(view, at, little),
  }
}

const ZERO = new Uint8Array(1)

/** Makes bytes of values. Raises 3000 for raw bytes of another size, 3001 for more than 255 bytes with a length prefix. */
export function createPacker(formats: readonly BinaryFormat[]): (...values: readonly Value[]) => Uint8Array {
  return (...values) => new Uint8Array(Buffer.concat(formats.flatMap((format, i) => packed(format, values[i]))))
}

function packed(format: BinaryFormat, value: Value): readonly Uint8Array[] {
  if (format.kind === 'pad') return [ZERO]
  if (format.kind === 'number') {
    const bytes = new Uint8Array(format.size!)
    format.write!(new DataView(bytes.buffer), value)
    return [bytes]
  }
  const bytes = value as Uint8Array
  if (format.kind === 'terminated') return [bytes, ZERO]
  if (format.kind === 'prefixed') {
    if (bytes.length > 255) throw new PfaRuntimeError('length prefixed bytes is larger than 255 bytes', 3001, 'pack')
    return [Uint8Array.of(bytes.length), bytes]
  }
  if (format.size !== undefined && bytes.length !== format.size) {
    throw new PfaRuntimeError('raw bytes does not have specified size', 3000, 'pack')
  }
  return [bytes]
}

/** Takes bytes apart: the values, or undefined where the bytes are not exactly of these formats. */
export function createUnpacker(formats: readonly BinaryFormat[]): (bytes: Uint8Array) => readonly Value[] | undefined {
  return (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const values: Value[] = []
    let at = 0
    for (const format of formats) {
      const start = format.kind === 'prefixed' ? at + 1 : at
      const size = sizeAt(format, bytes, at)
      if (size < 0 || start + size > bytes.length) return undefined
      values.push(readAs(format, { view, bytes, start, size }))
      at = start + size + (format.kind === 'terminated' ? 1 : 0)
    }
    return at === bytes.length ? values : undefined
  }
}

/** How many bytes the value has; negative where it does not end. */
function sizeAt(format: BinaryFormat, bytes: Uint8Array, at: number): number {
  if (format.kind === 'pad') return 1
  if (format.kind === 'prefixed') return bytes[at] ?? -1
  if (format.kind === 'terminated') return bytes.indexOf(0, at) - at
  return format.size ?? -1
}

function readAs(format: BinaryFormat, part: { view: DataView; bytes: Uint8Array; start: number; size: number }): Value {
  if (format.kind === 'pad') return null
  if (format.kind === 'number') return format.read!(part.view, part.start)
  return part.bytes.slice(part.start, part.start + part.size)
}
