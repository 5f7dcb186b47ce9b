import type { RunKernels } from './kernel.ts'

/** With more numbers than this share that are not zero, vectors are compared one by one. */
const LARGEST_SHARE = 0.3

/**
 * Squared distances of a row from vectors that are mostly zeros, as indicators of categories are: field by field, where only vectors that
 * are not zero there are looked at if the row is. Each distance is summed in the order of the fields, and a zero that is left out changes
 * no sum, so the results have the same bits as those of a loop over vectors. Undefined where the vectors are not of that kind.
 */
export function sparseDistances(vectors: Float64Array, numbers: Int32Array, size: number): RunKernels | undefined {
  const count = numbers.length
  const columns = new Float64Array(count * size)
  const starts = new Int32Array(size + 1)
  const places: number[] = []
  for (let i = 0; i < size; i++) {
    for (let u = 0; u < count; u++) {
      const value = vectors[numbers[u]! * size + i]!
      columns[i * count + u] = value
      if (value !== 0) places.push(u)
    }
    starts[i + 1] = places.length
  }
  if (places.length > count * size * LARGEST_SHARE) return undefined
  const filled = Int32Array.from(places)
  const squares = new Float64Array(filled.length)
  for (let i = 0; i < size; i++) for (let p = starts[i]!; p < starts[i + 1]!; p++) squares[p] = columns[i * count + filled[p]!]! ** 2
  return (row, alike) => {
    alike.fill(0, 0, count)
    for (let i = 0; i < size; i++) {
      const value = row[i]!
      if (value === 0) {
        for (let p = starts[i]!; p < starts[i + 1]!; p++) alike[filled[p]!]! += squares[p]!
        continue
      }
      for (let u = 0, at = i * count; u < count; u++, at++) {
        const difference = value - columns[at]!
        alike[u]! += difference * difference
      }
    }
  }
}
