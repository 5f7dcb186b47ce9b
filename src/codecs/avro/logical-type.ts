import type { AvroType, Logical } from './avro-type.ts'

type Json = Readonly<Record<string, unknown>>
type Under = AvroType['kind']

const TIMES: Readonly<Record<string, readonly [under: Under, logical: Logical]>> = {
  date: ['int', { name: 'date' }],
  'time-millis': ['int', { name: 'time', perSecond: 1e3 }],
  'time-micros': ['long', { name: 'time', perSecond: 1e6 }],
  'timestamp-millis': ['long', { name: 'timestamp', perSecond: 1e3, local: false }],
  'timestamp-micros': ['long', { name: 'timestamp', perSecond: 1e6, local: false }],
  'timestamp-nanos': ['long', { name: 'timestamp', perSecond: 1e9, local: false }],
  'local-timestamp-millis': ['long', { name: 'timestamp', perSecond: 1e3, local: true }],
  'local-timestamp-micros': ['long', { name: 'timestamp', perSecond: 1e6, local: true }],
  'local-timestamp-nanos': ['long', { name: 'timestamp', perSecond: 1e9, local: true }],
}

/** Beyond so many digits after the point a decimal is taken as the bytes that it is. */
const LARGEST_SCALE = 1000

/** The logical type of a schema (Avro 1.12, "Logical Types"), or undefined where it has none, or one that does not fit its type. */
export function logicalOf(schema: Json, type: AvroType): Logical | undefined {
  const { logicalType, precision, scale = 0 } = schema
  if (typeof logicalType !== 'string') return undefined
  if (logicalType === 'decimal') {
    const fits = type.kind === 'bytes' || type.kind === 'fixed'
    const valid = isCount(precision) && precision > 0 && isCount(scale) && scale <= precision && scale <= LARGEST_SCALE
    return fits && valid ? { name: 'decimal', scale } : undefined
  }
  if (logicalType === 'uuid') {
    return type.kind === 'string' || (type.kind === 'fixed' && type.size === 16) ? { name: 'uuid' } : undefined
  }
  const [under, logical] = (Object.hasOwn(TIMES, logicalType) && TIMES[logicalType]) || []
  return under === type.kind ? logical : undefined
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

/** More bytes than any decimal that is meant as a number has. */
const LONGEST_DECIMAL = 1024

/** The unscaled value of a decimal: a two's-complement big-endian integer. undefined where it has no bytes, or too many. */
export function unscaled(bytes: Uint8Array, at: number, length: number): bigint | undefined {
  if (length === 0 || length > LONGEST_DECIMAL) return undefined
  let hex = ''
  for (let i = at; i < at + length; i++) hex += bytes[i]!.toString(16).padStart(2, '0')
  return BigInt.asIntN(length * 8, BigInt(`0x${hex}`))
}

/** A decimal as it is written: all digits of its scale, `-0.50`. */
export function decimalText(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${value < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}

/** The double nearest to a decimal. */
export function decimalNumber(bytes: Uint8Array, at: number, length: number, scale: number): number | undefined {
  if (length > 0 && length <= 6 && scale <= 22) {
    let value = (bytes[at]! << 24) >> 24
    for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i]!
    // Both are exact, so the division rounds once.
    return value / 10 ** scale
  }
  const value = unscaled(bytes, at, length)
  return value === undefined ? undefined : Number(`${value}e-${scale}`)
}

/** A fixed of 16 bytes as a UUID is written (RFC 9562). */
export function uuidText(bytes: Uint8Array, at: number): string {
  let hex = ''
  for (let i = at; i < at + 16; i++) hex += bytes[i]!.toString(16).padStart(2, '0')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

const MS_PER_DAY = 86_400_000
const FARTHEST_MS = 8.64e15

/** A date, time or timestamp as ISO 8601 writes it, with the fraction that its unit has; the number where it is beyond the calendar. */
export function timeText(logical: Logical, value: number): string {
  if (logical.name === 'date') return Math.abs(value) > FARTHEST_MS / MS_PER_DAY ? String(value) : isoDate(value * MS_PER_DAY)
  if (logical.name !== 'time' && logical.name !== 'timestamp') return String(value)
  const seconds = Math.floor(value / logical.perSecond)
  const fraction = String(value - seconds * logical.perSecond).padStart(String(logical.perSecond).length - 1, '0')
  const isTime = logical.name === 'time'
  if (Math.abs(seconds) > FARTHEST_MS / 1000 || (isTime && (seconds < 0 || seconds >= 86_400))) return String(value)
  const [day, rest] = new Date(seconds * 1000).toISOString().split('T')
  const clock = `${rest!.slice(0, 8)}.${fraction}`
  return isTime ? clock : `${day}T${clock}${logical.local ? '' : 'Z'}`
}

function isoDate(ms: number): string {
  return new Date(ms).toISOString().split('T')[0]!
}
