import { type Decision, type StrayScore } from '../../src/policies/decisions/decision.ts'
import { readDecision, readStray } from '../../src/policies/decisions/decision-text.ts'
import type { StatisticsRecord } from '../../src/core/statistics.ts'
import type { JavaRead } from '../setup/java-client/java-client.ts'

/** What a stream with a policy left on the log, read by Java. */
export interface PoliciesLeft {
  readonly inputs: readonly JavaRead[]
  readonly outputs: readonly JavaRead[]
  readonly decisions: readonly JavaRead[]
  readonly statistics: readonly JavaRead[]
}

export interface Decided {
  readonly decision: Decision
  readonly late: readonly StrayScore[]
  readonly partition: number
  readonly input: JavaRead
}

export interface PoliciesVerdict {
  readonly decided: readonly Decided[]
  /** In words: what is lost, doubled or out of order, and what says something else than something else. */
  readonly problems: readonly string[]
}

/** Judges whether each input has one answer in order, each answer one decision that says the same, and the statistics are the counts of the decisions. */
export function judgePolicies(left: PoliciesLeft): PoliciesVerdict {
  const problems: string[] = []
  const inputs = new Map(left.inputs.map((input) => [`${input.partition}:${input.offset}`, input]))
  const decisions = new Map<string, Decision>()
  const late = new Map<string, StrayScore[]>()
  for (const { value } of left.decisions) {
    const text = value!.toString()
    if ('why' in (JSON.parse(text) as object)) {
      const stray = readStray(text)
      const known = late.get(stray.id) ?? []
      if (known.some(({ model }) => model === stray.model)) problems.push(`${stray.id}: ${stray.model} is late twice`)
      late.set(stray.id, [...known, stray])
    } else {
      const decision = readDecision(text)
      if (decisions.has(decision.id)) problems.push(`${decision.id} has two decisions`)
      decisions.set(decision.id, decision)
    }
  }
  const decided: Decided[] = []
  const answered = new Set<string>()
  const last = new Map<number, number>()
  for (const { partition, headers } of left.outputs) {
    const {
      ce_id: id = '',
      sluice_model: model,
      sluice_score: score,
    } = Object.fromEntries(headers.map(([name, text]) => [name, String(text)]))
    const decision = decisions.get(id)
    const input = inputs.get(id)
    const place = Number(id.split(':')[1])
    if (answered.has(id)) problems.push(`${id} has two answers`)
    answered.add(id)
    if (place !== (last.get(partition) ?? -1) + 1) problems.push(`${id} comes after ${last.get(partition)}`)
    last.set(partition, place)
    if (decision === undefined || input === undefined) problems.push(`${id} has no ${input === undefined ? 'input' : 'decision'}`)
    else {
      const said = `${idOf(decision)} ${decision.value}`
      if (said !== `${model} ${score}`) problems.push(`${id}: the answer is ${model} ${score}, the decision ${said}`)
      decided.push({ decision, late: late.get(id) ?? [], partition, input })
    }
  }
  for (const id of inputs.keys()) if (!answered.has(id)) problems.push(`${id} has no answer`)
  for (const id of [...decisions.keys(), ...late.keys()]) if (!answered.has(id)) problems.push(`${id} has a decision, but no answer`)
  return { decided, problems: [...problems, ...statisticsProblems(decided, left.statistics)] }
}

const COUNTS = ['usage', 'scored', 'failed', 'late', 'chosen', 'compared', 'agreed'] as const

function statisticsProblems(decided: readonly Decided[], statistics: readonly JavaRead[]): string[] {
  const is = new Map<string, Record<string, number>>()
  const count = (model: string, what: (typeof COUNTS)[number]): void => {
    const counts = is.get(model) ?? Object.fromEntries(COUNTS.map((name) => [name, 0]))
    is.set(model, counts)
    counts[what]! += 1
  }
  for (const { decision, late } of decided) {
    if (decision.model !== null) for (const what of ['usage', 'chosen'] as const) count(idOf(decision), what)
    for (const score of [...decision.scores, ...late]) {
      if (score.outcome === 'removed') continue
      const model = idOf(score)
      if ('why' in score) count(model, 'late')
      count(model, score.outcome)
      if (score.outcome !== 'scored' || decision.value === null) continue
      count(model, 'compared')
      if (score.value === decision.value) count(model, 'agreed')
    }
  }
  const last = new Map<string, StatisticsRecord>()
  for (const { key, value } of statistics) last.set(String(key), JSON.parse(String(value)) as StatisticsRecord)
  const said = new Map<string, Record<string, number>>()
  for (const { model, usage, arm } of last.values()) {
    const sum = said.get(model) ?? Object.fromEntries(COUNTS.map((name) => [name, 0]))
    said.set(model, sum)
    for (const name of COUNTS) sum[name]! += name === 'usage' ? usage : (arm?.[name] ?? 0)
  }
  return [...new Set([...is.keys(), ...said.keys()])].flatMap((model) => {
    const [a, b] = [said, is].map((counts) => JSON.stringify(counts.get(model)))
    return a === b ? [] : [`statistics of ${model} are ${a}, the decisions ${b}`]
  })
}

/** The version that it was; an arm that goes by an alias says which model it was too. */
function idOf({ model, version }: { readonly model: string | null; readonly version: string | null }): string {
  return version?.includes('@') === true ? version : `${model}@${version}`
}
