const DAY = 86_400
const DATE = /^(-?\d{4,})-(\d{2})-(\d{2})$/
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?$/
const ZONE = /(Z|[+-]\d{2}:?\d{2})$/

/** Days from 1970-01-01 to the first day of a year of the Gregorian calendar. */
export function daysToYear(year: number): number {
  return daysFrom(year, 1, 1)
}

/** Days since 1970-01-01 of an ISO 8601 date, NaN where the text is not one. */
export function parseDate(text: string): number {
  const match = DATE.exec(text.trim())
  return match === null ? NaN : daysFrom(Number(match[1]), Number(match[2]), Number(match[3]))
}

/** Seconds since midnight of an ISO 8601 time of day, NaN where the text is not one. */
export function parseTime(text: string): number {
  const match = TIME.exec(text.trim())
  if (match === null) return NaN
  const [hours, minutes, seconds] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  return hours < 24 && minutes < 60 && seconds < 61 ? hours * 3600 + minutes * 60 + seconds : NaN
}

/**
 * Seconds since 1970-01-01T00:00:00 of an ISO 8601 date and time, NaN where the text is not one. PMML's moments are local: a
 * zone, if there is one, is dropped. A date alone is its midnight.
 */
export function parseDateTime(text: string): number {
  const [date, time = '00:00:00'] = text.trim().replace(' ', 'T').split('T')
  return parseDate(date!) * DAY + parseTime(time.replace(ZONE, ''))
}

/** ISO 8601 of days since 1970-01-01. */
export function formatDate(days: number): string {
  return isoOf(days * DAY)?.slice(0, 10) ?? ''
}

/** ISO 8601 of seconds since midnight. */
export function formatTime(seconds: number): string {
  return isoOf(seconds)?.slice(11, 19) ?? ''
}

/** ISO 8601 of seconds since 1970-01-01T00:00:00. */
export function formatDateTime(seconds: number): string {
  return isoOf(seconds)?.slice(0, 19) ?? ''
}

function isoOf(seconds: number): string | undefined {
  const date = new Date(seconds * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function daysFrom(year: number, month: number, day: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return same ? Math.round(date.getTime() / (DAY * 1000)) : NaN
}
