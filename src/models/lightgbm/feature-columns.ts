import { SluiceError } from '../../core/errors.ts'
import type { ColumnPlan, TreeInput } from '../trees/tree-plan.ts'

/** How the cells of a feature are read. */
type Way = 'number' | 'zeroIsMissing' | 'integer' | 'codes'

/**
 * The columns of a LightGBM forest, made as splits ask for them: a feature has one for each way in which its cells are read, which
 * is one unless trainings with different settings were chained.
 */
export class FeatureColumns {
  readonly plans: ColumnPlan[] = []
  readonly #categories: ReadonlyMap<number, readonly string[]>
  /** By way of reading: a feature's column. */
  readonly #known: Record<Way, number[]> = { number: [], zeroIsMissing: [], integer: [], codes: [] }

  /** The texts of the features that have some. */
  constructor(categories: ReadonlyMap<number, readonly string[]>) {
    this.#categories = categories
  }

  ofNumbers(feature: number, zeroIsMissing: boolean): number {
    if (this.#categories.has(feature)) {
      if (!zeroIsMissing) return this.ofCategories(feature)
      throw new SluiceError('model.unsupported', `feature ${feature} has ordered categories with zero_as_missing, which is not supported`)
    }
    return this.#of(zeroIsMissing ? 'zeroIsMissing' : 'number', feature)
  }

  ofCategories(feature: number): number {
    if (this.#categories.has(feature)) return this.#of('codes', feature)
    return this.#of('integer', feature)
  }

  /** The input for a feature, once all splits are known. */
  input(feature: number, name: string): TreeInput {
    const categories = this.#categories.get(feature)
    return { name, used: Object.values(this.#known).some((columns) => columns[feature] !== undefined), ...(categories && { categories }) }
  }

  #of(as: Way, input: number): number {
    const known = this.#known[as][input]
    if (known !== undefined) return known
    const column = this.plans.push(as === 'codes' ? { as, input, strict: false } : { as, input }) - 1
    this.#known[as][input] = column
    return column
  }
}
