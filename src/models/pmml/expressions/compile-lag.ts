import { cast, toText } from '../assembly/convert.ts'
import { cellOperand, type Operand } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import { LIMITS } from '../limits.ts'
import { familyOf } from '../values/data-type.ts'
import type { Lag } from './expression.ts'
import { type Histories, historiesOf, type Remembered } from './histories.ts'

/** What the values of the records before come to; those that are missing do not count. */
const AGGREGATES: Readonly<Record<Exclude<Lag['aggregate'], 'none'>, (values: readonly number[]) => number>> = {
  avg: (values) => sum(values) / values.length,
  sum,
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  product: (values) => values.reduce((product, value) => product * value, 1),
  median: (values) => {
    const sorted = values.toSorted((a, b) => a - b)
    const middle = sorted.length >> 1
    return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  },
  stddev: (values) => {
    const mean = sum(values) / values.length
    return Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1))
  },
}

/**
 * The value of a field some records before (PMML 4.4.1, Transformations, Lag). Records are those of a partition, in the order of scoring.
 * A missing value counts as a record.
 */
export function compileLag(lag: Lag, scope: Scope): Operand {
  const { assembly } = scope
  const { pool } = assembly
  const field = scope.require(lag.field)
  const isText = lag.aggregate === 'none' && familyOf(field.type) === 'text'
  const value = lag.aggregate === 'none' ? (isText ? toText(field, assembly) : field.run) : cast(field, 'double', assembly).run
  const keys = lag.blocks.map((name) => toText(scope.require(name), assembly))
  const stateOf = assembly.memory.add(historiesOf(lag.n))
  const slot = assembly.take()
  const cellOf = (remembered: Remembered | undefined): number => {
    return remembered === undefined ? NaN : typeof remembered === 'string' ? pool.code(remembered) : remembered
  }
  // Codes of texts may mean something else for later records, so texts themselves are remembered.
  const keyOf = (cells: Float64Array, at: number): string => {
    let key = ''
    for (let i = 0; i < keys.length; i++) {
      const code = keys[i]!(cells, at)
      const text = pool.text(code)
      key += Number.isNaN(code) ? '-' : `${text.length}:${text}`
    }
    return key
  }
  scope.steps.push((cells, at) => {
    const history = takeHistory(stateOf(), keyOf(cells, at))
    const next = value(cells, at)
    cells[at + slot] = lag.aggregate === 'none' ? cellOf(history[history.length - lag.n]) : aggregated(history as number[], lag.aggregate)
    history.push(isText && !Number.isNaN(next) ? pool.text(next) : next)
    if (history.length > lag.n) history.shift()
  })
  return cellOperand(lag.aggregate === 'none' ? field.type : 'double', slot)
}

/** The history of a block, which becomes the last one used; a new one takes the place of the one that is longest unused. */
function takeHistory(histories: Histories, key: string): Remembered[] {
  let history = histories.get(key)
  if (key === '' && history !== undefined) return history
  if (history !== undefined) histories.delete(key)
  else {
    history = []
    if (histories.size >= LIMITS.lagBlocks) histories.delete(histories.keys().next().value!)
  }
  histories.set(key, history)
  return history
}

function aggregated(history: readonly number[], aggregate: Exclude<Lag['aggregate'], 'none'>): number {
  const values = history.filter((value) => !Number.isNaN(value))
  return values.length === 0 ? NaN : AGGREGATES[aggregate](values)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
