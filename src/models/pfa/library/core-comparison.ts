import type { Type } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import type { CallSite, LibraryFunction } from './library-function.ts'

const PAIR = '(x: any A, y: A) -> '

/** Types of which JavaScript's own operators keep Avro's order; doubles differ only in NaN, which is above all and equal to itself. */
const ORDERED: ReadonlySet<Type['kind']> = new Set(['int', 'long', 'boolean'])

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
    inline: (site, [x, y]) => (ORDERED.has(typeOf(site).kind) ? `(${x} ${script} ${y})` : undefined),
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
    inline: (site, [x, y]) =>
      ORDERED.has(typeOf(site).kind) || typeOf(site).kind === 'string' || typeOf(site).kind === 'enum'
        ? `(${x} ${script} ${y})`
        : undefined,
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
