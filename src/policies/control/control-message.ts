import type { Loss } from '../bandits/learner.ts'
import { SluiceError } from '../../core/errors.ts'
import type { PolicySpec } from '../../core/policy-spec.ts'
import { JsonShape, readJson } from '../decisions/json-shape.ts'

/** What a record of the control topic asks for. All who read the topic in its order come to the same policies. */
export type ControlMessage =
  /** A policy comes into force for a data type; with null, the data type has none any more. */
  | { readonly kind: 'policy'; readonly dataType: string; readonly policy: PolicySpec | null }
  /** A model is taken out of service, or is back. */
  | { readonly kind: 'service'; readonly dataType: string; readonly model: string; readonly inService: boolean }
  /** What an answer that a bandit had a part in turned out to be worth. */
  | ({ readonly kind: 'loss'; readonly dataType: string; readonly bandit: string } & Loss)

export const CONTROL_KINDS = ['policy', 'service', 'loss'] as const

/** More bytes than any policy needs. */
const MAX_BYTES = 1024 * 1024
const MAX_MEMBERS = 1024
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Checks the shape of a policy, and throws what is wrong with it. */
export type PolicyReader = (value: unknown) => PolicySpec

/**
 * The message that the value of a control record is: JSON such as `{"kind":"policy","dataType":"wine","policy":{"answer":"champion"}}`. Throws
 * `policy.invalid` with what is wrong; whoever folds the topic then leaves the record out, as all others do.
 * Undefined for what is for streams alone.
 */
export function readControlMessage(bytes: Uint8Array, readPolicy: PolicyReader): ControlMessage | undefined {
  try {
    if (bytes.length > MAX_BYTES) throw new RangeError(`it has ${bytes.length} bytes, but must have at most ${MAX_BYTES}`)
    const shape = new JsonShape(readJson(decoder.decode(bytes), 'the message'), 'message')
    const kind = shape.oneOf('kind', [...CONTROL_KINDS, 'alias'])
    // Aliases, and policies of one stream, are for the streams that may follow the same topic.
    if (kind === 'alias' || shape.has('stream')) return undefined
    const dataType = shape.text('dataType')
    if (kind === 'service') return { kind, dataType, model: shape.text('model'), inService: shape.flag('inService') }
    if (kind === 'policy') return { kind, dataType, policy: shape.isNull('policy') ? null : readPolicy(shape.object('policy')) }
    const loss = { member: shape.index('member', MAX_MEMBERS), propensity: shape.number('propensity'), loss: shape.number('loss') }
    return { kind, dataType, bandit: shape.text('bandit'), ...loss }
  } catch (cause) {
    throw new SluiceError('policy.invalid', `the control message can't be used: ${(cause as Error).message}`, { cause })
  }
}

/** What follows control messages: a rendezvous, or what decides within a stream. */
export interface Controlled {
  setPolicy(dataType: string, spec: PolicySpec | undefined): void
  setInService(dataType: string, model: string, inService: boolean): void
  learn(dataType: string, bandit: string, loss: Loss): boolean
}

/** Does what a message asks for. Throws `policy.invalid` for a policy that can't be used, and then nothing has changed. */
export function obey(controlled: Controlled, message: ControlMessage): void {
  const { dataType } = message
  if (message.kind === 'policy') controlled.setPolicy(dataType, message.policy ?? undefined)
  else if (message.kind === 'service') controlled.setInService(dataType, message.model, message.inService)
  else {
    const { member, propensity, loss } = message
    controlled.learn(dataType, message.bandit, { member, propensity, loss })
  }
}
