import type { Evaluate } from './operand.ts'

/** Some cells that stand together, of which each stands for one of as many entities. */
export interface RankedCells {
  readonly first: number
  readonly count: number
  /** Whether the largest is the best. */
  readonly descending: boolean
}

/** The index of the entity of a rank, the best being 1 and the first of equals before the others; NaN where there is none. */
export function rankedIndex({ first, count, descending }: RankedCells, rank: number): Evaluate {
  const sign = descending ? -1 : 1
  return (cells, at) => {
    let index = -1
    for (let r = 0; r < rank; r++) {
      const [after, least] = [index, index < 0 ? -Infinity : sign * cells[at + first + index]!]
      let [best, lowest] = [-1, Infinity]
      for (let i = 0; i < count; i++) {
        const value = sign * cells[at + first + i]!
        const isLater = value > least || (value === least && i > after)
        if (isLater && (value < lowest || best < 0)) [best, lowest] = [i, value]
      }
      if (best < 0) return NaN
      index = best
    }
    return index
  }
}
