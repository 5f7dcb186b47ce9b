import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { cellOperand } from '../assembly/operand.ts'
import { numeric } from '../expressions/compile-expression.ts'
import { covariance, solveLower } from './covariance.ts'
import type { GaussianProcessPlan } from './gaussian-process-plan.ts'

/** Puts a GaussianProcessModel together: the result is the mean of the posterior; a missing field makes it missing. */
export function compileGaussianProcess(plan: GaussianProcessPlan, { scope, assembly }: ModelContext): ModelBody {
  const { instances, weights, triangle } = plan
  const fields = plan.fields.map((name) => numeric(scope.require(name), scope).run)
  const size = fields.length
  const alike = covariance(plan.kernel)
  const row = new Float64Array(size)
  const covariances = new Float64Array(weights.length)
  const value = assembly.takeResult()
  const deviation = triangle === undefined ? -1 : assembly.takeResult()
  return {
    prediction: { kind: 'number', value, type: 'double' },
    ...(triangle !== undefined && {
      features: { standardDeviation: () => cellOperand('double', deviation), standardError: () => cellOperand('double', deviation) },
    }),
    evaluator: {
      row: (cells, at) => {
        for (let i = 0; i < size; i++) row[i] = fields[i]!(cells, at)
        let mean = 0
        for (let i = 0; i < weights.length; i++) {
          covariances[i] = alike(row, 0, instances, i * size)
          mean += covariances[i]! * weights[i]!
        }
        cells[at + value] = mean
        if (triangle === undefined) return
        // k' (L L')^-1 k is the squared length of L^-1 k.
        solveLower(triangle, covariances)
        let explained = 0
        for (let i = 0; i < covariances.length; i++) explained += covariances[i]! ** 2
        cells[at + deviation] = Math.sqrt(alike(row, 0, row, 0) - explained + plan.noiseVariance)
      },
    },
  }
}
