import type { Assembly } from '../assembly/assembly.ts'
import { cast, comparedLiteral, toText } from '../assembly/convert.ts'
import type { Evaluate, Operand } from '../assembly/operand.ts'
import { familyOf } from '../values/data-type.ts'
import type { FunctionEntry } from './function-entry.ts'

type Pair = readonly [left: Evaluate, right: Evaluate]

/** Two operands as cells that can be compared: a literal is read as the other's type, a text meets a number as a text. */
function equatable(left: Operand, right: Operand, assembly: Assembly): Pair {
  if (right.literal !== undefined && left.literal === undefined) {
    const wanted = comparedLiteral(left, right.literal, assembly)
    return [left.run, () => wanted]
  }
  if (left.literal !== undefined && right.literal === undefined) {
    const [r, l] = equatable(right, left, assembly)
    return [l, r]
  }
  if (familyOf(left.type) === 'text' || familyOf(right.type) === 'text') return [toText(left, assembly), toText(right, assembly)]
  return [left.run, right.run]
}

function equality(equal: boolean): FunctionEntry {
  const [same, different] = equal ? [1, 0] : [0, 1]
  return {
    arity: [2, 2],
    build: (args, assembly) => {
      const [left, right] = equatable(args[0]!, args[1]!, assembly)
      return {
        type: 'boolean',
        run: (cells, at) => {
          const l = left(cells, at)
          const r = right(cells, at)
          return Number.isNaN(l) || Number.isNaN(r) ? NaN : l === r ? same : different
        },
      }
    },
  }
}

/** Order of numbers, of moments, or of texts by their characters. */
function ordering(holds: (difference: number) => boolean): FunctionEntry {
  return {
    arity: [2, 2],
    build: ([left, right], assembly) => {
      const compare = comparison(left!, right!, assembly)
      return {
        type: 'boolean',
        run: (cells, at) => {
          const difference = compare(cells, at)
          return Number.isNaN(difference) ? NaN : holds(difference) ? 1 : 0
        },
      }
    },
  }
}

/** Negative, zero or positive as left is below, equal to or above right; NaN where one is missing. */
export function comparison(left: Operand, right: Operand, assembly: Assembly): Evaluate {
  const texts = familyOf(left.type) === 'text' && familyOf(right.type) === 'text'
  if (!texts) {
    const typed = (operand: Operand, other: Operand): Operand =>
      familyOf(operand.type) === 'text' ? cast(operand, other.type, assembly) : operand
    const [l, r] = [typed(left, right).run, typed(right, left).run]
    return (cells, at) => {
      const [a, b] = [l(cells, at), r(cells, at)]
      return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN
    }
  }
  const [l, r] = [toText(left, assembly), toText(right, assembly)]
  const { pool } = assembly
  return (cells, at) => {
    const [a, b] = [l(cells, at), r(cells, at)]
    if (Number.isNaN(a) || Number.isNaN(b)) return NaN
    const [x, y] = [pool.text(a), pool.text(b)]
    return x < y ? -1 : x > y ? 1 : 0
  }
}

/** A missing value is in no set. */
function membership(isIn: boolean): FunctionEntry {
  const [inside, outside] = isIn ? [1, 0] : [0, 1]
  return {
    arity: [2, Infinity],
    build: ([subject, ...members], assembly) => {
      const pairs = members.map((member) => equatable(subject!, member, assembly))
      return {
        type: 'boolean',
        run: (cells, at) => {
          if (Number.isNaN(subject!.run(cells, at))) return outside
          for (let i = 0; i < pairs.length; i++) if (pairs[i]![0](cells, at) === pairs[i]![1](cells, at)) return inside
          return outside
        },
      }
    },
  }
}

/** Whether there is a value; never missing itself. */
function presence(present: boolean): FunctionEntry {
  const [there, absent] = present ? [1, 0] : [0, 1]
  return {
    arity: [1, 1],
    build: ([argument]) => {
      const { run } = argument!
      return { type: 'boolean', run: (cells, at) => (Number.isNaN(run(cells, at)) ? absent : there) }
    },
  }
}

/** Functions that compare. */
export const COMPARISON: Readonly<Record<string, FunctionEntry>> = {
  equal: equality(true),
  notEqual: equality(false),
  lessThan: ordering((difference) => difference < 0),
  lessOrEqual: ordering((difference) => difference <= 0),
  greaterThan: ordering((difference) => difference > 0),
  greaterOrEqual: ordering((difference) => difference >= 0),
  isIn: membership(true),
  isNotIn: membership(false),
  isMissing: presence(false),
  isNotMissing: presence(true),
  isValid: presence(true),
  isNotValid: presence(false),
}
