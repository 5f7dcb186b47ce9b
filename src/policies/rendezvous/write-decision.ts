import type { AnswerValue, Decision, DecisionChoice, DecisionScore, Reason, StrayScore } from '../decisions/decision.ts'
import { BALLOT } from '../rules/ballots.ts'
import type { CompiledPolicy } from '../rules/compiled-policy.ts'
import type { Verdict } from '../rules/rule.ts'
import type { Mailboxes } from './mailboxes.ts'

/** What a mailbox came to. */
export interface Outcome {
  /** The rule's answer, where it has one. */
  readonly verdict: Verdict | undefined
  readonly reason: Reason
  /** What is answered where the rule has no answer. */
  readonly fallback: AnswerValue | null
  readonly elapsedMs: number
  /** Wall clock. */
  readonly at: number
}

/** The record of a decision about a row. */
export function writeDecision(mailboxes: Mailboxes, row: number, outcome: Outcome): Decision {
  const { verdict, fallback } = outcome
  const { policy, epoch } = mailboxes.inForce[row]!
  const choices = policy === undefined ? [] : choicesOf(mailboxes, row, policy)
  const chosen = verdict === undefined || verdict.arm === -1 ? undefined : row * mailboxes.ballots.arms + verdict.arm
  return {
    id: mailboxes.ids[row]!,
    dataType: mailboxes.dataTypes[row]!,
    key: mailboxes.keys[row] ?? null,
    policy: policy?.name ?? null,
    epoch,
    value: verdict === undefined ? fallback : valueOf(mailboxes, verdict.value, verdict.label),
    model: chosen === undefined ? null : policy!.arms[verdict!.arm]!.model,
    version: chosen === undefined ? null : mailboxes.version(chosen),
    rule: verdict?.rule ?? (fallback === null ? 'none' : 'default'),
    reason: outcome.reason,
    quorum: verdict?.quorum ?? false,
    confidence: verdict === undefined ? null : finite(verdict.confidence),
    propensity: choices.reduce((product, choice) => product * choice.propensity, 1),
    choices,
    elapsedMs: outcome.elapsedMs,
    budgetMs: mailboxes.budget[row]! / 1000,
    at: outcome.at,
    scores: policy === undefined ? [] : scoresOf(mailboxes, row, policy),
  }
}

/** The record of a score that came after the decision, from its cell. */
export function writeLate(mailboxes: Mailboxes, row: number, arm: number): StrayScore {
  const { id, dataType } = { id: mailboxes.ids[row]!, dataType: mailboxes.dataTypes[row]! }
  const { model, version, role, atMs, outcome, value, confidence } = scoreOf(mailboxes, row, arm)
  return { id, dataType, model, version, role, why: 'late', atMs, outcome: outcome === 'scored' ? 'scored' : 'failed', value, confidence }
}

function choicesOf({ ballots }: Mailboxes, row: number, policy: CompiledPolicy): DecisionChoice[] {
  return policy.choices.flatMap((name, i) => {
    const at = row * ballots.choices + i
    return ballots.chosen[at] === -1 ? [] : [{ name, member: ballots.chosen[at]!, propensity: ballots.propensities[at]! }]
  })
}

function scoresOf(mailboxes: Mailboxes, row: number, policy: CompiledPolicy): DecisionScore[] {
  const from = row * mailboxes.ballots.arms
  const heard = policy.arms.keys().filter((arm) => mailboxes.ballots.status[from + arm] !== BALLOT.none)
  return [...heard].sort((a, b) => mailboxes.orders[from + a]! - mailboxes.orders[from + b]!).map((arm) => scoreOf(mailboxes, row, arm))
}

const OUTCOME_OF = { [BALLOT.number]: 'scored', [BALLOT.label]: 'scored', [BALLOT.failed]: 'failed', [BALLOT.removed]: 'removed' } as const

function scoreOf(mailboxes: Mailboxes, row: number, arm: number): DecisionScore {
  const { ballots, arrived } = mailboxes
  const { model, role } = mailboxes.inForce[row]!.policy!.arms[arm]!
  const cell = row * ballots.arms + arm
  const outcome = OUTCOME_OF[ballots.status[cell] as keyof typeof OUTCOME_OF]
  const scored = outcome === 'scored'
  return {
    model,
    version: mailboxes.version(cell),
    role,
    atMs: arrived[cell]! / 1000,
    outcome,
    value: scored ? valueOf(mailboxes, ballots.values[cell]!, ballots.status[cell] === BALLOT.label) : null,
    confidence: scored ? finite(ballots.confidences[cell]!) : null,
  }
}

function valueOf({ labels }: Mailboxes, value: number, label: boolean): AnswerValue {
  return label ? labels.text(value) : value
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
