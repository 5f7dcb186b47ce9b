import type { RuleSpec } from '../../core/policy-spec.ts'

/** What a model said of an input: a value with its confidence, or that it won't say any. */
export type Said = { readonly value: number | string; readonly confidence: number } | 'failed' | 'removed'

export interface Known {
  readonly said: ReadonlyMap<string, Said>
  readonly elapsedMs: number
  readonly final: boolean
}

/** The answer and the model whose it is, where it is one's; or that it must be waited for; or that there will be none. */
export type Plain = { readonly value: number | string; readonly confidence: number; readonly model: string | null } | 'wait' | 'never'

/**
 * The rules once more, written for reading and not for speed: what the rules of `rules/` are held against. Splits and bandits are left out.
 */
export function plainly(rule: RuleSpec, known: Known): Plain {
  const each = (rules: readonly RuleSpec[]): Plain[] => rules.map((part) => plainly(part, known))
  if (typeof rule === 'string') {
    const said = known.said.get(rule)
    if (said === undefined) return known.final ? 'never' : 'wait'
    return typeof said === 'string' ? 'never' : { ...said, model: rule }
  }
  if ('primary' in rule) return plainly(rule.primary, known)
  if ('within' in rule) return plainly(rule.within.answer, { ...known, final: known.final || known.elapsedMs >= rule.within.ms })
  if ('speculative' in rule) {
    const { smart, fast, afterMs } = rule.speculative
    const schedule = [
      { afterMs: 0, accept: [smart] },
      { afterMs, accept: [smart, fast] },
    ]
    return plainly({ rendezvous: { schedule, atDeadline: [smart, fast] } }, known)
  }
  if ('rendezvous' in rule) {
    const { schedule } = rule.rendezvous
    const preferred = rule.rendezvous.atDeadline ?? schedule.toReversed().flatMap((step) => step.accept)
    const first = schedule.findLastIndex((step) => step.afterMs <= known.elapsedMs)
    if (!known.final && first === -1) {
      return each([...preferred, ...schedule.flatMap((step) => step.accept)]).every((plain) => plain === 'never') ? 'never' : 'wait'
    }
    for (const step of known.final ? [] : schedule.slice(first)) {
      const answers = each(step.accept)
      const answer = answers.find(isAnswer)
      if (answer !== undefined) return answer
      if (answers.includes('wait')) return 'wait'
    }
    const last = each(preferred)
    return last.find(isAnswer) ?? (last.includes('wait') ? 'wait' : 'never')
  }
  if ('cascade' in rule) {
    const stages = each(rule.cascade.stages)
    const begun = stages.slice(0, stages.includes('wait') ? stages.indexOf('wait') : stages.length)
    const enough = begun.filter(isAnswer).find(({ confidence }) => confidence >= (rule.cascade.enough ?? Infinity))
    if (enough !== undefined) return enough
    const last = stages.findLastIndex((stage) => stage !== 'never')
    return last === -1 ? 'never' : stages[last]!
  }
  if ('consensus' in rule) {
    const members = each(rule.consensus.of)
    const serving = rule.consensus.of.filter((part) => !isGone(part, known)).length
    const votes = Map.groupBy(members.filter(isAnswer), ({ value }) => value)
    const most = [...votes.values()].sort((a, b) => b.length - a.length)[0]
    if (most !== undefined && most.length > serving / 2) return { ...most[0]!, confidence: most.length / serving }
    if (members.includes('wait')) return 'wait'
    return most === undefined ? 'never' : { ...most[0]!, confidence: most.length / serving }
  }
  if ('quality' in rule) {
    const members = each(rule.quality.of)
    const best = members.filter(isAnswer).sort((a, b) => b.confidence - a.confidence)[0]
    if (best !== undefined && best.confidence >= (rule.quality.enough ?? Infinity)) return best
    if (members.includes('wait')) return 'wait'
    return best ?? 'never'
  }
  if ('bagging' in rule && rule.bagging.by === 'mean') {
    const members = each(rule.bagging.of)
    if (members.includes('wait')) return 'wait'
    const numbers = members.filter(isAnswer).filter(({ value }) => typeof value === 'number')
    if (numbers.length === 0) return 'never'
    const serving = rule.bagging.of.filter((part) => !isGone(part, known)).length
    const sum = numbers.reduce((total, { value }) => total + Number(value), 0)
    return { value: sum / numbers.length, confidence: numbers.length / serving, model: null }
  }
  throw new RangeError(`no plain version of ${JSON.stringify(rule)}`)
}

function isAnswer(plain: Plain): plain is Exclude<Plain, string> {
  return typeof plain === 'object'
}

function isGone(rule: RuleSpec, known: Known): boolean {
  const models = JSON.stringify(rule).match(/(?<=")[a-e](?=")/g) ?? []
  return models.every((model) => known.said.get(model) === 'removed')
}
