import type { Value } from '../values/value.ts'
import { type CallSite, type Callable, type LibraryFunction, plain } from './library-function.ts'
import { shuffled } from './random.ts'
import { bounds } from './subsequence.ts'

type Items = readonly Value[]

const EMPTY = 'empty array'

/** A row that refuses an empty array. */
function ofSome(name: string, result: string, [code, call]: readonly [code: number, call: (a: Items) => Value]): LibraryFunction {
  return {
    name: `a.${name}`,
    signatures: [`(a: array(any A)) -> ${result}`],
    errors: { [code]: EMPTY },
    build: (site) => (a: Items) => (a.length === 0 ? site.fail(code) : call(a)),
  }
}

/** The index of an item that is there, counted from the end where it is negative. */
function place(site: CallSite, a: Items, { index, code }: { readonly index: number; readonly code: number }): number {
  const at = index < 0 ? a.length + index : index
  return at >= 0 && at < a.length ? at : site.fail(code)
}

function remove(site: CallSite): Callable {
  if (site.signature === 0) {
    return (a: Items, start: number, end: number) => {
      const [from, to] = bounds(a.length, start, end)
      return [...a.slice(0, from), ...a.slice(to)]
    }
  }
  return (a: Items, index: number) => a.toSpliced(place(site, a, { index, code: 15180 }), 1)
}

function rotate(a: Items, steps: number): Items {
  if (a.length === 0) return a
  const at = steps % a.length
  return [...a.slice(at), ...a.slice(0, at)]
}

const OUT_OF_RANGE = 'index out of range'

/** PFA 0.8.1, Array library (`a.*`): parts of arrays, and arrays put together. */
export const ARRAYS: readonly LibraryFunction[] = [
  {
    name: 'a.len',
    signatures: ['(a: array(any A)) -> int'],
    build: plain((a: Items) => a.length),
    inline: (_site, [a]) => `${a}.length`,
  },
  {
    name: 'a.subseq',
    signatures: ['(a: array(any A), start: int, end: int) -> array(A)'],
    build: plain((a: Items, start: number, end: number) => a.slice(...bounds(a.length, start, end))),
  },
  ofSome('head', 'A', [15020, (a) => a[0]]),
  ofSome('tail', 'array(A)', [15030, (a) => a.slice(1)]),
  ofSome('last', 'A', [15040, (a) => a.at(-1)]),
  ofSome('init', 'array(A)', [15050, (a) => a.slice(0, -1)]),
  {
    name: 'a.subseqto',
    signatures: ['(a: array(any A), start: int, end: int, replacement: array(A)) -> array(A)'],
    build:
      (site) =>
      (a: Items, start: number, ...[end, replacement]: readonly [number, Items]) => {
        const [from, to] = bounds(a.length, start, end)
        site.engine.checkSize(a.length + replacement.length)
        return [...a.slice(0, from), ...replacement, ...a.slice(to)]
      },
  },
  {
    name: 'a.concat',
    signatures: ['(a: array(any A), b: array(A)) -> array(A)'],
    build: (site) => (a: Items, b: Items) => {
      site.engine.checkSize(a.length + b.length)
      return a.concat(b)
    },
  },
  {
    name: 'a.append',
    signatures: ['(a: array(any A), item: A) -> array(A)'],
    build: (site) => (a: Items, item: Value) => {
      site.engine.checkSize(a.length + 1)
      return [...a, item]
    },
  },
  {
    name: 'a.cycle',
    signatures: ['(a: array(any A), item: A, maxLength: int) -> array(A)'],
    errors: { 15150: 'maxLength out of range' },
    build: (site) => (a: Items, item: Value, maxLength: number) => {
      if (maxLength < 0) return site.fail(15150)
      return maxLength === 0 ? [] : [...a.slice(Math.max(0, a.length + 1 - maxLength)), item]
    },
  },
  {
    name: 'a.insert',
    signatures: ['(a: array(any A), index: int, item: A) -> array(A)'],
    errors: { 15160: OUT_OF_RANGE },
    build: (site) => (a: Items, index: number, item: Value) => a.toSpliced(place(site, a, { index, code: 15160 }), 0, item),
  },
  {
    name: 'a.replace',
    signatures: ['(a: array(any A), index: int, item: A) -> array(A)'],
    errors: { 15170: OUT_OF_RANGE },
    build: (site) => (a: Items, index: number, item: Value) => a.with(place(site, a, { index, code: 15170 }), item),
  },
  {
    name: 'a.remove',
    signatures: ['(a: array(any A), start: int, end: int) -> array(A)', '(a: array(any A), index: int) -> array(A)'],
    errors: { 15180: OUT_OF_RANGE },
    build: remove,
  },
  {
    name: 'a.rotate',
    signatures: ['(a: array(any A), steps: int) -> array(A)'],
    errors: { 15190: 'steps out of range' },
    build: (site) => (a: Items, steps: number) => (steps < 0 ? site.fail(15190) : rotate(a, steps)),
  },
  { name: 'a.reverse', signatures: ['(a: array(any A)) -> array(A)'], build: plain((a: Items) => a.toReversed()) },
  {
    name: 'a.shuffle',
    signatures: ['(a: array(any A)) -> array(A)'],
    build: (site) => (a: Items) => shuffled(site, a, a.length),
  },
]
