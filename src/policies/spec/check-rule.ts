import type { Report, RuleContext } from './check-policy.ts'
import type { BaggingSpec, BanditSpec, RuleSpec, ScheduleSpec, SpeculativeSpec, SplitSpec } from '../../core/policy-spec.ts'
import { modelOf } from './rule-parts.ts'

/** Reports what is wrong with one rule itself, leaving out the rules that it is made of. */
export function checkRule(rule: RuleSpec, path: string, context: RuleContext): void {
  const { report } = context
  if (typeof rule === 'string' || 'primary' in rule) {
    if (modelOf(rule) === '') report(path, 'is empty, but must name a model')
  } else if ('split' in rule) checkSplit(rule.split, `${path}.split`, report)
  else if ('speculative' in rule) checkSpeculative(rule.speculative, `${path}.speculative`, context)
  else if ('consensus' in rule) checkConsensus(rule.consensus.of, `${path}.consensus.of`, report)
  else if ('quality' in rule) {
    checkMembers(rule.quality.of, `${path}.quality.of`, report)
    checkEnough(rule.quality.enough, `${path}.quality.enough`, report)
  } else if ('bagging' in rule) checkBagging(rule.bagging, `${path}.bagging`, report)
  else if ('cascade' in rule) {
    checkMembers(rule.cascade.stages, `${path}.cascade.stages`, report)
    checkEnough(rule.cascade.enough, `${path}.cascade.enough`, report)
  } else if ('rendezvous' in rule) checkSchedule(rule.rendezvous, `${path}.rendezvous`, context)
  else if ('within' in rule) checkTime(rule.within.ms, `${path}.within.ms`, context)
  else checkBandit(rule.bandit, `${path}.bandit`, report)
}

function checkSplit({ arms }: SplitSpec, path: string, report: Report): void {
  if (arms.length === 0) report(`${path}.arms`, 'is empty, but must have at least one arm')
  const wrong = arms.findIndex(({ percent }) => !(percent >= 0 && percent <= 100))
  if (wrong !== -1) report(`${path}.arms[${wrong}].percent`, `is ${arms[wrong]!.percent}, but must be from 0 to 100`)
  const sum = arms.reduce((total, { percent }) => total + percent, 0)
  if (arms.length > 0 && wrong === -1 && !(Math.abs(sum - 100) < 1e-9)) {
    const rest = Math.round((100 - (sum - arms.at(-1)!.percent)) * 1e6) / 1e6
    const advice = rest >= 0 ? `; with ${rest} for the last arm they are` : ''
    report(`${path}.arms`, `has percentages that add up to ${Math.round(sum * 1e6) / 1e6}, but must add up to 100${advice}`)
  }
}

function checkSpeculative(spec: SpeculativeSpec, path: string, context: RuleContext): void {
  const { report, known, budgetMs } = context
  const { afterMs } = spec
  if (!(afterMs > 0 && afterMs < budgetMs)) {
    report(`${path}.afterMs`, `is ${afterMs}, but must be more than 0 and less than the budget of ${budgetMs} ms`)
    return
  }
  const fast = measured(spec.fast, known)
  const smart = measured(spec.smart, known)
  const isUseless = fast !== undefined && smart !== undefined && smart <= fast
  const range = isUseless
    ? `no time is right, since ${nameOf(spec.smart)} (${smart} ms) takes no longer than ${nameOf(spec.fast)} (${fast} ms)`
    : `it must be more than ${fast ?? 0} ms (${nameOf(spec.fast)} takes that long) and less than ${smart ?? budgetMs} ms (${nameOf(spec.smart)} does)`
  if (fast !== undefined && afterMs <= fast)
    report(`${path}.afterMs`, `is ${afterMs}, when ${nameOf(spec.fast)} has no answer yet; ${range}`)
  else if (smart !== undefined && afterMs >= smart) {
    report(
      `${path}.afterMs`,
      `is ${afterMs}, when ${nameOf(spec.smart)} has always answered; ${range}, or the policy must be primary: ${nameOf(spec.smart)}`,
    )
  }
}

function measured(rule: RuleSpec, known: RuleContext['known']): number | undefined {
  const model = modelOf(rule)
  return model === undefined ? undefined : known.latencyMs?.(model)
}

