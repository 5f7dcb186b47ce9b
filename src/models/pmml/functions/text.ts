import type { Assembly } from '../assembly/assembly.ts'
import { cast, remember, toText } from '../assembly/convert.ts'
import type { Evaluate, Operand } from '../assembly/operand.ts'
import type { FunctionEntry } from './function-entry.ts'
import { formatNumber } from './format-number.ts'
import { regularExpression, replacement } from './regular-expression.ts'

/** A function of one text, whose results are remembered by the text's code. */
function ofText(compute: (text: string) => string): FunctionEntry {
  return {
    arity: [1, 1],
    build: ([argument], assembly) => ({ type: 'string', run: mapped(argument!, assembly, (text) => assembly.pool.code(compute(text))) }),
  }
}

function mapped(argument: Operand, assembly: Assembly, compute: (text: string) => number): Evaluate {
  const run = toText(argument, assembly)
  const memo = assembly.memo()
  return (cells, at) => {
    const code = run(cells, at)
    if (Number.isNaN(code)) return NaN
    let result = memo.get(code)
    if (result === undefined) {
      result = compute(assembly.pool.text(code))
      remember(memo, code, result)
    }
    return result
  }
}

/** A function of texts that are not remembered. A missing one gives a missing result, or counts as the text given for it. */
function ofTexts(
  type: 'string' | 'boolean',
  compute: (...texts: string[]) => string | boolean,
  options: { arity: FunctionEntry['arity']; missing?: string },
): FunctionEntry {
  const { arity, missing } = options
  return {
    arity,
    build: (args, assembly) => {
      const { pool } = assembly
      const runs = args.map((argument) => toText(argument, assembly))
      const texts: string[] = runs.map(() => '')
      return {
        type,
        run: (cells, at) => {
          for (let i = 0; i < runs.length; i++) {
            const code = runs[i]!(cells, at)
            if (Number.isNaN(code) && missing === undefined) return NaN
            texts[i] = Number.isNaN(code) ? missing! : pool.text(code)
          }
          const result = compute(...texts)
          return typeof result === 'string' ? pool.code(result) : Number(result)
        },
      }
    },
  }
}

/** Positions count from 1 (XQuery's fn:substring). */
const substring: FunctionEntry = {
  arity: [3, 3],
  build: ([subject, start, length], assembly) => {
    const { pool } = assembly
    const text = toText(subject!, assembly)
    const from = cast(start!, 'integer', assembly).run
    const count = cast(length!, 'integer', assembly).run
    return {
      type: 'string',
      run: (cells, at) => {
        const code = text(cells, at)
        const first = from(cells, at)
        const many = count(cells, at)
        if (Number.isNaN(code) || !(first >= 1) || !(many >= 0)) return NaN
        return pool.code(pool.text(code).slice(first - 1, first - 1 + many))
      },
    }
  },
}

const formatted: FunctionEntry = {
  arity: [2, 2],
  build: ([value, pattern], assembly) => {
    const { pool } = assembly
    const number = cast(value!, 'double', assembly).run
    const format = toText(pattern!, assembly)
    return {
      type: 'string',
      run: (cells, at) => {
        const [one, code] = [number(cells, at), format(cells, at)]
        return Number.isNaN(one) || Number.isNaN(code) ? NaN : pool.code(formatNumber(one, pool.text(code)))
      },
    }
  },
}

/** A function with a pattern as its second argument. A pattern that is written in the document must be one; any other that is not gives a missing result. */
function withPattern(entry: FunctionEntry): FunctionEntry {
  return {
    arity: entry.arity,
    build: (args, assembly) => {
      const written = args[1]!.literal
      if (written !== undefined) regularExpression(written)
      const result = entry.build(args, assembly)
      if (written !== undefined) return result
      return {
        ...result,
        run: (cells, at) => {
          try {
            return result.run(cells, at)
          } catch {
            return NaN
          }
        },
      }
    },
  }
}

/** Functions of texts. */
export const TEXT: Readonly<Record<string, FunctionEntry>> = {
  uppercase: ofText((text) => text.toUpperCase()),
  lowercase: ofText((text) => text.toLowerCase()),
  trimBlanks: ofText((text) => text.trim()),
  stringLength: {
    arity: [1, 1],
    build: ([argument], assembly) => ({ type: 'integer', run: mapped(argument!, assembly, (text) => text.length) }),
  },
  substring,
  concat: ofTexts('string', (...texts) => texts.join(''), { arity: [2, Infinity], missing: '' }),
  matches: withPattern(ofTexts('boolean', (text, pattern) => regularExpression(pattern).test(text), { arity: [2, 2] })),
  replace: withPattern(
    ofTexts('string', (text, pattern, by) => text.replace(regularExpression(pattern, 'g'), replacement(by)), { arity: [3, 3] }),
  ),
  formatNumber: formatted,
}
