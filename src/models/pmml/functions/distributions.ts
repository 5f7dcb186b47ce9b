import type { Operand } from '../assembly/operand.ts'
import { type FunctionEntry, numbers, unary } from './function-entry.ts'
import { erf, normalCdf, normalPdf, normalQuantile } from './normal-distribution.ts'

/** A function of a value, a mean and a standard deviation. */
function withMoments(compute: (value: number, mean: number, deviation: number) => number): FunctionEntry {
  return {
    arity: [3, 3],
    build: (args, assembly) => {
      const [value, mean, deviation] = numbers(args, assembly).map((operand) => operand.run) as [
        Operand['run'],
        Operand['run'],
        Operand['run'],
      ]
      return { type: 'double', run: (cells, at) => compute(value(cells, at), mean(cells, at), deviation(cells, at)) }
    },
  }
}

/** Functions of the normal distribution. */
export const DISTRIBUTIONS: Readonly<Record<string, FunctionEntry>> = {
  erf: unary(erf, 'double'),
  normalCDF: withMoments((x, mean, deviation) => normalCdf((x - mean) / deviation)),
  normalPDF: withMoments((x, mean, deviation) => normalPdf((x - mean) / deviation) / deviation),
  normalIDF: withMoments((p, mean, deviation) => mean + deviation * normalQuantile(p)),
  stdNormalCDF: unary(normalCdf, 'double'),
  stdNormalPDF: unary(normalPdf, 'double'),
  stdNormalIDF: unary(normalQuantile, 'double'),
}
