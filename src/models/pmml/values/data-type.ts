import { parseBoolean, parseReal } from './literal.ts'
import { daysToYear, formatDate, formatDateTime, formatTime, parseDate, parseDateTime, parseTime } from './moments.ts'

/**
 * How a value stands in a cell, which is always a double and NaN where it is missing:
 * - `number`: itself. `boolean`: 1 or 0.
 * - `text`: the code that the document's text pool has for it.
 * - `moment`: days since 1970-01-01 (date), seconds since midnight (time), seconds since 1970-01-01T00:00:00 (dateTime).
 */
export type Family = 'number' | 'boolean' | 'text' | 'moment'

interface DataTypeEntry {
  readonly family: Family
  /** The cell of a literal of this type, NaN where the text is not one. Not for `text`. */
  readonly parse: (text: string) => number
  /** The literal of a cell that is not missing. Not for `text`. */
  readonly format: (value: number) => string
}

const whole = (text: string): number => {
  const value = parseReal(text)
  return Number.isInteger(value) ? value : NaN
}
/** Doubles as the standard's reference examples print them: with a fraction. */
const decimal = (value: number): string => (Number.isInteger(value) && Math.abs(value) < 1e7 ? `${value}.0` : String(value))
const never = (): never => {
  throw new TypeError('a text has no number of its own')
}

function daysSince(year: number): DataTypeEntry {
  const origin = daysToYear(year)
  return { family: 'number', parse: (text) => orNumber(text, parseDate(text) - origin), format: String }
}

function secondsSince(year: number): DataTypeEntry {
  const origin = daysToYear(year) * 86_400
  return { family: 'number', parse: (text) => orNumber(text, parseDateTime(text) - origin), format: String }
}

function orNumber(text: string, value: number): number {
  return Number.isNaN(value) ? whole(text) : value
}

/** The data types of PMML (4.4.1, DataDictionary, DATATYPE). */
export const DATA_TYPES = {
  string: { family: 'text', parse: never, format: never },
  integer: { family: 'number', parse: whole, format: String },
  float: { family: 'number', parse: (text) => Math.fround(parseReal(text)), format: decimal },
  double: { family: 'number', parse: parseReal, format: decimal },
  boolean: { family: 'boolean', parse: parseBoolean, format: (value) => (value === 0 ? 'false' : 'true') },
  date: { family: 'moment', parse: parseDate, format: formatDate },
  time: { family: 'moment', parse: parseTime, format: formatTime },
  dateTime: { family: 'moment', parse: parseDateTime, format: formatDateTime },
  'dateDaysSince[0]': daysSince(0),
  'dateDaysSince[1960]': daysSince(1960),
  'dateDaysSince[1970]': daysSince(1970),
  'dateDaysSince[1980]': daysSince(1980),
  timeSeconds: { family: 'number', parse: (text) => orNumber(text, parseTime(text)), format: String },
  'dateTimeSecondsSince[0]': secondsSince(0),
  'dateTimeSecondsSince[1960]': secondsSince(1960),
  'dateTimeSecondsSince[1970]': secondsSince(1970),
  'dateTimeSecondsSince[1980]': secondsSince(1980),
} as const satisfies Record<string, DataTypeEntry>

export type DataType = keyof typeof DATA_TYPES
export const DATA_TYPE_NAMES = Object.keys(DATA_TYPES) as readonly DataType[]

export function familyOf(type: DataType): Family {
  return DATA_TYPES[type].family
}

/** Where true, a field of this type comes in records as text, though its values are numbers. */
export function isWrittenAsText(type: DataType): boolean {
  return type === 'string' || familyOf(type) === 'moment' || type.includes('Since') || type === 'timeSeconds'
}
