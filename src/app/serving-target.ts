import { SluiceError } from '../core/errors.ts'
import type { LoadedModel } from '../core/loaded-model.ts'
import type { ServingOperator } from '../core/operator/operator.ts'
import type { ServedModel } from '../core/operator/served-model.ts'
import type { ServingTarget } from '../registry/deployment.ts'

/** All streams of a node as the place where models serve: a model serves in each stream that may carry its data type and can feed it. */
export function createServingTarget(operators: readonly ServingOperator[], changed: () => void): ServingTarget {
  return {
    fit(loaded: LoadedModel): () => void {
      const { dataType } = loaded.descriptor
      const candidates = operators.filter(({ options }) => options.declaredDataTypes?.includes(dataType) !== false)
      if (candidates.length === 0) throw noStream(loaded, operators)
      const fitted: [ServingOperator, ServedModel][] = []
      let problem: unknown
      for (const operator of candidates) {
        try {
          fitted.push([operator, operator.fit(loaded)])
        } catch (error) {
          problem ??= error
        }
      }
      if (fitted.length === 0) throw problem
      return () => {
        for (const [operator, served] of fitted) operator.serve(dataType, served)
        changed()
      }
    },
    withdraw(dataType: string): void {
      for (const operator of operators) operator.serve(dataType, undefined)
      changed()
    },
  }
}

function noStream({ id, descriptor }: LoadedModel, operators: readonly ServingOperator[]): SluiceError {
  const known = operators.flatMap(({ options }) => options.declaredDataTypes ?? [])
  const message = `${id} is for data type '${descriptor.dataType}', and the streams of this node carry ${known.join(', ')}`
  return new SluiceError('model.inputs.mismatch', message, { details: { model: id } })
}
