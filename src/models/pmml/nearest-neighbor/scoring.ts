import type { CategoricalScoring, ContinuousScoring } from './nearest-neighbor-plan.ts'
import type { Neighborhood } from './neighborhood.ts'

/** How much a neighbor counts, by its place in the neighborhood. */
export type Weigh = (neighborhood: Neighborhood, place: number) => number

/** Near instances count more: the reciprocal of the distance, or the similarity itself. */
export function weighing(similarity: boolean, threshold: number): Weigh {
  return similarity ? ({ measures }, place) => measures[place]! : ({ measures }, place) => 1 / (measures[place]! + threshold)
}

type Summarize = (neighborhood: Neighborhood, values: Float64Array, weigh: Weigh) => number

/** The number that stands for the neighbors' values (PMML 4.4.1, KNN, continuousScoringMethod). */
export const CONTINUOUS: Readonly<Record<ContinuousScoring, Summarize>> = {
  average: ({ count, indices }, values) => {
    let sum = 0
    for (let i = 0; i < count; i++) sum += values[indices[i]!]!
    return sum / count
  },
  weightedAverage: (neighborhood, values, weigh) => {
    let [sum, weights] = [0, 0]
    for (let i = 0; i < neighborhood.count; i++) {
      const weight = weigh(neighborhood, i)
      sum += weight * values[neighborhood.indices[i]!]!
      weights += weight
    }
    return sum / weights
  },
  median: ({ count, indices }, values) => {
    const sorted = Float64Array.from({ length: count }, (_, i) => values[indices[i]!]!).sort()
    const middle = count >> 1
    return count % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  },
}

/** Adds up the neighbors' votes for their classes; -1 is no class. */
export function castVotes(
  neighborhood: Neighborhood,
  parts: { classes: Int32Array; votes: Float64Array; method: CategoricalScoring; weigh: Weigh },
): void {
  const { classes, votes, method, weigh } = parts
  votes.fill(0)
  for (let i = 0; i < neighborhood.count; i++) {
    const voted = classes[neighborhood.indices[i]!]!
    if (voted >= 0) votes[voted]! += method === 'majorityVote' ? 1 : weigh(neighborhood, i)
  }
}
