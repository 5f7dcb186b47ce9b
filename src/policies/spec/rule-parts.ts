import type { RuleSpec } from '../../core/policy-spec.ts'

/** A rule within another, and where it stands there. */
export interface RulePart {
  readonly path: string
  readonly rule: RuleSpec
}

/** The rules that a rule is directly made of; none for a model. */
export function partsOf(rule: RuleSpec): RulePart[] {
  if (typeof rule === 'string' || 'primary' in rule) return []
  if ('split' in rule) return rule.split.arms.map((arm, i) => ({ path: `split.arms[${i}].answer`, rule: arm.answer }))
  if ('speculative' in rule) {
    const { smart, fast } = rule.speculative
    return [
      { path: 'speculative.smart', rule: smart },
      { path: 'speculative.fast', rule: fast },
    ]
  }
  if ('consensus' in rule) return listed('consensus.of', rule.consensus.of)
  if ('quality' in rule) return listed('quality.of', rule.quality.of)
  if ('bagging' in rule) return listed('bagging.of', rule.bagging.of)
  if ('cascade' in rule) return listed('cascade.stages', rule.cascade.stages)
  if ('within' in rule) return [{ path: 'within.answer', rule: rule.within.answer }]
  if ('bandit' in rule) return listed('bandit.of', rule.bandit.of)
  const { schedule, atDeadline } = rule.rendezvous
  const steps = schedule.flatMap((step, i) => listed(`rendezvous.schedule[${i}].accept`, step.accept))
  return [...steps, ...listed('rendezvous.atDeadline', atDeadline ?? [])]
}

function listed(path: string, rules: readonly RuleSpec[]): RulePart[] {
  return rules.map((rule, i) => ({ path: `${path}[${i}]`, rule }))
}

/** The model that a rule is, where it is one. */
export function modelOf(rule: RuleSpec): string | undefined {
  if (typeof rule === 'string') return rule
  return 'primary' in rule ? rule.primary : undefined
}

/** All models by which a rule can answer, each once, in the order in which it speaks of them. */
export function modelsOf(rule: RuleSpec): string[] {
  const model = modelOf(rule)
  return model === undefined ? [...new Set(partsOf(rule).flatMap((part) => modelsOf(part.rule)))] : [model]
}