function nameOf(rule: RuleSpec): string {
  return modelOf(rule) ?? Object.keys(rule)[0]!
}

function checkConsensus(of: readonly RuleSpec[], path: string, report: Report): void {
  checkMembers(of, path, report)
  if (of.length > 0 && of.length % 2 === 0) {
    const right = of.length === 2 ? '1 or 3' : `${of.length - 1} or ${of.length + 1}`
    report(path, `has ${of.length} members, which can tie; it must have an odd number of them, such as ${right}`)
  }
}

/** Members count for themselves, so the same one twice would count double. */
function checkMembers(of: readonly RuleSpec[], path: string, report: Report): void {
  if (of.length === 0) report(path, 'is empty, but must have at least one member')
  const seen = new Set<string>()
  for (const [i, rule] of of.entries()) {
    const text = modelOf(rule) ?? JSON.stringify(rule)
    if (seen.has(text)) report(`${path}[${i}]`, `is ${text}, which is there already; each member must be another one`)
    seen.add(text)
  }
}

function checkBagging(spec: BaggingSpec, path: string, report: Report): void {
  checkMembers(spec.of, `${path}.of`, report)
  const { weights } = spec
  if (weights === undefined) return
  if (weights.length !== spec.of.length) {
    report(`${path}.weights`, `has ${weights.length} weights, but must have one for each of the ${spec.of.length} members`)
  }
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity))
  if (wrong !== -1) report(`${path}.weights[${wrong}]`, `is ${weights[wrong]}, but must be 0 or more`)
  else if (!weights.some((weight) => weight > 0)) report(`${path}.weights`, 'has only zeros, but must have one that is more than 0')
}

function checkEnough(enough: number | undefined, path: string, report: Report): void {
  if (enough !== undefined && !(enough >= 0 && enough <= 1)) report(path, `is ${enough}, but must be a confidence from 0 to 1`)
}

function checkSchedule(spec: ScheduleSpec, path: string, { report, budgetMs }: RuleContext): void {
  const { schedule, atDeadline } = spec
  if (schedule.length === 0)
    report(`${path}.schedule`, 'is empty, so it can never answer; it must have a step, such as { afterMs: 0, accept: [<model>] }')
  let last = -1
  for (const [i, { afterMs, accept }] of schedule.entries()) {
    const at = `${path}.schedule[${i}]`
    if (!(afterMs >= 0 && afterMs < budgetMs)) {
      report(`${at}.afterMs`, `is ${afterMs}, so the step never comes; it must be from 0 to less than the budget of ${budgetMs} ms`)
    } else if (afterMs <= last) report(`${at}.afterMs`, `is ${afterMs}, but must be more than the ${last} of the step before it`)
    if (accept.length === 0) report(`${at}.accept`, 'is empty, so the step can never answer; it must name at least one model')
    last = Math.max(last, afterMs)
  }
  if (atDeadline?.length === 0) report(`${path}.atDeadline`, 'is empty; leave it out, or name the models in order of preference')
}

function checkTime(ms: number, path: string, { report, budgetMs }: RuleContext): void {
  if (!(ms > 0 && ms <= budgetMs)) report(path, `is ${ms}, but must be more than 0 and at most the budget of ${budgetMs} ms`)
}

function checkBandit(spec: BanditSpec, path: string, report: Report): void {
  checkMembers(spec.of, `${path}.of`, report)
  if (spec.name === '') report(`${path}.name`, 'is empty, but must be a name that rewards can use')
  const { epsilon, eta } = spec
  if (spec.by === 'epsilon-greedy' && epsilon === undefined) {
    report(`${path}.epsilon`, 'is missing; it must be from 0 to 1 (how often a member is chosen at random), such as 0.1')
  }
  if (epsilon !== undefined && !(epsilon >= 0 && epsilon <= 1)) report(`${path}.epsilon`, `is ${epsilon}, but must be from 0 to 1`)
  if (eta !== undefined && !(eta > 0 && eta <= 10)) report(`${path}.eta`, `is ${eta}, but must be more than 0 and at most 10`)
}
