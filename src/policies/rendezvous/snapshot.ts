import { asSluiceError } from '../../core/errors.ts'
import type { AnswerValue } from '../decisions/decision.ts'
import { JsonShape, readJson } from '../decisions/json-shape.ts'
import { BALLOT } from '../rules/ballots.ts'
import { CompiledPolicy } from '../rules/compiled-policy.ts'
import { MAX_ARMS, type PolicySpec } from '../../core/policy-spec.ts'
import { MAILBOX, type PolicyInForce } from './mailboxes.ts'
import type { Rendezvous } from './rendezvous.ts'
import type { Score } from './score.ts'

const MAX_ENTRIES = 10_000_000
const SCORED = [BALLOT.number, BALLOT.label]

/**
 * All that a rendezvous knows, as one JSON text: open mailboxes with what has arrived, inputs and scores that it remembers, the policies that
 * any of them has, what bandits learned. Monotonic clocks begin anew with a process, so times are kept as how long ago they were.
 */
export function takeSnapshot(rendezvous: Rendezvous, wallClock: number): string {
  const now = rendezvous.advance()
  const { mailboxes, policies } = rendezvous
  const used = [...mailboxes.used()]
  const inForce = new Map<number, { dataType: string; policy: CompiledPolicy; current: boolean }>()
  for (const row of used) {
    const { policy, epoch } = mailboxes.inForce[row]!
    if (policy !== undefined) inForce.set(epoch, { dataType: mailboxes.dataTypes[row]!, policy, current: false })
  }
  for (const [dataType, { policy, epoch }] of policies) inForce.set(epoch, { dataType, policy: policy!, current: true })
  return JSON.stringify({
    at: wallClock,
    epoch: rendezvous.epoch,
    policies: [...inForce].map(([epoch, { dataType, policy, current }]) => {
      return { epoch, dataType, current, spec: policy.spec, learned: policy.learnerStates() }
    }),
    outOfService: [...rendezvous.outOfService].flatMap(([dataType, models]) => [...models].map((model) => ({ dataType, model }))),
    mailboxes: used.map((row) => mailboxState(rendezvous, row, now)),
    early: rendezvous.early.all().map(({ score, at }) => ({ ago: now - at, ...score, value: score.value ?? null })),
    lastKnown: rendezvous.lastKnown.entries().map(([name, value]) => ({ name, value })),
  })
}

function mailboxState({ mailboxes }: Rendezvous, row: number, now: number): object {
  const { ballots } = mailboxes
  const { policy, epoch } = mailboxes.inForce[row]!
  const from = row * ballots.arms
  const heard = [...(policy?.arms.keys() ?? [])].filter((arm) => ballots.status[from + arm] !== BALLOT.none)
  return {
    id: mailboxes.ids[row]!,
    dataType: mailboxes.dataTypes[row]!,
    key: mailboxes.keys[row] ?? null,
    epoch,
    openedAgo: now - mailboxes.openedAt[row]!,
    closedAgo: mailboxes.state[row] === MAILBOX.closed ? now - mailboxes.closedAt[row]! : null,
    budget: mailboxes.budget[row]!,
    ticked: mailboxes.ticked[row]!,
    asked: ballots.asked[row]!,
    choices: (policy?.choices ?? []).map((_, i) => {
      const at = row * ballots.choices + i
      return { chosen: ballots.chosen[at]!, propensity: ballots.propensities[at]! }
    }),
    scores: heard
      .sort((a, b) => mailboxes.orders[from + a]! - mailboxes.orders[from + b]!)
      .map((arm) => {
        const cell = from + arm
        const status = ballots.status[cell]!
        const scored = SCORED.some((kind) => kind === status)
        return {
          arm,
          status,
          value: status === BALLOT.label ? mailboxes.labels.text(ballots.values[cell]!) : scored ? ballots.values[cell]! : null,
          confidence: Number.isNaN(ballots.confidences[cell]!) || !scored ? null : ballots.confidences[cell]!,
          version: mailboxes.version(cell),
          arrived: mailboxes.arrived[cell]!,
        }
      }),
  }
}

/**
 * Brings a rendezvous that has done nothing yet to where another one was, and decides at once, with the reason `recovered`, what has become due
 * since. Time passed by the wall clock, or not at all where that has stepped back. Throws `log.corrupt`, or `policy.invalid` for a policy of
 * another release that this one refuses.
 */
