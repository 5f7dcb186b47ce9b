import { literalCell, cast } from '../assembly/convert.ts'
import type { Operand } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import type { Discretize, Interval } from './expression.ts'

/** Bins of numbers (PMML 4.4.1, Transformations, Discretization). The first bin that a value falls into counts. */
export function compileDiscretize(discretize: Discretize, scope: Scope): Operand {
  const type = discretize.dataType ?? 'string'
  const cell = (text: string | undefined): number => (text === undefined ? NaN : literalCell(text, type, scope.assembly))
  const tests = discretize.bins.map((bin) => isWithin(bin.interval))
  const results = Float64Array.from(discretize.bins, (bin) => cell(bin.value))
  const missing = cell(discretize.mapMissingTo)
  const fallback = cell(discretize.defaultValue)
  const { run } = cast(scope.require(discretize.field), 'double', scope.assembly)
  return {
    type,
    run: (cells, at) => {
      const value = run(cells, at)
      if (Number.isNaN(value)) return missing
      for (let i = 0; i < tests.length; i++) if (tests[i]!(value)) return results[i]!
      return fallback
    },
  }
}

/** Whether a number is in an interval. */
export function isWithin(interval: Interval): (value: number) => boolean {
  const { low, high, closedLow, closedHigh } = interval
  return (value) => (closedLow ? value >= low : value > low) && (closedHigh ? value <= high : value < high)
}
