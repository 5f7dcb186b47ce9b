import { SluiceError } from '../../../core/errors.ts'
import { cast, toText } from '../assembly/convert.ts'
import { cellOperand, type Operand } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import { LIMITS } from '../limits.ts'
import type { Lag } from './expression.ts'

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
 * The value of a field some records before (PMML 4.4.1, Transformations, Lag). Records are those that the model has scored since it was
 * loaded, in the order of scoring; so a model with a Lag should be used on one partition, or tell its records apart by a BlockIndicator.
 */
export function compileLag(lag: Lag, scope: Scope): Operand {
  const { assembly } = scope
  if (assembly.expanding.size > 0) throw new SluiceError('model.unsupported', '<Lag> inside of a <DefineFunction> is not supported')
  const field = scope.require(lag.field)
  const value = lag.aggregate === 'none' ? field : cast(field, 'double', assembly)
  const keys = lag.blocks.map((name) => toText(scope.require(name), assembly))
  assembly.keepsHistory = true
  const histories = new Map<string, number[]>()
  const slot = assembly.take()
  // Codes of texts mean something else after a trim.
  assembly.onTrim(() => histories.clear())
  scope.steps.push((cells, at) => {
    const key = keys.length === 0 ? '' : keys.map((run) => run(cells, at)).join(' ')
    let history = histories.get(key)
    if (history === undefined) {
      history = []
      if (histories.size >= LIMITS.lagBlocks) histories.delete(histories.keys().next().value!)
    } else if (keys.length > 0) histories.delete(key)
    if (keys.length > 0 || histories.size === 0) histories.set(key, history)
    cells[at + slot] = lag.aggregate === 'none' ? (history[history.length - lag.n] ?? NaN) : aggregated(history, lag.aggregate)
    history.push(value.run(cells, at))
    if (history.length > lag.n) history.shift()
  })
  return cellOperand(lag.aggregate === 'none' ? field.type : 'double', slot)
}

function aggregated(history: readonly number[], aggregate: Exclude<Lag['aggregate'], 'none'>): number {
  const values = history.filter((value) => !Number.isNaN(value))
  return values.length === 0 ? NaN : AGGREGATES[aggregate](values)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
