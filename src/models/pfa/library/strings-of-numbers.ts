import type { Long } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { formatNumber, longText, pad, padZeros } from './text/format-number.ts'

interface Codes {
  readonly negativeWidth: number
  /** Where numbers below 0 are refused. */
  readonly negativeNumber?: number
}

const LONG_SIGNATURES = ['(x: long) -> string', '(x: long, width: int, zeroPad: boolean) -> string']
const DOUBLE = 'x: double, width: (int|null), precision: (int|null)'

/** The two functions that write a whole number: as it is, and in a field. */
function ofLong(site: CallSite, text: (x: Long) => string, { negativeWidth, negativeNumber }: Codes): Callable {
  const { checkSize } = site.engine
  return (x: Long, width?: number, zeroPad?: boolean) => {
    if (negativeNumber !== undefined && x < 0) return site.fail(negativeNumber)
    if (width === undefined) return text(x)
    if (zeroPad === true && width < 0) return site.fail(negativeWidth)
    checkSize(Math.abs(width))
    return zeroPad === true ? padZeros(text(x), width) : pad(text(x), width)
  }
}

function ofDouble(site: CallSite): Callable {
  const { checkSize } = site.engine
  return (x: number, width: number | null, precision: number | null, minNoExp = 0.0001, maxNoExp = 100000) => {
    if (precision !== null && precision < 0) return site.fail(39121)
    checkSize(Math.abs(width ?? 0) + (precision ?? 0))
    return formatNumber(x, { width, precision, minNoExp, maxNoExp })
  }
}

/** PFA 0.8.1, String library: numbers as text. */
export const STRINGS_OF_NUMBERS: readonly LibraryFunction[] = [
  {
    name: 's.hex',
    signatures: LONG_SIGNATURES,
    errors: { 39110: 'negative width cannot be used with zero-padding', 39111: 'negative number' },
    build: (site) => ofLong(site, (x) => x.toString(16), { negativeWidth: 39110, negativeNumber: 39111 }),
  },
  {
    name: 's.int',
    signatures: LONG_SIGNATURES,
    errors: { 39240: 'negative width cannot be used with zero-padding' },
    build: (site) => ofLong(site, longText, { negativeWidth: 39240 }),
  },
  {
    name: 's.number',
    signatures: [...LONG_SIGNATURES, `(${DOUBLE}) -> string`, `(${DOUBLE}, minNoExp: double, maxNoExp: double) -> string`],
    errors: { 39120: 'negative width cannot be used with zero-padding', 39121: 'negative precision' },
    build: (site) => (site.signature < 2 ? ofLong(site, longText, { negativeWidth: 39120 }) : ofDouble(site)),
  },
]
