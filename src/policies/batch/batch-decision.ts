import type { DecisionAbout } from '../../core/arms-policy.ts'
import type { AnswerValue, Decision, DecisionChoice, DecisionScore, Reason, StrayScore } from '../decisions/decision.ts'
import { writeDecisionText, writeStrayText } from '../decisions/decision-text.ts'
import { keyText } from '../hash/key-text.ts'
import { BALLOT } from '../rules/ballots.ts'
import type { BatchDecider } from './batch-decider.ts'

/** The decision about a record, as the decisions topic has it; scores that came after it are left out. */
export function decisionText(decider: BatchDecider, record: number, about: DecisionAbout): string {
  const { policy, epoch, ballots } = decider
  const chosen = decider.chosen[record]!
  const nobody = chosen === -2
  const { fallback } = about
  const confidence = decider.confidences[record]!
  const choices = choicesOf(decider, record)
  const heard = policy.arms
    .keys()
    .filter((arm) => ballots.status[record * ballots.arms + arm] !== BALLOT.none && !decider.isLate(arm, record))
  const scores = [...heard].map((arm) => scoreOf(decider, record, { arm, about })).toSorted((a, b) => a.atMs - b.atMs)
  return writeDecisionText({
    id: about.id,
    dataType: about.dataType,
    key: about.key === undefined ? null : keyText(about.key),
    policy: policy.name,
    epoch,
    value: nobody ? fallback : valueOf(decider, decider.values[record]!, decider.isLabel[record] === 1),
    model: chosen < 0 ? null : policy.arms[chosen]!.model,
    version: chosen < 0 ? null : about.versions[chosen]!,
    rule: nobody ? (fallback === null ? 'none' : 'default') : decider.ruleNames[decider.rules[record]!]!,
    reason: reasonOf(decider, record),
    quorum: decider.quorums[record] === 1,
    confidence: finite(confidence),
    propensity: choices.reduce((product, choice) => product * choice.propensity, 1),
    choices,
    elapsedMs: decider.decidedAt[record]! / 1000,
    budgetMs: policy.budgetMs,
    at: about.at,
    scores,
  } satisfies Decision)
}

interface OneArm {
  readonly arm: number
  readonly about: DecisionAbout
}

/** A score that came after its record was decided. */
export function lateText(decider: BatchDecider, record: number, of: OneArm): string {
  const { model, version, role, atMs, outcome, value, confidence } = scoreOf(decider, record, of)
  const { id, dataType } = of.about
  const said = outcome === 'scored' ? outcome : 'failed'
  return writeStrayText({ id, dataType, model, version, role, why: 'late', atMs, outcome: said, value, confidence } satisfies StrayScore)
}

/** A batch that could not wait any longer for one record could for those that had their answers before. */
function reasonOf(decider: BatchDecider, record: number): Reason {
  if (decider.final[record] === 1 && decider.decidedAt[record]! >= Math.round(decider.policy.budgetMs * 1000)) return 'deadline'
  return decider.chosen[record] === -2 ? 'nobody' : 'in-time'
}

function choicesOf({ ballots, policy }: BatchDecider, record: number): DecisionChoice[] {
  return policy.choices.flatMap((name, i) => {
    const at = record * ballots.choices + i
    return ballots.chosen[at] === -1 ? [] : [{ name, member: ballots.chosen[at]!, propensity: ballots.propensities[at]! }]
  })
}

function scoreOf(decider: BatchDecider, record: number, { arm, about }: OneArm): DecisionScore {
  const { ballots, policy } = decider
  const { model, role } = policy.arms[arm]!
  const cell = record * ballots.arms + arm
  const status = ballots.status[cell]!
  const scored = status === BALLOT.number || status === BALLOT.label
  return {
    model,
    version: about.versions[arm]!,
    role,
    atMs: decider.arrivedAt[cell]! / 1000,
    outcome: scored ? 'scored' : status === BALLOT.removed ? 'removed' : 'failed',
    value: scored ? valueOf(decider, ballots.values[cell]!, status === BALLOT.label) : null,
    confidence: scored ? finite(ballots.confidences[cell]!) : null,
  }
}

/** -0 is 0, so that what is written can be read again. */
function valueOf({ labels }: BatchDecider, value: number, label: boolean): AnswerValue {
  return label ? labels.text(value) : value + 0
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value + 0 : null
}
