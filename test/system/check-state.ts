import { expect } from 'vitest'
import type { DataTypeState } from '../../src/api/contract/state.ts'
import type { Outcome } from './check-answers.ts'

/** Fails unless the statistics of a data type are the counts of what is on the log. */
export function checkState(state: DataTypeState, outcomes: readonly Outcome[]): void {
  const { dataType } = state
  const usage: Record<string, number> = {}
  const rejected: Record<string, number> = {}
  const rejections: Record<string, number> = {}
  for (const { answer, model, deadLetter } of outcomes) {
    if (answer !== undefined) usage[model!] = (usage[model!] ?? 0) + 1
    if (deadLetter?.headers.get('sluice_data_type') !== dataType) continue
    const code = deadLetter.headers.get('sluice_error')!
    rejections[code] = (rejections[code] ?? 0) + 1
    if (model !== undefined) rejected[model] = (rejected[model] ?? 0) + 1
  }
  const told = (pick: (version: DataTypeState['versions'][number]) => number): Record<string, number> =>
    Object.fromEntries(state.versions.map((version): [string, number] => [version.id, pick(version)]).filter(([, count]) => count > 0))
  expect(
    told((version) => version.usage),
    'records scored, by version',
  ).toEqual(usage)
  expect(
    told((version) => version.rejected),
    'records rejected, by version',
  ).toEqual(rejected)
  expect(state.totals).toEqual({ scored: sum(usage), rejected: sum(rejections), rejections })
  for (const { id, usage: used, duration, min, max } of state.versions) {
    if (used === 0) continue
    expect(min, `the shortest time of ${id}`).toBeLessThanOrEqual(max!)
    expect(duration, `the total time of ${id}`).toBeGreaterThanOrEqual(max!)
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}
