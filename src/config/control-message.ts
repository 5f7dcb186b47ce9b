import { z } from 'zod'
import { SluiceError } from '../core/errors.ts'
import type { PolicySpec } from '../core/policy-spec.ts'
import { checkPolicy } from '../policies/spec/check-policy.ts'
import { problemsOf } from './issues.ts'
import { policySchema } from './policies-schema.ts'
import { section, text, whole } from './schema-parts.ts'
import { Settings } from './settings.ts'

/** What a record of the control topic changes for streams: the policy of a data type, or what an alias stands for. */
export type ControlMessage = PolicyMessage | AliasMessage

/** What is for rendezvous servers only, which may read the same topic. */
const OF_RENDEZVOUS = new Set<unknown>(['service', 'loss'])

export interface PolicyMessage {
  readonly kind: 'policy'
  readonly dataType: string
  /** Of this stream only; of all that carry the data type where absent. */
  readonly stream?: string | undefined
  /** Null for that of the configuration. */
  readonly policy: PolicySpec | null
}

export interface AliasMessage {
  readonly kind: 'alias'
  readonly dataType: string
  readonly alias: string
  /** The name of a model, or name@version; null for that of the configuration. */
  readonly model: string | null
}

const dataType = text('a data type')
const policyMessage = section({
  kind: z.literal('policy'),
  dataType,
  stream: text('the name of a stream').optional(),
  policy: policySchema.nullable(),
})
const aliasMessage = section({
  kind: z.literal('alias'),
  dataType,
  alias: text('an alias, such as champion'),
  model: text('the name of a model, or name@version').nullable(),
})

/** What an answer that a bandit chose was worth: a record of the topic of rewards. All but the reward is as its decision has it. */
export interface Reward {
  readonly dataType: string
  readonly bandit: string
  /** The place of the member that was chosen. */
  readonly member: number
  /** How likely it was to be. */
  readonly propensity: number
  /** From 0 to 1, the best. */
  readonly reward: number
}

const share = (what: string) => z.number({ error: what }).min(0, { error: what }).max(1, { error: what })
const rewardMessage = section({
  dataType,
  bandit: text('the name of a bandit'),
  member: whole(0, 31, "the member's place in the bandit"),
  propensity: share('a number of more than 0 and at most 1: how likely the member was'),
  reward: share('a number from 0 to 1'),
})

/** Reads a reward that was parsed from JSON. Throws `policy.invalid` with what would be right. */
export function readReward(value: unknown): Reward {
  const parsed = rewardMessage.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'} must be ${rightOf(issue)}`)
  throw new SluiceError('policy.invalid', `the reward can't be used: ${problems.join('; ')}`)
}

/** Reads a control message that was parsed from JSON; undefined where it is not for streams. Throws `policy.invalid` with what would be right. */
export function readControlMessage(value: unknown): ControlMessage | undefined {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
  if (OF_RENDEZVOUS.has(kind)) return undefined
  const refuse = (problems: string): never => {
    throw new SluiceError('policy.invalid', `the control message can't be used: ${problems}`)
  }
  if (kind !== 'policy' && kind !== 'alias') return refuse('kind must be policy or alias, or service or loss for a rendezvous')
  const schema = kind === 'alias' ? aliasMessage : policyMessage
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const settings = new Settings()
    Object.assign(settings.tree, value)
    const problems = problemsOf(parsed.error.issues, schema, settings)
    return refuse(problems.map(({ message: problem }) => problem).join('; '))
  }
  const message: ControlMessage = parsed.data
  if (message.kind === 'policy' && message.policy !== null) checkPolicy(message.policy)
  return message
}

function rightOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `without ${issue.keys.join(', ')}` : issue.message
}
