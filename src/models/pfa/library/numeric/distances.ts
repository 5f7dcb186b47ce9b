import type { Value } from '../../values/value.ts'

/** A distance, or any other number by which points are chosen. */
export type Metric = (x: Value, y: Value) => number

export const numberLess = (x: number, y: number): boolean => x < y

/** The squared distance of two vectors, in as many dimensions as both have. */
function squaredEuclidean(x: readonly number[], y: readonly number[]): number {
  const length = Math.min(x.length, y.length)
  let sum = 0
  for (let i = 0; i < length; i++) {
    const difference = x[i]! - y[i]!
    sum += difference * difference
  }
  return sum
}

/** Where a document gives no metric. */
export const defaultMetric: Metric = (x, y) => squaredEuclidean(x as number[], y as number[])
