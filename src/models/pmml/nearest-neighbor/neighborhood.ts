import type { Compare } from '../comparison/compile-comparison.ts'

/** The nearest instances to a row, best first: equals in the order of the instances. */
export class Neighborhood {
  readonly indices: Int32Array
  readonly measures: Float64Array
  /** How many there are; 0 where the row can't be compared. */
  count = 0
  readonly #sign: number

  constructor(size: number, similarity: boolean) {
    this.indices = new Int32Array(size)
    this.measures = new Float64Array(size)
    this.#sign = similarity ? -1 : 1
  }

  // oxlint-disable-next-line max-params -- called for every row
  find(row: Float64Array, instances: Float64Array, rows: number, compare: Compare): void {
    const { indices, measures } = this
    const sign = this.#sign
    this.count = 0
    for (let r = 0; r < rows; r++) {
      const measure = compare(row, instances, r * row.length)
      if (Number.isNaN(measure)) continue
      const full = this.count === indices.length
      if (full && sign * measure >= sign * measures[this.count - 1]!) continue
      let at = full ? this.count - 1 : this.count++
      for (; at > 0 && sign * measures[at - 1]! > sign * measure; at--) {
        measures[at] = measures[at - 1]!
        indices[at] = indices[at - 1]!
      }
      measures[at] = measure
      indices[at] = r
    }
  }
}
