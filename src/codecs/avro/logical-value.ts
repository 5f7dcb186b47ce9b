import type { Logical } from './avro-type.ts'

/** A decimal's bytes from a number or its text; undefined where it has more digits after the point than the scale. */
export function bytesOfDecimal(scale: number, value: unknown, size: number | undefined): Uint8Array | undefined {
  const text = typeof value === 'number' ? fixedText(value) : typeof value === 'string' ? value.trim() : ''
  const [, sign, whole = '', fraction = ''] = /^([+-]?)(\d{0,400})(?:\.(\d{0,400}))?$/.exec(text) ?? []
  const kept = fraction.replace(/0+$/, '')
  if (whole + fraction === '' || kept.length > scale) return undefined
  const unscaled = BigInt(`${whole}${kept.padEnd(scale, '0')}` || '0')
  return twosComplement(sign === '-' ? -unscaled : unscaled, size)
}

/** A number without an exponent. */
function fixedText(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  const [digits, exponent] = text.split('e') as [string, string]
  const negative = digits.startsWith('-')
  const [whole, fraction = ''] = digits.replace('-', '').split('.') as [string, string?]
  const shift = Number(exponent)
  const all = shift < 0 ? `0.${'0'.repeat(-shift - whole.length)}${whole}${fraction}` : `${whole}${fraction.padEnd(shift, '0')}`
  return `${negative ? '-' : ''}${all}`
}

/** Big-endian, as short as it can be, or of the size that is given. */
function twosComplement(value: bigint, size: number | undefined): Uint8Array | undefined {
  let length = 1
  while (BigInt.asIntN(length * 8, value) !== value) length++
  if (size !== undefined && length > size) return undefined
  const bytes = new Uint8Array(size ?? length)
  let rest = value
  for (let i = bytes.length - 1; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 255n)
  return bytes
}

const DAY = /^(\d{4}-\d{2}-\d{2})$/
const CLOCK = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/
const STAMP = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.(\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/

/** The number under a date, time or timestamp that is written in ISO 8601; undefined where it is not. Without an offset it is UTC. */
export function unitsOf(logical: Logical, text: string): bigint | undefined {
  if (logical.name === 'date') {
    const ms = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
    return Number.isNaN(ms) ? undefined : BigInt(ms / 86_400_000)
  }
  if (logical.name === 'time') {
    const [, hours, minutes, seconds = '0', fraction = ''] = CLOCK.exec(text) ?? []
    if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
    return inUnits(BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)), fraction, logical.perSecond)
  }
  if (logical.name !== 'timestamp') return undefined
  const [, day, clock, fraction = '', offset = 'Z'] = STAMP.exec(text) ?? []
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${clock}${offset}`)
  return Number.isNaN(ms) ? undefined : inUnits(BigInt(ms / 1000), fraction, logical.perSecond)
}

/** Digits that the unit has no place for are cut. */
function inUnits(seconds: bigint, fraction: string, perSecond: number): bigint {
  return seconds * BigInt(perSecond) + (BigInt(fraction.padEnd(9, '0')) * BigInt(perSecond)) / 1_000_000_000n
}
