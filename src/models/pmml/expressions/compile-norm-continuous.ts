import type { Operand } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import { cast } from '../assembly/convert.ts'
import type { NormContinuous } from './expression.ts'

/** Piecewise linear interpolation (PMML 4.4.1, Transformations, Normalization). */
export function compileNormContinuous(norm: NormContinuous, scope: Scope): Operand {
  const field = cast(scope.require(norm.field), 'double', scope.assembly)
  const interpolate = interpolation(norm.orig, norm.norm, norm.outliers)
  const missing = norm.mapMissingTo ?? NaN
  const { run } = field
  return {
    type: 'double',
    run: (cells, at) => {
      const value = run(cells, at)
      return Number.isNaN(value) ? missing : interpolate(value)
    },
  }
}

/** The line through the points (from, to), from rising; what is outside is extrapolated, missing, or held at the ends. */
export function interpolation(
  from: readonly number[],
  to: readonly number[],
  outliers: NormContinuous['outliers'],
): (value: number) => number {
  const x = Float64Array.from(from)
  const y = Float64Array.from(to)
  const last = x.length - 1
  return (value) => {
    if (value < x[0]! || value > x[last]!) {
      if (outliers === 'asMissingValues') return NaN
      if (outliers === 'asExtremeValues') return value < x[0]! ? y[0]! : y[last]!
    }
    let i = 0
    while (i < last - 1 && value > x[i + 1]!) i++
    const width = x[i + 1]! - x[i]!
    return width === 0 ? y[i]! : y[i]! + ((value - x[i]!) / width) * (y[i + 1]! - y[i]!)
  }
}
