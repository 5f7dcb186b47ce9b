import type { Assembly } from '../assembly/assembly.ts'
import { cast } from '../assembly/convert.ts'
import type { Evaluate, Operand } from '../assembly/operand.ts'
import { type DataType, familyOf } from '../values/data-type.ts'

/** A built-in function (PMML 4.4.1, Built-in functions). */
export interface FunctionEntry {
  /** How many arguments it takes, least and most. */
  readonly arity: readonly [least: number, most: number]
  /** The result for these arguments, whose number is right. A missing argument gives a missing result unless said otherwise. */
  readonly build: (args: readonly Operand[], assembly: Assembly) => Operand
}

/** The arguments as numbers: texts are read as numbers. */
export function numbers(args: readonly Operand[], assembly: Assembly): readonly Operand[] {
  return args.map((argument) => (familyOf(argument.type) === 'text' ? cast(argument, 'double', assembly) : argument))
}

/** The type of arithmetic on these: double if one is, else float if one is, else integer. */
export function arithmeticType(args: readonly Operand[]): DataType {
  if (args.some((argument) => argument.type === 'double' || familyOf(argument.type) === 'moment')) return 'double'
  return args.some((argument) => argument.type === 'float') ? 'float' : 'integer'
}

/** What a function of one number gives. */
export function unary(compute: (value: number) => number, type?: DataType): FunctionEntry {
  return {
    arity: [1, 1],
    build: (args, assembly) => {
      const [argument] = numbers(args, assembly) as [Operand]
      const { run } = argument
      return rounded(type ?? (argument.type === 'float' ? 'float' : 'double'), (cells, at) => compute(run(cells, at)))
    },
  }
}

/** What a function of two numbers gives. */
export function binary(compute: (left: number, right: number) => number, type?: DataType): FunctionEntry {
  return {
    arity: [2, 2],
    build: (args, assembly) => {
      const [left, right] = numbers(args, assembly) as [Operand, Operand]
      const [l, r] = [left.run, right.run]
      return rounded(type ?? arithmeticType([left, right]), (cells, at) => compute(l(cells, at), r(cells, at)))
    },
  }
}

/** An operand whose value is rounded as its type is. */
export function rounded(type: DataType, run: Evaluate): Operand {
  return type === 'float' ? { type, run: (cells, at) => Math.fround(run(cells, at)) } : { type, run }
}
