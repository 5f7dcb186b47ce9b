import { expect } from 'vitest'
import type { LoggedRecord } from './logged-record.ts'
import { findOutcomes, type Marker, markerProblems, type Outcome } from './outcomes.ts'
import type { System, SystemStream } from './system.ts'

export type { Marker, Outcome } from './outcomes.ts'

/** What a stopped system left on its log. */
export interface Leavings {
  readonly outcomes: readonly Outcome[]
  readonly markers: readonly Marker[]
}

/**
 * Reads all that a stopped system left, and fails unless every input has exactly one output or dead letter, outputs stand in the
 * order of the inputs, headers and values say the same, and the swap markers say which version answered at every offset.
 */
export async function checkLeavings(system: System): Promise<Leavings> {
  const { world, topics, streams } = system
  const swaps = await world.read(topics.swaps)
  const markers = swaps.map(({ value }) => JSON.parse(value!.toString()) as Marker)
  const letters = await world.read(topics.deadLetters)
  const outcomes: Outcome[] = []
  for (const stream of streams) {
    const { input, output } = system.topicsOf(stream.name)
    const inputs = await world.read(input)
    const counts = system.sent.get(stream.name)!
    expect(countByPartition(inputs, counts.length), `records on ${input}`).toEqual(counts)
    const ours = letters.filter(({ headers }) => headers.get('sluice_topic') === input)
    const found = pairUp(stream, inputs, { outputs: await world.read(output), deadLetters: ours })
    checkMarkers(
      found,
      markers.filter(({ topic }) => topic === input),
    )
    outcomes.push(...found)
  }
  return { outcomes, markers }
}

/** The one outcome of each input. Fails where there is none or another, or where outputs are not in the inputs' order. */
export function pairUp(
  stream: Pick<SystemStream, 'name' | 'format'>,
  inputs: readonly LoggedRecord[],
  answers: { readonly outputs: readonly LoggedRecord[]; readonly deadLetters: readonly LoggedRecord[] },
): readonly Outcome[] {
  const { outcomes, problems } = findOutcomes(stream, inputs, answers)
  expect({ problems: problems.slice(0, 10), of: problems.length }, `the answers of ${stream.name}`).toEqual({ problems: [], of: 0 })
  return outcomes
}

/** Fails unless the markers say, at every offset, the version that answered there; and each names the one before it. */
export function checkMarkers(outcomes: readonly Outcome[], markers: readonly Marker[]): void {
  const problems = markerProblems(outcomes, markers)
  expect({ problems: problems.slice(0, 10), of: problems.length }, 'swap markers and answers').toEqual({ problems: [], of: 0 })
}

function countByPartition(records: readonly LoggedRecord[], partitions: number): number[] {
  const counts = Array.from({ length: partitions }, () => 0)
  for (const { partition } of records) counts[partition]!++
  return counts
}
