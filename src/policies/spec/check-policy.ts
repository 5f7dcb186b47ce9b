import { SluiceError } from '../../core/errors.ts'
import { checkRule } from './check-rule.ts'
import {
  effectiveBudgetMs,
  MAX_ARMS,
  MAX_BUDGET_MS,
  MAX_CACHE_ENTRIES,
  MAX_DEPTH,
  type PolicySpec,
  type RuleSpec,
} from '../../core/policy-spec.ts'
import { modelsOf, partsOf } from './rule-parts.ts'

/** What is known of the models, where it is known. */
export interface KnownModels {
  /** The models and aliases that there are. */
  readonly names?: readonly string[]
  /** How long a model takes to answer nearly always (the 99th percentile), in milliseconds, where that was measured. */
  latencyMs?(model: string): number | undefined
}

/** What is wrong at one place of a policy. The message has the value and what would be right. */
export interface PolicyProblem {
  /** As in `answer.consensus.of`. */
  readonly path: string
  readonly message: string
}

/** Everything that is wrong with a policy whose shape is right; empty where it can be used. */
export function policyProblems(spec: PolicySpec, known: KnownModels = {}): PolicyProblem[] {
  const problems: PolicyProblem[] = []
  const report = (path: string, message: string): void => void problems.push({ path, message })
  if (depthOf(spec.answer) > MAX_DEPTH) {
    report('answer', `has rules more than ${MAX_DEPTH} deep; it must be flatter`)
    return problems
  }
  const budgetMs = effectiveBudgetMs(spec.budgetMs)
  if (spec.budgetMs !== undefined && !(spec.budgetMs <= MAX_BUDGET_MS)) {
    report('budgetMs', `is ${spec.budgetMs}, but must be at most ${MAX_BUDGET_MS} (a day, in ms)`)
  }
  checkTree(spec.answer, 'answer', { report, known, budgetMs })
  checkBanditNames(spec.answer, report)
  checkListeners(spec, report)
  checkCache(spec, report)
  checkKnown(spec, known, report)
  return problems
}

/** Throws `policy.invalid` with all that is wrong with a policy. */
export function checkPolicy(spec: PolicySpec, known: KnownModels = {}): void {
  const problems = policyProblems(spec, known)
  if (problems.length === 0) return
  const name = spec.name === undefined ? 'the policy' : `policy '${spec.name}'`
  const all = problems.map(({ path, message }) => `${path} ${message}`).join('; ')
  throw new SluiceError('policy.invalid', `${name} can't be used: ${all}`, { details: { problems: problems.length } })
}

export type Report = (path: string, message: string) => void

export interface RuleContext {
  readonly report: Report
  readonly known: KnownModels
  /** What is left of the budget, at most, at this place. */
  readonly budgetMs: number
}

function depthOf(rule: RuleSpec, from = 1): number {
  if (from > MAX_DEPTH) return from
  return Math.max(from, ...partsOf(rule).map((part) => depthOf(part.rule, from + 1)))
}

function checkTree(rule: RuleSpec, path: string, context: RuleContext): void {
  checkRule(rule, path, context)
  const budgetMs = typeof rule === 'object' && 'within' in rule ? Math.min(context.budgetMs, rule.within.ms) : context.budgetMs
  for (const part of partsOf(rule)) checkTree(part.rule, `${path}.${part.path}`, { ...context, budgetMs })
}

/** Rewards name a bandit, so there must be one of that name. The same bandit may stand in several steps of a schedule. */
function checkBanditNames(answer: RuleSpec, report: Report): void {
  const seen = new Map<string, string>()
  const visit = (rule: RuleSpec, path: string): void => {
    if (typeof rule === 'object' && 'bandit' in rule) {
      const text = JSON.stringify(rule)
      const before = seen.get(rule.bandit.name)
      if (before !== undefined && before !== text)
        report(`${path}.bandit.name`, `is '${rule.bandit.name}', as another bandit's is; it must be its own`)
      seen.set(rule.bandit.name, text)
    }
    for (const part of partsOf(rule)) visit(part.rule, `${path}.${part.path}`)
  }
  visit(answer, 'answer')
}

/** Models that never answer must be others than those that do. */
function checkListeners(spec: PolicySpec, report: Report): void {
  const parts = new Map(modelsOf(spec.answer).map((model) => [model, 'answer']))
  const listeners = [
    ...(spec.shadow ?? []).map(({ model }, i) => ({ model, path: `shadow[${i}].model`, part: 'shadow' })),
    ...(spec.reference ?? []).map((model, i) => ({ model, path: `reference[${i}]`, part: 'reference' })),
    ...(spec.decoy ?? []).map((model, i) => ({ model, path: `decoy[${i}]`, part: 'decoy' })),
  ]
  for (const { model, path, part } of listeners) {
    const before = parts.get(model)
    if (before !== undefined) report(path, `is '${model}', which is ${before} already; a ${part} must be another model`)
    parts.set(model, part)
  }
  for (const [i, { percent }] of (spec.shadow ?? []).entries()) {
    if (percent !== undefined && !(percent > 0 && percent <= 100))
      report(`shadow[${i}].percent`, `is ${percent}, but must be more than 0 and at most 100`)
  }
  const arms = [...parts.values()].filter((part) => part !== 'decoy').length
  if (arms > MAX_ARMS) report('answer', `takes ${arms} models, with shadows and references; it must be at most ${MAX_ARMS}`)
}

function checkCache({ answer, shadow = [], reference = [], cache }: PolicySpec, report: Report): void {
  if (cache === undefined) return
  const { entries, of = [] } = cache
  if (!(Number.isInteger(entries) && entries >= 1 && entries <= MAX_CACHE_ENTRIES))
    report('cache.entries', `is ${entries}, but must be a whole number from 1 to ${MAX_CACHE_ENTRIES}`)
  const models = [...modelsOf(answer), ...shadow.map(({ model }) => model), ...reference]
  for (const [i, model] of of.entries())
    if (!models.includes(model)) report(`cache.of[${i}]`, `is '${model}', but must be one of the policy's models: ${models.join(', ')}`)
  if (cache.of?.length === 0) report('cache.of', 'is empty; leave it out for all models, or leave the cache out')
}

function checkKnown(spec: PolicySpec, { names }: KnownModels, report: Report): void {
  if (names === undefined) return
  const check = (model: string, path: string): void => {
    if (names.includes(model)) return
    const some = names.length === 0 ? 'there is none yet' : names.slice(0, 10).join(', ') + (names.length > 10 ? ', …' : '')
    report(path, `names model '${model}', but must name one of those that there are: ${some}`)
  }
  for (const model of modelsOf(spec.answer)) check(model, 'answer')
  for (const [i, { model }] of (spec.shadow ?? []).entries()) check(model, `shadow[${i}].model`)
  for (const [i, model] of (spec.reference ?? []).entries()) check(model, `reference[${i}]`)
}
