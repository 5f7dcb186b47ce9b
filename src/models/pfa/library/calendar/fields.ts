import type { Zone } from './zone.ts'

const DAY = 86_400

/** What calendar and clock show in a zone, read from seconds since the epoch. Days of the week count from Monday, 0. */
export const FIELDS = {
  year: (ts, zone) => local(ts, zone).getUTCFullYear(),
  monthOfYear: (ts, zone) => local(ts, zone).getUTCMonth() + 1,
  dayOfYear,
  dayOfMonth: (ts, zone) => local(ts, zone).getUTCDate(),
  dayOfWeek: (ts, zone) => (local(ts, zone).getUTCDay() + 6) % 7,
  hourOfDay: (ts, zone) => local(ts, zone).getUTCHours(),
  minuteOfHour: (ts, zone) => local(ts, zone).getUTCMinutes(),
  secondOfMinute: (ts, zone) => local(ts, zone).getUTCSeconds(),
} as const satisfies Readonly<Record<string, (ts: number, zone: Zone) => number>>

function dayOfYear(ts: number, zone: Zone): number {
  const date = local(ts, zone)
  const start = new Date(0)
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1)
  return Math.floor((date.getTime() - start.getTime()) / (DAY * 1000)) + 1
}

/** A date whose UTC fields are the zone's local ones. */
function local(ts: number, zone: Zone): Date {
  return new Date(Math.floor(ts + zone.offset(ts)) * 1000)
}

export interface LocalTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
}

/**
 * Seconds since the epoch of a local time, or undefined where no clock ever shows it. Of two instants that show it, where clocks are
 * put back, the earlier.
 */
export function instantOf(time: LocalTime, zone: Zone): number | undefined {
  const shown = secondsShown(time)
  if (shown === undefined) return undefined
  const fraction = time.millisecond / 1000
  const candidates = [shown - zone.offset(shown - DAY), shown - zone.offset(shown + DAY)].toSorted((x, y) => x - y)
  for (const instant of candidates) if (instant + zone.offset(instant) === shown) return instant + fraction
  return undefined
}

function secondsShown({ year, month, day, hour, minute, second, millisecond }: LocalTime): number | undefined {
  if (year < 1 || year > 9999) return undefined
  if (!within(hour, 23) || !within(minute, 59) || !within(second, 59) || !within(millisecond, 999)) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  return date.getTime() / 1000 + hour * 3600 + minute * 60 + second
}

function within(value: number, last: number): boolean {
  return value >= 0 && value <= last
}
