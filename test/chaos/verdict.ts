import { ModelStatistics } from '../../src/core/statistics.ts'
import type { LoggedRecord } from '../system/logged-record.ts'
import { findOutcomes, type Marker, markerProblems, type Outcome } from '../system/outcomes.ts'

/** All that a stream left, as an independent reader of committed records found it. */
export interface Left {
  readonly stream: string
  readonly inputs: readonly LoggedRecord[]
  readonly outputs: readonly LoggedRecord[]
  readonly deadLetters: readonly LoggedRecord[]
  readonly swaps: readonly LoggedRecord[]
  readonly statistics: readonly LoggedRecord[]
}

export interface Verdict {
  readonly inputs: number
  readonly lost: number
  readonly duplicated: number
  /** In words: answers that are lost, doubled or out of order, markers and statistics that say something else than the answers. */
  readonly problems: readonly string[]
}

/** Judges whether every input has exactly one answer, in order, by the version that the markers say, and the statistics are the counts of the answers. */
export function judge(left: Left): Verdict {
  const { stream, inputs, outputs, deadLetters } = left
  const found = findOutcomes({ name: stream, format: 'json' }, inputs, { outputs, deadLetters })
  const markers = left.swaps.map(({ value }) => JSON.parse(value!.toString()) as Marker)
  const problems = [...found.problems, ...markerProblems(found.outcomes, markers), ...statisticsProblems(found.outcomes, left.statistics)]
  return { inputs: inputs.length, lost: found.lost, duplicated: found.duplicated, problems }
}

function statisticsProblems(outcomes: readonly Outcome[], records: readonly LoggedRecord[]): string[] {
  const last = new Map(records.map(({ partition, key, value }) => [`${partition} ${String(key)}`, value!.toString()]))
  const told = new Map<string, number>()
  for (const [key, value] of last) {
    const { usage, rejected, model } = ModelStatistics.fromJSON(JSON.parse(value) as ReturnType<ModelStatistics['toJSON']>)
    const partition = key.split(' ', 1)[0]!
    count(told, `${partition} ${model} scored`, usage)
    count(told, `${partition} rejected`, rejected)
  }
  const counted = new Map<string, number>()
  for (const { partition, model, answer } of outcomes) {
    count(counted, answer === undefined ? `${partition} rejected` : `${partition} ${model} scored`, 1)
  }
  const keys = new Set([...told.keys(), ...counted.keys()])
  return [...keys].flatMap((key) => {
    const [said, is] = [told.get(key) ?? 0, counted.get(key) ?? 0]
    return said === is ? [] : [`statistics of ${key} are ${said}, the answers are ${is}`]
  })
}

function count(counts: Map<string, number>, key: string, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more)
}
