import type { Assembly } from '../assembly/assembly.ts'
import { cast, toText } from '../assembly/convert.ts'
import type { Evaluate, Operand } from '../assembly/operand.ts'
import { familyOf } from '../values/data-type.ts'
import { daysToYear, parseDateTime } from '../values/moments.ts'
import { formatDatetime } from './format-datetime.ts'
import type { FunctionEntry } from './function-entry.ts'

const DAY = 86_400

/** Seconds since 1970-01-01T00:00:00 of a date, a date and time, or a text of one. */
function secondsOf(operand: Operand, assembly: Assembly): Evaluate {
  if (operand.type === 'date') {
    const { run } = operand
    return (cells, at) => run(cells, at) * DAY
  }
  if (operand.type === 'time' || familyOf(operand.type) === 'number') return operand.run
  if (operand.literal !== undefined) {
    const value = parseDateTime(operand.literal)
    return () => value
  }
  return cast(operand, 'dateTime', assembly).run
}

function sinceYear(unit: number): FunctionEntry {
  return {
    arity: [2, 2],
    build: ([moment, year], assembly) => {
      const seconds = secondsOf(moment!, assembly)
      const origin = cast(year!, 'integer', assembly).run
      return { type: 'integer', run: (cells, at) => Math.floor((seconds(cells, at) - daysToYear(origin(cells, at)) * DAY) / unit) }
    },
  }
}

/** Functions of dates and times. */
export const DATES: Readonly<Record<string, FunctionEntry>> = {
  dateDaysSinceYear: sinceYear(DAY),
  dateSecondsSinceYear: sinceYear(1),
  dateSecondsSinceMidnight: {
    arity: [1, 1],
    build: ([moment], assembly) => {
      const seconds = secondsOf(moment!, assembly)
      return { type: 'integer', run: (cells, at) => Math.floor(modulo(seconds(cells, at), DAY)) }
    },
  },
  formatDatetime: {
    arity: [2, 2],
    build: ([moment, pattern], assembly) => {
      const { pool } = assembly
      const seconds = secondsOf(moment!, assembly)
      const format = toText(pattern!, assembly)
      return {
        type: 'string',
        run: (cells, at) => {
          const [one, code] = [seconds(cells, at), format(cells, at)]
          return Number.isNaN(one) || Number.isNaN(code) ? NaN : pool.code(formatDatetime(one, pool.text(code)))
        },
      }
    },
  },
}

function modulo(value: number, by: number): number {
  return value - Math.floor(value / by) * by
}
