import { SluiceError } from '../../core/errors.ts'
import type { ColumnPlan, TreeInput } from '../trees/tree-plan.ts'

/**
 * The columns of a LightGBM forest, made as splits ask for them: a feature has one for each way in which its cells are read, which
 * is one unless trainings with different settings were chained.
 */
export class FeatureColumns {
  readonly plans: ColumnPlan[] = []
  readonly #categories: ReadonlyMap<number, readonly string[]>
  readonly #known = new Map<string, number>()
  readonly #used = new Set<number>()

  /** The texts of the features that have some. */
  constructor(categories: ReadonlyMap<number, readonly string[]>) {
    this.#categories = categories
  }

  ofNumbers(feature: number, zeroIsMissing: boolean): number {
    if (this.#categories.has(feature)) {
      if (!zeroIsMissing) return this.ofCategories(feature)
      throw new SluiceError('model.unsupported', `feature ${feature} has ordered categories with zero_as_missing, which is not supported`)
    }
    return this.#of({ as: zeroIsMissing ? 'zeroIsMissing' : 'number', input: feature })
  }

  ofCategories(feature: number): number {
    if (this.#categories.has(feature)) return this.#of({ as: 'codes', input: feature, strict: false })
    return this.#of({ as: 'integer', input: feature })
  }

  /** The input for a feature, once all splits are known. */
  input(feature: number, name: string): TreeInput {
    const categories = this.#categories.get(feature)
    return { name, used: this.#used.has(feature), ...(categories && { categories }) }
  }

  #of(plan: ColumnPlan & { readonly input: number }): number {
    const key = `${plan.as} ${plan.input}`
    let column = this.#known.get(key)
    if (column === undefined) {
      column = this.plans.push(plan) - 1
      this.#known.set(key, column)
      this.#used.add(plan.input)
    }
    return column
  }
}