export function restoreSnapshot(rendezvous: Rendezvous, text: string, wallClock: number): void {
  const snapshot = new JsonShape(readJson(text, 'the snapshot'), 'snapshot')
  const start = rendezvous.advance() - Math.max(0, Math.round((wallClock - snapshot.number('at')) * 1000))
  const policies = new Map<number, PolicyInForce>()
  for (const shape of snapshot.shapes('policies', MAX_ENTRIES)) {
    const policy = policyOf(shape)
    policy.restoreLearners(shape.object('learned') as Record<string, number[]>)
    const inForce = { policy, epoch: shape.number('epoch') }
    policies.set(inForce.epoch, inForce)
    if (shape.flag('current')) rendezvous.policies.set(shape.text('dataType'), inForce)
  }
  rendezvous.epoch = snapshot.number('epoch')
  for (const shape of snapshot.shapes('outOfService', MAX_ENTRIES)) {
    const dataType = shape.text('dataType')
    const models = rendezvous.outOfService.get(dataType) ?? new Set()
    rendezvous.outOfService.set(dataType, models.add(shape.text('model')))
  }
  const lastKnown = snapshot.shapes('lastKnown', MAX_ENTRIES)
  rendezvous.lastKnown.restore(lastKnown.map((shape): [string, AnswerValue] => [shape.text('name'), shape.answer('value')!]))
  for (const shape of snapshot.shapes('early', MAX_ENTRIES)) rendezvous.early.hold(earlyScore(shape), start - shape.number('ago'))
  for (const shape of snapshot.shapes('mailboxes', MAX_ENTRIES)) restoreMailbox(rendezvous, shape, { start, policies })
  rendezvous.advance()
}

function policyOf(shape: JsonShape): CompiledPolicy {
  try {
    return new CompiledPolicy(shape.object('spec') as unknown as PolicySpec)
  } catch (error) {
    throw asSluiceError(error, 'log.corrupt', `the policy of epoch ${shape.number('epoch')} in the snapshot is none`)
  }
}

function earlyScore(shape: JsonShape): Score {
  return { id: shape.text('id'), model: shape.text('model'), ...said(shape) }
}

function said(shape: JsonShape): Pick<Score, 'version' | 'value' | 'confidence'> {
  const optional = shape.optional('version', 'confidence')
  return {
    version: optional.textOrNull('version') ?? undefined,
    value: shape.answer('value') ?? undefined,
    confidence: optional.numberOrNull('confidence') ?? undefined,
  }
}

interface Restoring {
  readonly start: number
  readonly policies: ReadonlyMap<number, PolicyInForce>
}

function restoreMailbox(rendezvous: Rendezvous, shape: JsonShape, { start, policies }: Restoring): void {
  const { mailboxes } = rendezvous
  const inForce = policies.get(shape.number('epoch')) ?? { policy: undefined, epoch: 0 }
  const row = mailboxes.add({
    id: shape.text('id'),
    dataType: shape.text('dataType'),
    key: shape.textOrNull('key') ?? undefined,
    inForce,
    openedAt: start - shape.number('openedAgo'),
    budget: shape.number('budget'),
  })
  const { ballots } = mailboxes
  mailboxes.ticked[row] = shape.number('ticked')
  mailboxes.recovered[row] = 1
  ballots.asked[row] = shape.number('asked')
  for (const [i, choice] of shape.shapes('choices', ballots.choices).entries()) {
    ballots.chosen[row * ballots.choices + i] = choice.number('chosen')
    ballots.propensities[row * ballots.choices + i] = choice.number('propensity')
  }
  for (const score of shape.shapes('scores', MAX_ARMS)) {
    const arm = score.index('arm', inForce.policy?.arms.length ?? 0)
    if (score.index('status', 5) === BALLOT.removed) mailboxes.putRemoved(row, arm, score.number('arrived'))
    else mailboxes.put(row, arm, { id: '', model: '', ...said(score) }, score.number('arrived'))
  }
  const closedAgo = shape.numberOrNull('closedAgo')
  if (closedAgo !== null) mailboxes.close(row, start - closedAgo)
  else if (inForce.policy !== undefined) rendezvous.schedule(row)
}
