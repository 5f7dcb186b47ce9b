import type { ArmsPolicy } from '../core/arms-policy.ts'
import { SluiceError } from '../core/errors.ts'
import type { LoadedModel } from '../core/loaded-model.ts'
import type { ServingOperator } from '../core/operator/operator.ts'
import type { ServedModel } from '../core/operator/served-model.ts'
import { type ServingTarget, WHOLE } from '../registry/deployment.ts'

/** How a stream answers a data type. */
export interface ServingPlan {
  /** Where several models do. */
  readonly policy: ArmsPolicy | undefined
  /** Where one does: the slot of that one. */
  readonly slot: string
}

const ONE_MODEL: ServingPlan = { policy: undefined, slot: WHOLE }

export interface StreamsTarget extends ServingTarget {
  /** The plan of a data type has changed: has the streams answer by it with the models that are there. */
  apply(dataType: string): void
}

export interface TargetOptions {
  /** How a stream (its operator) answers a data type now; with whatever was asked for last where absent. */
  readonly planOf?: (operator: ServingOperator, dataType: string) => ServingPlan
  /** What serves may have changed. */
  readonly changed: () => void
}

/** All streams of a node as the place where models serve: a model serves in each stream that may carry its data type and can feed it. */
export function createServingTarget(operators: readonly ServingOperator[], options: TargetOptions): StreamsTarget {
  const { planOf = () => ONE_MODEL, changed } = options
  /** data type -> slot -> what serves there in each stream. */
  const fitted = new Map<string, Map<string, ReadonlyMap<ServingOperator, ServedModel>>>()

  function apply(dataType: string): void {
    const slots = fitted.get(dataType)
    for (const operator of operators) {
      const { policy, slot } = planOf(operator, dataType)
      if (policy === undefined) {
        operator.serve(dataType, slots?.get(slot)?.get(operator))
        operator.setPolicy(dataType, undefined)
        for (const arm of operator.armsOf(dataType)) operator.serveArm(dataType, arm, undefined)
        continue
      }
      const names = new Set(policy.arms.map(({ model }) => model))
      for (const arm of operator.armsOf(dataType)) if (!names.has(arm)) operator.serveArm(dataType, arm, undefined)
      for (const arm of names) operator.serveArm(dataType, arm, slots?.get(arm)?.get(operator))
      operator.setPolicy(dataType, policy)
      operator.serve(dataType, undefined)
    }
    changed()
  }

  return {
    apply,
    fit(loaded: LoadedModel, slot: string): () => void {
      const { dataType } = loaded.descriptor
      const candidates = operators.filter(({ options: { declaredDataTypes } }) => declaredDataTypes?.includes(dataType) !== false)
      if (candidates.length === 0) throw noStream(loaded, operators)
      const models = new Map<ServingOperator, ServedModel>()
      let problem: unknown
      for (const operator of candidates) {
        try {
          models.set(operator, operator.fit(loaded))
        } catch (error) {
          problem ??= error
        }
      }
      if (models.size === 0) throw problem
      return () => {
        let slots = fitted.get(dataType)
        if (slots === undefined) fitted.set(dataType, (slots = new Map()))
        slots.set(slot, models)
        apply(dataType)
      }
    },
    withdraw(dataType: string, slot: string): void {
      fitted.get(dataType)?.delete(slot)
      apply(dataType)
    },
  }
}

function noStream({ id, descriptor }: LoadedModel, operators: readonly ServingOperator[]): SluiceError {
  const known = operators.flatMap(({ options }) => options.declaredDataTypes ?? [])
  const message = `${id} is for data type '${descriptor.dataType}', and the streams of this node carry ${known.join(', ')}`
  return new SluiceError('model.inputs.mismatch', message, { details: { model: id } })
}
