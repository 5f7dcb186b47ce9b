import type { Assembly } from '../assembly/assembly.ts'
import { cast, toText } from '../assembly/convert.ts'
import type { Evaluate, Operand } from '../assembly/operand.ts'
import { type DataType, familyOf } from '../values/data-type.ts'
import { arithmeticType, type FunctionEntry } from './function-entry.ts'

/** `decisive` decides alone; else a missing argument makes the result missing (three-valued logic). */
function connective(decisive: 0 | 1): FunctionEntry {
  return {
    arity: [1, Infinity],
    build: (args, assembly) => {
      const runs = args.map((argument) => cast(argument, 'boolean', assembly).run)
      return {
        type: 'boolean',
        run: (cells, at) => {
          let missing = false
          for (let i = 0; i < runs.length; i++) {
            const value = runs[i]!(cells, at)
            if (value === decisive) return decisive
            if (Number.isNaN(value)) missing = true
          }
          return missing ? NaN : 1 - decisive
        },
      }
    },
  }
}

/** The type that both branches can be brought to. */
function commonType(left: Operand, right: Operand): DataType {
  if (left.type === right.type) return left.type
  const families = [familyOf(left.type), familyOf(right.type)]
  if (families.includes('text')) return 'string'
  return families.every((family) => family === 'number') ? arithmeticType([left, right]) : 'double'
}

function conditional(args: readonly Operand[], assembly: Assembly): Operand {
  const condition = cast(args[0]!, 'boolean', assembly).run
  const type = args[2] === undefined ? args[1]!.type : commonType(args[1]!, args[2])
  const branch = (operand: Operand): Evaluate => (type === 'string' ? toText(operand, assembly) : cast(operand, type, assembly).run)
  const whenTrue = branch(args[1]!)
  const whenFalse = args[2] === undefined ? () => NaN : branch(args[2])
  return {
    type,
    run: (cells, at) => {
      const value = condition(cells, at)
      return value === 1 ? whenTrue(cells, at) : value === 0 ? whenFalse(cells, at) : NaN
    },
  }
}

/** Boolean functions, and the choice between two values. */
export const LOGIC: Readonly<Record<string, FunctionEntry>> = {
  and: connective(0),
  or: connective(1),
  not: {
    arity: [1, 1],
    build: ([argument], assembly) => {
      const { run } = cast(argument!, 'boolean', assembly)
      return { type: 'boolean', run: (cells, at) => 1 - run(cells, at) }
    },
  },
  if: { arity: [2, 3], build: conditional },
}
