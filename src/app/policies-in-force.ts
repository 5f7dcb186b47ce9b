import type { PolicyInForce } from '../api/contract/index.ts'
import type { StreamContext } from '../services/stream-context.ts'
import type { PolicyPlane } from './policy-plane.ts'

/** The policies by which streams answer a data type, with the models that play their arms now. */
export function policiesInForce(streams: readonly StreamContext[], policies: PolicyPlane, dataType: string): PolicyInForce[] {
  return streams.flatMap(({ name, operator }): PolicyInForce[] => {
    if (operator.options.declaredDataTypes?.includes(dataType) === false) return []
    const { asked, policy, slot } = policies.plan(name, dataType)
    if (asked === undefined) return []
    const learned = Object.fromEntries([...(policy?.compiled.learned() ?? [])].map(([bandit, weights]) => [bandit, [...weights]]))
    return [
      {
        stream: name,
        policy: { ...asked.spec },
        epoch: asked.epoch,
        arms:
          policy === undefined
            ? [{ arm: slot, role: 'answer', model: operator.serving(dataType)?.loaded.id ?? null }]
            : policy.arms.map(({ model, role }) => ({ arm: model, role, model: operator.arm(dataType, model)?.loaded.id ?? null })),
        ...(Object.keys(learned).length > 0 && { learned }),
      },
    ]
  })
}
