import type { Type } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import type { CallSite, LibraryFunction } from './library-function.ts'

const PAIR = '(x: any A, y: A) -> '

/** Types of which JavaScript's own operators keep Avro's order. */
const ORDERED: ReadonlySet<Type['kind']> = new Set(['int', 'long', 'boolean'])

/** Types of which they do but for NaN, which is above all numbers and equal to itself. */
const REAL: ReadonlySet<Type['kind']> = new Set(['float', 'double'])

type Write = (x: string, y: string) => string

/** What the operators are for real numbers. */
const OF_REALS: Readonly<Record<string, Write>> = {
  '<': (x, y) => `(${x} < ${y} || (${y} !== ${y} && ${x} === ${x}))`,
  '<=': (x, y) => `(${x} <= ${y} || ${y} !== ${y})`,
  '>': (x, y) => `(${x} > ${y} || (${x} !== ${x} && ${y} === ${y}))`,
  '>=': (x, y) => `(${x} >= ${y} || ${x} !== ${x})`,
  '===': (x, y) => `(${x} === ${y} || (${x} !== ${x} && ${y} !== ${y}))`,
  '!==': (x, y) => `(${x} !== ${y} && (${x} === ${x} || ${y} === ${y}))`,
}

/** The operator in JavaScript, where the type allows it. */
function inlined(kind: Type['kind'], script: string, [x, y]: readonly string[]): string | undefined {
  if (REAL.has(kind)) return OF_REALS[script]!(x!, y!)
  return ORDERED.has(kind) ? `(${x} ${script} ${y})` : undefined
}

/** Types that are equal exactly when JavaScript says so. */
const TEXTS: ReadonlySet<Type['kind']> = new Set(['string', 'enum'])

function typeOf(site: CallSite): Type {
  return site.params[0]!
}

/** A row for an operator of comparison: what it makes of Avro's order, and its JavaScript where the types allow it. */
function operator(name: string, script: string, decide: (order: number) => boolean): LibraryFunction {
  return {
    name,
    signatures: [`${PAIR}boolean`],
    build(site) {
      const compare = site.comparator(typeOf(site))
      return (x: Value, y: Value) => decide(compare(x, y))
    },
    inline: (site, args) => inlined(typeOf(site).kind, script, args),
  }
}

/** A row for equality, which costs less than order. */
function equality(name: string, script: string, wanted: boolean): LibraryFunction {
  return {
    name,
    signatures: [`${PAIR}boolean`],
    build(site) {
      const equal = site.equality(typeOf(site))
      return (x: Value, y: Value) => equal(x, y) === wanted
    },
    inline(site, args) {
      const { kind } = typeOf(site)
      return TEXTS.has(kind) ? `(${args[0]} ${script} ${args[1]})` : inlined(kind, script, args)
    },
  }
}

/** PFA 0.8.1, Core library: comparison, by Avro's order. */
export const CORE_COMPARISON: readonly LibraryFunction[] = [
  {
    name: 'cmp',
    signatures: [`${PAIR}int`],
    build(site) {
      const compare = site.comparator(typeOf(site))
      return (x: Value, y: Value) => Math.sign(compare(x, y))
    },
  },
  equality('==', '===', true),
  operator('>=', '>=', (order) => order >= 0),
  operator('>', '>', (order) => order > 0),
  equality('!=', '!==', false),
  operator('<', '<', (order) => order < 0),
  operator('<=', '<=', (order) => order <= 0),
  {
    name: 'max',
    signatures: [`${PAIR}A`],
    build(site) {
      const compare = site.comparator(typeOf(site))
      return (x: Value, y: Value) => (compare(x, y) >= 0 ? x : y)
    },
  },
  {
    name: 'min',
    signatures: [`${PAIR}A`],
    build(site) {
      const compare = site.comparator(typeOf(site))
      return (x: Value, y: Value) => (compare(x, y) < 0 ? x : y)
    },
  },
]
