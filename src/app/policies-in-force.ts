import type { PolicyInForce } from '../api/contract/index.ts'
import type { ModelStatistics } from '../core/statistics.ts'
import type { StreamContext } from '../services/stream-context.ts'
import type { PolicyPlane } from './policy-plane.ts'
import { speculationWarnings } from './speculation-check.ts'

interface About {
  readonly dataType: string
  /** What the data type's versions did, by `name@version`; nothing is said of their times where absent. */
  readonly versions?: ReadonlyMap<string, ModelStatistics>
}

/** The policies by which streams answer a data type, with the models that play their arms now. */
export function policiesInForce(streams: readonly StreamContext[], policies: PolicyPlane, { dataType, versions }: About): PolicyInForce[] {
  return streams.flatMap(({ name, operator }): PolicyInForce[] => {
    if (operator.options.declaredDataTypes?.includes(dataType) === false) return []
    const { asked, policy, slot } = policies.plan(name, dataType)
    if (asked === undefined) return []
    const learned = Object.fromEntries([...(policy?.compiled.learned() ?? [])].map(([bandit, weights]) => [bandit, [...weights]]))
    const playing = (arm: string): ModelStatistics | undefined => versions?.get(operator.arm(dataType, arm)?.loaded.id ?? '')
    const warnings = policy === undefined ? [] : speculationWarnings(asked.spec.answer, playing)
    return [
      {
        stream: name,
        policy: { ...asked.spec },
        epoch: asked.epoch,
        arms:
          policy === undefined
            ? [{ arm: slot, role: 'answer', model: operator.serving(dataType)?.loaded.id ?? null }]
            : policy.arms.map(({ model, role }) => ({ arm: model, role, model: operator.arm(dataType, model)?.loaded.id ?? null })),
        ...(warnings.length > 0 && { warnings }),
        ...(Object.keys(learned).length > 0 && { learned }),
      },
    ]
  })
}
