import type { Long } from '../../values/value.ts'

/** Text in a field of this width: to the right of it, or to the left where the width is negative. A width of 0 gives no text at all. */
export function pad(text: string, width: number): string {
  if (width === 0) return ''
  return width < 0 ? text.padEnd(-width) : text.padStart(width)
}

/** Zeros between the sign and the digits, up to this width. */
export function padZeros(text: string, width: number): string {
  if (width === 0) return ''
  return text.startsWith('-') ? `-${text.slice(1).padStart(width - 1, '0')}` : text.padStart(width, '0')
}

export interface NumberFormat {
  readonly width: number | null
  /** Digits after the point; null for up to six, without zeros at the end. */
  readonly precision: number | null
  /** Numbers of a size within these two are written without an exponent. */
  readonly minNoExp: number
  readonly maxNoExp: number
}

/** PFA 0.8.1, `s.number`: always a point with a digit after it where no precision is asked for, exponents of two digits or more. */
export function formatNumber(x: number, { width, precision, minNoExp, maxNoExp }: NumberFormat): string {
  const text = Number.isFinite(x) ? finiteText(x, precision, { minNoExp, maxNoExp }) : Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf'
  return width === null ? text : pad(text, width)
}

function finiteText(x: number, precision: number | null, { minNoExp, maxNoExp }: Pick<NumberFormat, 'minNoExp' | 'maxNoExp'>): string {
  const size = Math.abs(x)
  const digits = precision ?? 6
  const plain = size === 0 || (size >= minNoExp && size <= maxNoExp)
  const [base, exponent] = plain ? [fixedText(size, digits), ''] : scientificText(size, digits)
  const shown = precision === null ? base.replace(/(\.\d+?)0+$/, '$1') : base
  return (x < 0 ? '-' : '') + shown + exponent
}

/** Exactly rounded; `toFixed` alone gives up at 10^21 and at 100 digits. */
function fixedText(size: number, digits: number): string {
  const within = Math.min(digits, 100)
  const text = size < 1e21 ? size.toFixed(within) : BigInt(size).toString() + (within === 0 ? '' : `.${'0'.repeat(within)}`)
  return text + '0'.repeat(digits - within)
}

function scientificText(size: number, digits: number): readonly [base: string, exponent: string] {
  const within = Math.min(digits, 100)
  const [base = '', exponent = '+0'] = size.toExponential(within).split('e')
  return [base + '0'.repeat(digits - within), `e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`]
}

export function longText(x: Long): string {
  return x.toString()
}
