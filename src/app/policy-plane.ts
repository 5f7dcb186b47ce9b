import { type AliasMessage, type Config, type PolicyMessage, readControlMessage, readReward } from '../config/index.ts'
import { SluiceError } from '../core/errors.ts'
import type { PolicySpec } from '../core/policy-spec.ts'
import type { CompiledArms } from '../policies/batch/create-arms-policy.ts'
import { createArmsPolicy } from '../policies/batch/create-arms-policy.ts'
import { modelOf } from '../policies/spec/rule-parts.ts'
import { type Slots, WHOLE } from '../registry/deployment.ts'
import type { TopicRecord } from '../registry/topic-follower.ts'

/** A policy that was asked for, and which it is: 1 for that of the configuration, else the place of its record on the control topic + 2. */
export interface AskedPolicy {
  readonly spec: PolicySpec
  readonly epoch: number
}

/** How one stream answers one data type. */
interface Plan {
  readonly asked: AskedPolicy | undefined
  readonly policy: CompiledArms | undefined
  /** Where one model answers: its name or alias; `WHOLE` for whatever was asked for last. */
  readonly slot: string
}

const NO_PLAN: Plan = { asked: undefined, policy: undefined, slot: WHOLE }
const decoder = new TextDecoder()

/**
 * Which policy each stream has for each data type, as a fold over the configuration and the control topic. A change is asked for first, so
 * that the models that it needs are loaded, and then brought into force.
 */
export class PolicyPlane {
  readonly #config: Config
  /** data type -> stream, or '' for all -> policy; and alias -> model. */
  readonly #policies = new Map<string, Map<string, AskedPolicy>>()
  readonly #aliases = new Map<string, Map<string, string>>()
  /** data type -> stream -> what is in force. */
  readonly #inForce = new Map<string, Map<string, Plan>>()
  /** Data types that are asked to change. */
  readonly #coming = new Set<string>()

  constructor(config: Config) {
    this.#config = config
  }

  /** Applies a record of the control topic. Returns the data type that it is about, if any. Throws `policy.invalid`; nothing has changed then. */
  apply({ offset, value }: TopicRecord): string | undefined {
    const message = readControlMessage(jsonOf(value))
    if (message === undefined) return undefined
    if (message.kind === 'alias') this.#setAlias(message)
    else this.#setPolicy(message, Number(offset) + 2)
    return message.dataType
  }

  /** Lets the bandits of a data type learn from a record of the topic of rewards. Throws `policy.invalid` where none can; then none has. */
  learn({ value }: TopicRecord): void {
    const { dataType, bandit, member, propensity, reward } = readReward(jsonOf(value))
    let learned = false
    for (const { name } of this.#config.streams) {
      const { policy } = this.plan(name, dataType)
      learned = policy?.compiled.learn(bandit, { member, propensity, loss: 1 - reward }) === true || learned
    }
    if (!learned) throw new SluiceError('policy.invalid', `no policy of '${dataType}' has a bandit '${bandit}' with a member ${member}`)
  }

  /** The policy that is asked for, by the control topic or the configuration. */
  asked(stream: string, dataType: string): AskedPolicy | undefined {
    const given = this.#policies.get(dataType)
    const asked = given?.get(stream) ?? given?.get('')
    if (asked !== undefined) return asked
    const { policies, policy } = this.#config.streams.find(({ name }) => name === stream)!
    const spec = Object.hasOwn(policies, dataType) ? policies[dataType]! : policy
    return spec === undefined ? undefined : { spec, epoch: 1 }
  }

  /** How a stream answers a data type now. */
  plan(stream: string, dataType: string): Plan {
    let plans = this.#inForce.get(dataType)
    if (plans === undefined) this.#inForce.set(dataType, (plans = new Map()))
    let plan = plans.get(stream)
    if (plan === undefined) plans.set(stream, (plan = planFor(this.asked(stream, dataType))))
    return plan
  }

  /** What an alias of a data type stands for; a name that is none stands for itself. */
  resolve(dataType: string, name: string): string {
    const configured = this.#config.models.aliases[dataType]
    return this.#aliases.get(dataType)?.get(name) ?? (configured && Object.hasOwn(configured, name) ? configured[name]! : name)
  }

  aliases(dataType: string): Record<string, string> {
    return { ...this.#config.models.aliases[dataType], ...Object.fromEntries(this.#aliases.get(dataType) ?? []) }
  }

  /** The models that a data type needs side by side, in all streams: those in force, and those that are asked for. */
  slots(dataType: string): Slots {
    const slots = new Map<string, string | undefined>()
    for (const { name, dataTypes } of this.#config.streams) {
      if (dataTypes?.includes(dataType) === false) continue
      const plans = [this.plan(name, dataType)]
      if (this.#coming.has(dataType)) plans.push(planFor(this.asked(name, dataType)))
      for (const { policy, slot } of plans)
        for (const arm of policy?.arms.map(({ model }) => model) ?? [slot])
          slots.set(arm, arm === WHOLE ? undefined : this.resolve(dataType, arm))
    }
    // That no stream carries it is said of the model that comes.
    return slots.size === 0 ? new Map([[WHOLE, undefined]]) : slots
  }

  /** From now on, `slots` has what is asked for as well. */
  ask(dataType: string): void {
    this.#coming.add(dataType)
  }

  /** What is asked for is in force. Bandits of the same name go on from what they have learned. */
  enforce(dataType: string): void {
    this.#coming.delete(dataType)
    for (const { name } of this.#config.streams) {
      const before = this.plan(name, dataType)
      const asked = this.asked(name, dataType)
      if (asked?.epoch === before.asked?.epoch) continue
      const plan = planFor(asked)
      if (before.policy !== undefined) plan.policy?.compiled.restoreLearners(before.policy.compiled.learnerStates())
      this.#inForce.get(dataType)!.set(name, plan)
    }
  }

  #setPolicy({ dataType, stream = '', policy }: PolicyMessage, epoch: number): void {
    const known = this.#config.streams.map(({ name }) => name)
    if (stream !== '' && !known.includes(stream))
      throw new SluiceError('policy.invalid', `the control message names stream '${stream}', but must name one of ${known.join(', ')}`)
    let policies = this.#policies.get(dataType)
    if (policies === undefined) this.#policies.set(dataType, (policies = new Map()))
    if (policy === null) policies.delete(stream)
    else policies.set(stream, { spec: policy, epoch })
  }

  #setAlias({ dataType, alias, model }: AliasMessage): void {
    let aliases = this.#aliases.get(dataType)
    if (aliases === undefined) this.#aliases.set(dataType, (aliases = new Map()))
    if (model === null) aliases.delete(alias)
    else aliases.set(alias, model)
  }
}

/** One model that answers all by itself, without a budget, is the path that a data type without a policy takes. */
function planFor(asked: AskedPolicy | undefined): Plan {
  if (asked === undefined) return NO_PLAN
  const { answer, shadow = [], reference = [], budgetMs, cache, default: fallback = 'none' } = asked.spec
  const model = modelOf(answer)
  const isBare = shadow.length === 0 && reference.length === 0 && budgetMs === undefined && cache === undefined && fallback === 'none'
  if (model !== undefined && isBare) return { asked, policy: undefined, slot: model }
  return { asked, policy: createArmsPolicy(asked.spec, asked.epoch), slot: WHOLE }
}

function jsonOf(value: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(decoder.decode(value)) as unknown
  } catch (cause) {
    throw new SluiceError('policy.invalid', 'the record is no JSON; it must be an object: docs/policies.md says which', { cause }) // prettier-ignore
  }
}
