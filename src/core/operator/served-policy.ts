import type { ArmsPolicy } from '../arms-policy.ts'
import type { Codec } from '../codec.ts'
import { PolicyGroup } from './policy-group.ts'
import type { ServedModel } from './served-model.ts'

export interface ServedPolicyOptions {
  readonly stream: string
  readonly codec: Codec
  /** The models by the names of their arms. */
  readonly models: ReadonlyMap<string, ServedModel>
  /** Groups of the same policy that are free. */
  readonly pool: PolicyGroup[]
}

/** A policy of several arms with the models that its arms have now. A model that comes or goes makes a new one. */
export class ServedPolicy {
  readonly policy: ArmsPolicy
  readonly stream: string
  readonly codec: Codec
  /** Per arm; undefined where its model is not in service. */
  readonly arms: readonly (ServedModel | undefined)[]
  /** Per arm: the version that plays it, and of which model (`name@version`) where the arm's name, an alias, does not say. */
  readonly versions: readonly (string | null)[]
  /** Whether all arms that may answer are in service. */
  readonly isComplete: boolean
  /** Whether any of them is. */
  readonly canAnswer: boolean
  readonly #pool: PolicyGroup[]

  constructor(policy: ArmsPolicy, { stream, codec, models, pool }: ServedPolicyOptions) {
    this.policy = policy
    this.stream = stream
    this.codec = codec
    this.#pool = pool
    this.arms = policy.arms.map(({ model }) => models.get(model))
    for (const [arm, served] of this.arms.entries()) served?.remember(policy.arms[arm]!.cacheEntries)
    this.versions = this.arms.map((served, arm) => {
      if (served === undefined) return null
      const { id, descriptor } = served.loaded
      const { model } = policy.arms[arm]!
      return model === descriptor.name || model === id ? descriptor.version : id
    })
    const answering = this.arms.filter((_, arm) => policy.arms[arm]!.role === 'answer')
    this.isComplete = !answering.includes(undefined)
    this.canAnswer = answering.some((served) => served !== undefined)
  }

  /** A group for the records of one batch. */
  take(): PolicyGroup {
    return this.#pool.pop() ?? new PolicyGroup(this.policy, (group) => this.#pool.push(group))
  }
}
