import type { PolicyInForce } from '../api/contract/index.ts'
import type { PolicyArm } from '../core/arms-policy.ts'
import { whyNotCached } from '../core/operator/prediction-cache.ts'
import type { ServedModel } from '../core/operator/served-model.ts'
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
    const warnings =
      policy === undefined
        ? []
        : [...speculationWarnings(asked.spec.answer, playing), ...cacheWarnings(policy.arms, (arm) => operator.arm(dataType, arm))]
    return [
      {
        stream: name,
        policy: { ...asked.spec },
        epoch: asked.epoch,
        arms:
          policy === undefined
            ? [{ arm: slot, role: 'answer', model: operator.serving(dataType)?.loaded.id ?? null }]
            : policy.arms.map(({ model, role }) => {
                const played = operator.arm(dataType, model)
                const { rows } = played?.batching ?? { rows: Infinity }
                return { arm: model, role, model: played?.loaded.id ?? null, ...(rows < Infinity && { batchRows: rows }) }
              }),
        ...(warnings.length > 0 && { warnings }),
        ...(Object.keys(learned).length > 0 && { learned }),
      },
    ]
  })
}

/** The arms whose answers should be remembered, and can't be with the models that play them now. */
function cacheWarnings(arms: readonly PolicyArm[], playing: (arm: string) => ServedModel | undefined): string[] {
  return arms.flatMap(({ model: arm, cacheEntries }) => {
    const loaded = playing(arm)?.loaded
    const why = cacheEntries === undefined || loaded === undefined ? undefined : whyNotCached(loaded.model)
    return why === undefined ? [] : [`the answers of ${loaded!.id} (${arm}) are not remembered: it ${why}`]
  })
}
