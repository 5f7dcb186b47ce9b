import { keyOf } from '../batch.ts'
import { Dictionary } from '../dictionary.ts'
import { SluiceError } from '../errors.ts'
import type { Outcomes } from '../outcomes.ts'
import { addCacheCounts, type ModelStatistics, newArmCounts, newCacheCounts } from '../statistics.ts'
import type { ArmRun } from './arm-run.ts'
import type { CombinedAnswer } from './combined-answer.ts'
import type { LastCombined, PolicyGroup } from './policy-group.ts'
import { statisticsOf } from './statistics-of.ts'

/** Labels that defaults are made of: with `last-known`, as many as models made. */
const MAX_DEFAULTS = 65_536

/** One answer: who gave it, and where it is in the scores. One object serves all answers. */
export class ChosenAnswer {
  writer!: CombinedAnswer['writer']
  headers!: CombinedAnswer['headers']
  scores!: CombinedAnswer['scores']
  row = 0
  statistics!: ModelStatistics
}

/** Counts what the arms that are done did, and rejects the records that nobody answered where the policy has no default. Call it before answers are written. */
export function settleGroup(group: PolicyGroup, outcomes: Outcomes, changed: Set<ModelStatistics>): void {
  const { runs, decider, count, records, policy } = group
  for (const run of runs) {
    if (run.count === 0) continue
    if (run.settled) changed.add(countRun(group, run))
    // Some of its answers are there: they are written, and it is counted when it is done.
    else if (run.hasSome)
      run.statistics = statisticsOf(group.context.lane, group.dataType, { served: run.served!, clock: group.context.clock })
  }
  for (let i = 0; decider.lacksAnswers && i < count; i++)
    if (decider.chosen[i] === -2 && fallbackOf(group, records[i]!) === null) outcomes.reject(records[i]!, whyNot(group, i))
  if (policy.default === 'last-known') noteAnswers(group)
}

/** Counts what an arm did in the batch. */
export function countRun(group: PolicyGroup, run: ArmRun): ModelStatistics {
  const { lane, clock } = group.context
  const statistics = (run.statistics = statisticsOf(lane, group.dataType, { served: run.served!, clock }))
  const counts = (statistics.arm ??= newArmCounts())
  if (run.cancelled) counts.cancelled += run.count
  else {
    counts.cancelled += run.cancelledRows
    group.decider.tally(run.arm, counts)
    statistics.worked(run.frame.rows - run.cancelledRows, run.elapsedMs)
    if (run.frame.rows === 0 || run.frame.rows > run.cancelledRows) statistics.arrival.record(run.arrivedMs)
  }
  if (run.served!.cache !== undefined) addCacheCounts((statistics.cache ??= newCacheCounts()), run.cached)
  return statistics
}

/** The answer to record `i` of the batch, which must not be rejected. Ask in the order of the batch. */
export function answerTo(group: PolicyGroup, i: number, into: ChosenAnswer): void {
  const { records, decider, runs } = group
  while (records[group.at] !== i) group.at++
  const arm = decider.chosen[group.at]!
  if (arm < 0) return combinedAnswer(group, i, into)
  const run = runs[arm]!
  while (run.frame.records[run.row] !== i) run.row++
  const served = run.served!
  into.writer = served.writer
  into.headers = served.headers
  into.scores = run.scores
  into.row = run.row
  into.statistics = run.statistics!
}

function combinedAnswer(group: PolicyGroup, i: number, into: ChosenAnswer): void {
  const { decider, at } = group
  const isDefault = decider.chosen[at] === -2
  const fallback = isDefault ? fallbackOf(group, i)! : 0
  const label = isDefault ? typeof fallback === 'string' : decider.isLabel[at] === 1
  if (group.defaults.size > MAX_DEFAULTS) group.defaults = new Dictionary()
  const labels = label ? (isDefault ? group.defaults : decider.labels) : undefined
  const { answer, statistics } = combinedOf(group, labels, isDefault)
  answer.scores.values[0] = !isDefault ? decider.values[at]! : typeof fallback === 'string' ? group.defaults.add(fallback) : fallback
  into.writer = answer.writer
  into.headers = answer.headers
  into.scores = answer.scores
  into.row = 0
  into.statistics = statistics
}

function combinedOf(group: PolicyGroup, labels: Dictionary | undefined, isDefault: boolean): LastCombined {
  const { served, policy, dataType, combined, context, lastCombined: last } = group
  const asked = policy.asksAll ? -1 : group.asked[group.at]! | 0
  if (last !== undefined && last.isDefault === isDefault && last.labels === labels && last.asked === asked) return last
  const { stream, codec } = served
  const [name, version] = isDefault ? ['default', policy.name] : [policy.name, membersOf(group)]
  const answer = combined.of({ stream, codec, dataType, name, version, labels })
  const statistics = context.lane.statistics(dataType, answer.id, () => {
    return { dataType, model: answer.id, description: answer.description, format: 'policy', since: context.clock.now() }
  })
  return (group.lastCombined = { answer, statistics, isDefault, labels, asked })
}

/** The models that could have a part in an answer, as `a:1+b:3`: those that were asked for the record and are in service. */
function membersOf({ policy, served, asked, at }: PolicyGroup): string {
  const members = policy.arms.flatMap(({ role }, arm) => {
    const wasAsked = policy.asksAll || (asked[at]! & (1 << arm)) !== 0
    const descriptor = served.arms[arm]?.loaded.descriptor
    return role === 'answer' && wasAsked && descriptor !== undefined ? [`${descriptor.name}:${descriptor.version}`] : []
  })
  return members.join('+')
}

/** What is answered to a record of the batch where nobody did; null for nothing. */
export function fallbackOf({ policy, context, dataType }: PolicyGroup, record: number): number | string | null {
  if (policy.default === 'none') return null
  if (typeof policy.default === 'object') return policy.default.value
  const key = keyOf(context.batch, record)
  return key === undefined ? null : (context.lane.lastAnswers(dataType).get(key) ?? null)
}

function noteAnswers({ decider, count, records, context, dataType }: PolicyGroup): void {
  const answers = context.lane.lastAnswers(dataType)
  for (let i = 0; i < count; i++) {
    const key = keyOf(context.batch, records[i]!)
    if (decider.chosen[i] === -2 || key === undefined) continue
    const value = decider.values[i]!
    answers.set(key, decider.isLabel[i] === 1 ? decider.labels.text(value) : value)
  }
}

/** Why nobody answered the record at a place of the group. */
function whyNot(group: PolicyGroup, at: number): SluiceError {
  const { runs, policy, records, asked, served, dataType } = group
  const arms = policy.arms.flatMap(({ role }, arm) => {
    return role === 'answer' && (policy.asksAll || (asked[at]! & (1 << arm)) !== 0) ? [arm] : []
  })
  for (const arm of arms) {
    const error = runs[arm]!.outcomes.error(records[at]!)
    if (error !== undefined) return error
  }
  const names = arms.map((arm) => policy.arms[arm]!.model).join(', ')
  const details = { dataType, policy: policy.name }
  if (arms.every((arm) => served.arms[arm] === undefined)) {
    return new SluiceError(
      'record.no-model',
      `no model serves data type '${dataType}' as ${names}, which its policy '${policy.name}' asks`,
      {
        details,
      },
    )
  }
  const message = `none of ${names} had answered after ${policy.budgetMs} ms, and the policy '${policy.name}' of '${dataType}' has no default`
  return new SluiceError('record.no-answer', message, { details })
}
