import { MAX_ARMS } from '../../core/policy-spec.ts'
import {
  type Decision,
  type DecisionChoice,
  type DecisionScore,
  OUTCOMES,
  REASONS,
  ROLES,
  STRAY_REASONS,
  type StrayScore,
} from './decision.ts'
import { JsonShape, readJson } from './json-shape.ts'

/** More choices than any policy of `MAX_ARMS` models and `MAX_DEPTH` makes. */
const MAX_CHOICES = 1024

/**
 * A decision as the decisions topic has it: one line of JSON, its fields in the order of `Decision`. `readDecision` of it, written again,
 * is the same text.
 */
export function writeDecisionText(decision: Decision): string {
  return JSON.stringify(decision)
}

/** The decision that a text is. Throws `log.corrupt` with what is wrong. */
export function readDecision(text: string): Decision {
  const shape = new JsonShape(readJson(text, 'the decision'), 'decision')
  return {
    id: shape.text('id'),
    dataType: shape.text('dataType'),
    key: shape.textOrNull('key'),
    policy: shape.textOrNull('policy'),
    epoch: shape.number('epoch'),
    value: shape.answer('value'),
    model: shape.textOrNull('model'),
    version: shape.textOrNull('version'),
    rule: shape.text('rule'),
    reason: shape.oneOf('reason', REASONS),
    quorum: shape.flag('quorum'),
    confidence: shape.numberOrNull('confidence'),
    propensity: shape.number('propensity'),
    choices: shape.shapes('choices', MAX_CHOICES).map(readChoice),
    elapsedMs: shape.number('elapsedMs'),
    budgetMs: shape.number('budgetMs'),
    at: shape.number('at'),
    scores: shape.shapes('scores', MAX_ARMS).map(readScore),
  }
}

function readChoice(shape: JsonShape): DecisionChoice {
  return { name: shape.text('name'), member: shape.index('member', MAX_ARMS), propensity: shape.number('propensity') }
}

function readScore(shape: JsonShape): DecisionScore {
  return {
    model: shape.text('model'),
    version: shape.textOrNull('version'),
    role: shape.oneOf('role', ROLES),
    atMs: shape.number('atMs'),
    outcome: shape.oneOf('outcome', OUTCOMES),
    value: shape.answer('value'),
    confidence: shape.numberOrNull('confidence'),
  }
}

/** A score that had no part in a decision, as the decisions topic has it. */
export function writeStrayText(stray: StrayScore): string {
  return JSON.stringify(stray)
}

/** The score that such a text is. Throws `log.corrupt` with what is wrong. */
export function readStray(text: string): StrayScore {
  const shape = new JsonShape(readJson(text, 'the score'), 'score')
  const role = shape.textOrNull('role')
  return {
    id: shape.text('id'),
    dataType: shape.textOrNull('dataType'),
    model: shape.text('model'),
    version: shape.textOrNull('version'),
    role: role === null ? null : shape.oneOf('role', ROLES),
    why: shape.oneOf('why', STRAY_REASONS),
    atMs: shape.numberOrNull('atMs'),
    outcome: shape.oneOf('outcome', ['scored', 'failed']),
    value: shape.answer('value'),
    confidence: shape.numberOrNull('confidence'),
  }
}
