import { FIELDS, instantOf } from './calendar/fields.ts'
import { type Zone, zoneOf } from './calendar/zone.ts'
import type { CallSite, LibraryFunction } from './library-function.ts'

const FIRST = -62_135_596_800
const LAST = 253_402_300_799
const UNKNOWN_ZONE = 'unrecognized timezone string'
const OUT_OF_RANGE = 'timestamp out of range'

type Field = (ts: number, zone: Zone) => number

/** Reads something off an instant after its zone (`code`) and its range (`code + 1`) have been checked. */
function reader<T>(site: CallSite, code: number, read: (ts: number, zone: Zone) => T): (ts: number, zone: string) => T {
  return (ts, name) => {
    if (!(ts >= FIRST && ts <= LAST)) return site.fail(code + 1)
    return read(ts, zoneOf(name) ?? site.fail(code))
  }
}

function field(name: string, code: number, read: Field): LibraryFunction {
  return {
    name: `time.${name}`,
    signatures: ['(ts: double, zone: string) -> int'],
    errors: { [code]: UNKNOWN_ZONE, [code + 1]: OUT_OF_RANGE },
    build: (site) => reader(site, code, read),
  }
}

/** A row that says whether a field is at least `low` and below `high`. */
function between(name: string, code: number, read: Field): LibraryFunction {
  return {
    name: `time.${name}`,
    signatures: ['(ts: double, zone: string, low: double, high: double) -> boolean'],
    errors: { [code]: 'bad time range', [code + 1]: UNKNOWN_ZONE, [code + 2]: OUT_OF_RANGE },
    build(site) {
      const value = reader(site, code + 1, read)
      return (ts: number, zone: string, low: number, high: number) => {
        if (low >= high) return site.fail(code)
        const at = value(ts, zone)
        return at >= low && at < high
      }
    },
  }
}

function question(name: string, code: number, answer: (ts: number, zone: Zone) => boolean): LibraryFunction {
  return {
    name: `time.${name}`,
    signatures: ['(ts: double, zone: string) -> boolean'],
    errors: { [code]: UNKNOWN_ZONE, [code + 1]: OUT_OF_RANGE },
    build: (site) => reader(site, code, answer),
  }
}

function isWeekend(ts: number, zone: Zone): boolean {
  return FIELDS.dayOfWeek(ts, zone) >= 5
}

/** PFA 0.8.1, Time library (`time.*`): timestamps are seconds since the epoch; zones are of the Olson database that Node carries. */
export const TIME: readonly LibraryFunction[] = [
  field('year', 40000, FIELDS.year),
  field('monthOfYear', 40010, FIELDS.monthOfYear),
  field('dayOfYear', 40020, FIELDS.dayOfYear),
  field('dayOfMonth', 40030, FIELDS.dayOfMonth),
  field('dayOfWeek', 40040, FIELDS.dayOfWeek),
  field('hourOfDay', 40050, FIELDS.hourOfDay),
  field('minuteOfHour', 40060, FIELDS.minuteOfHour),
  field('secondOfMinute', 40070, FIELDS.secondOfMinute),
  {
    name: 'time.makeTimestamp',
    signatures: ['(year: int, month: int, day: int, hour: int, minute: int, second: int, millisecond: int, zone: string) -> double'],
    errors: { 40080: UNKNOWN_ZONE, 40081: 'timestamp undefined for given parameters' },
    build:
      (site) =>
      (...args: readonly [...date: number[], zone: string]) => {
        const zone = zoneOf(args[7] as string) ?? site.fail(40080)
        const [year, month, day, hour, minute, second, millisecond] = args as unknown as readonly [
          number,
          number,
          number,
          number,
          number,
          number,
          number,
        ]
        return instantOf({ year, month, day, hour, minute, second, millisecond }, zone) ?? site.fail(40081)
      },
  },
  between('isSecondOfMinute', 40090, FIELDS.secondOfMinute),
  between('isMinuteOfHour', 40100, FIELDS.minuteOfHour),
  between('isHourOfDay', 40110, FIELDS.hourOfDay),
  between('isDayOfWeek', 40120, FIELDS.dayOfWeek),
  between('isDayOfMonth', 40130, FIELDS.dayOfMonth),
  between('isMonthOfYear', 40140, FIELDS.monthOfYear),
  between('isDayOfYear', 40150, FIELDS.dayOfYear),
  question('isWeekend', 40160, isWeekend),
  question('isWorkHours', 40170, (ts, zone) => {
    const hour = FIELDS.hourOfDay(ts, zone)
    return !isWeekend(ts, zone) && hour >= 9 && hour < 17
  }),
]
