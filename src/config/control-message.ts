import type { z } from 'zod'
import { SluiceError } from '../core/errors.ts'
import type { PolicySpec } from '../core/policy-spec.ts'
import { checkPolicy } from '../policies/spec/check-policy.ts'
import { policySchema } from './policies-schema.ts'
import { section, text } from './schema-parts.ts'

/** What a record of the control topic changes: the policy of a data type, or what an alias stands for. */
export type ControlMessage = PolicyMessage | AliasMessage

export interface PolicyMessage {
  readonly dataType: string
  /** Of this stream only; of all that carry the data type where absent. */
  readonly stream?: string | undefined
  /** Null for that of the configuration. */
  readonly policy: PolicySpec | null
}

export interface AliasMessage {
  readonly dataType: string
  readonly alias: string
  /** The name of a model, or name@version; null for that of the configuration. */
  readonly model: string | null
}

const dataType = text('a data type')
const policyMessage = section({ dataType, stream: text('the name of a stream').optional(), policy: policySchema.nullable() })
const aliasMessage = section({
  dataType,
  alias: text('an alias, such as champion'),
  model: text('the name of a model, or name@version').nullable(),
})

/** Reads a control message that was parsed from JSON. Throws `policy.invalid` with what would be right. */
export function readControlMessage(value: unknown): ControlMessage {
  const isAlias = typeof value === 'object' && value !== null && 'alias' in value
  const parsed = (isAlias ? aliasMessage : policyMessage).safeParse(value)
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'} must be ${rightOf(issue)}`)
    throw new SluiceError('policy.invalid', `the control message can't be used: ${problems.join('; ')}`)
  }
  if ('policy' in parsed.data && parsed.data.policy !== null) checkPolicy(parsed.data.policy)
  return parsed.data
}

function rightOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'unrecognized_keys' ? `without ${issue.keys.join(', ')}` : issue.message
}
