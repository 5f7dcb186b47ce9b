import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { cell, columnKeys, type KeyedMatrix, type KeyedVector, rowKeys, unique } from './numeric/keyed-matrix.ts'

type Unary = (x: number) => number
type Binary = (x: number, y: number) => number

const MATRIX = 'array(array(double))'
const KEYED = 'map(map(double))'

function mapRows(x: readonly number[][], call: Unary): number[][] {
  return x.map((row) => row.map((value) => call(value)))
}

function mapKeyedVector(x: KeyedVector, call: Unary): Map<string, number> {
  return new Map(Array.from(x, ([key, value]) => [key, call(value)]))
}

function mapKeyed(x: KeyedMatrix, call: Unary): Map<string, Map<string, number>> {
  return new Map(Array.from(x, ([key, row]) => [key, mapKeyedVector(row, call)]))
}

/** How two of each shape are combined; what isn't in one of two maps is 0 there. */
function combine(
  site: CallSite,
  misaligned: number,
): Readonly<Record<'vector' | 'matrix' | 'keyedVector' | 'keyed', (x: never, y: never, call: Binary) => unknown>> {
  const vector = (x: readonly number[], y: readonly number[], call: Binary): number[] => {
    if (x.length !== y.length) return site.fail(misaligned)
    return x.map((value, i) => call(value, y[i]!))
  }
  return {
    vector,
    matrix(x: readonly number[][], y: readonly number[][], call: Binary) {
      if (x.length !== y.length) return site.fail(misaligned)
      return x.map((row, i) => vector(row, y[i]!, call))
    },
    keyedVector(x: KeyedVector, y: KeyedVector, call: Binary) {
      const keys = unique([...x.keys(), ...y.keys()])
      return new Map(keys.map((key) => [key, call(x.get(key) ?? 0, y.get(key) ?? 0)]))
    },
    keyed(x: KeyedMatrix, y: KeyedMatrix, call: Binary) {
      const columns = columnKeys(x, y)
      const row = (i: string): Map<string, number> => new Map(columns.map((j) => [j, call(cell(x, i, j), cell(y, i, j))]))
      return new Map(rowKeys(x, y).map((i) => [i, row(i)]))
    },
  }
}

const SHAPES = ['vector', 'matrix', 'keyedVector', 'keyed'] as const

/** A row for sums and differences. */
function elementwise(name: string, code: number, call: Binary): LibraryFunction {
  const types = ['array(double)', MATRIX, 'map(double)', KEYED]
  return {
    name,
    signatures: types.map((type) => `(x: ${type}, y: ${type}) -> ${type}`),
    errors: { [code]: 'misaligned matrices' },
    build(site): Callable {
      const both = combine(site, code)[SHAPES[site.signature]!]
      return (x: never, y: never) => both(x, y, call)
    },
  }
}

/** PFA 0.8.1, Linear algebra library (`la.*`): what goes element by element. */
export const LINEAR_ALGEBRA_ELEMENTS: readonly LibraryFunction[] = [
  {
    name: 'la.map',
    signatures: [`(x: ${MATRIX}, fcn: fcn(double)->double) -> ${MATRIX}`, `(x: ${KEYED}, fcn: fcn(double)->double) -> ${KEYED}`],
    build: (site): Callable => (site.signature === 0 ? mapRows : mapKeyed),
  },
  {
    name: 'la.scale',
    signatures: ['array(double)', MATRIX, 'map(double)', KEYED].map((type) => `(x: ${type}, alpha: double) -> ${type}`),
    build(site): Callable {
      if (site.signature === 0) return (x: number[], alpha: number) => x.map((value) => value * alpha)
      if (site.signature === 1) return (x: number[][], alpha: number) => mapRows(x, (value) => value * alpha)
      if (site.signature === 2) return (x: KeyedVector, alpha: number) => mapKeyedVector(x, (value) => value * alpha)
      return (x: KeyedMatrix, alpha: number) => mapKeyed(x, (value) => value * alpha)
    },
  },
  {
    name: 'la.zipmap',
    signatures: [MATRIX, KEYED].map((type) => `(x: ${type}, y: ${type}, fcn: fcn(double, double)->double) -> ${type}`),
    errors: { 24020: 'misaligned matrices' },
    build(site): Callable {
      const { matrix, keyed } = combine(site, 24020)
      return site.signature === 0 ? matrix : keyed
    },
  },
  elementwise('la.add', 24030, (x, y) => x + y),
  elementwise('la.sub', 24040, (x, y) => x - y),
]
