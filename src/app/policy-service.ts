import type { DataTypePolicies } from '../api/contract/index.ts'
import type { PolicyService } from '../api/services.ts'
import { readControlMessage } from '../config/index.ts'
import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { checkPolicy } from '../policies/spec/check-policy.ts'
import type { ModelStatistics } from '../core/statistics.ts'
import type { StreamContext } from '../services/stream-context.ts'
import type { ModelPlane } from './model-plane.ts'
import { policiesInForce } from './policies-in-force.ts'
import { usualMs } from './speculation-check.ts'

export interface PolicyServiceOptions {
  readonly log: Log
  readonly topic: string
  readonly clock: Clock
  readonly streams: readonly StreamContext[]
  readonly models: ModelPlane
  /** What the versions of a data type did here, by `name@version`. */
  readonly versions: (dataType: string) => ReadonlyMap<string, ModelStatistics>
}

const encoder = new TextEncoder()

/** Policies for the API: each change is a record of the control topic, and in force when it is answered. */
export function createPolicyService({ log, topic, clock, streams, models, versions: versionsOf }: PolicyServiceOptions): PolicyService {
  const show = async (dataType: string): Promise<DataTypePolicies> => ({
    dataType,
    policies: policiesInForce(streams, models.policies, { dataType }),
    aliases: models.policies.aliases(dataType),
  })

  /** What a policy may name. With a keyed join another node may hold the models of the data type, and only that one knows their names. */
  function namesOf(dataType: string): { names?: string[] } {
    const history = models.registry.history(dataType)
    if (history === undefined && models.holder !== undefined) return {}
    const versions = history?.versions ?? []
    const names = versions.flatMap(({ id, descriptor }) => [descriptor.name, id])
    return { names: [...new Set([...names, ...Object.keys(models.policies.aliases(dataType))])] }
  }

  /** What models take that play now, under the names that policies have for them. */
  function latencies(dataType: string): (model: string) => number | undefined {
    const measured = versionsOf(dataType)
    return (model) => {
      const playing = streams.map(({ operator }) => operator.arm(dataType, model)?.loaded.id).find((id) => id !== undefined)
      return usualMs(measured.get(playing ?? models.policies.resolve(dataType, model)))
    }
  }

  /** The last record of a key counts. */
  async function send(dataType: string, key: string, message: unknown): Promise<DataTypePolicies> {
    const value = encoder.encode(JSON.stringify(message))
    const recordBatch = encodeRecords([{ timestamp: clock.now(), key: encoder.encode(key), value }])
    await models.controlApplied(await log.append({ topic, partition: 0, recordBatch }), dataType)
    return show(dataType)
  }

  return {
    show,
    async set(dataType, { policy, stream }) {
      const message = readControlMessage({ kind: 'policy', dataType, policy, ...(stream !== undefined && { stream }) })
      if (message?.kind === 'policy' && message.policy !== null) {
        checkPolicy(message.policy, { ...namesOf(dataType), latencyMs: latencies(dataType) })
      }
      return send(dataType, `policy/${dataType}/${stream ?? ''}`, message)
    },
    async setAlias(dataType, alias, model) {
      return send(dataType, `alias/${dataType}/${alias}`, readControlMessage({ kind: 'alias', dataType, alias, model }))
    },
  }
}
