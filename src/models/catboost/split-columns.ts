import { SluiceError } from '../../core/errors.ts'
import type { Document } from '../trees/document.ts'
import type { ColumnPlan } from '../trees/tree-plan.ts'
import { at, type CatBoostFeatures } from './features.ts'

/** A split as the forest has it: to the right where the cell of the column is above the border. */
export interface Split {
  readonly column: number
  readonly border: number
  readonly missingIsAbove: boolean
}

/** The columns of a CatBoost forest, made as splits ask for them: numbers, categories that are a certain one, and statistics. */
export class SplitColumns {
  readonly plans: ColumnPlan[] = []
  /** The inputs that some column depends on. */
  readonly used = new Set<number>()
  readonly #features: CatBoostFeatures
  readonly #known = new Map<string, number>()

  constructor(features: CatBoostFeatures) {
    this.#features = features
  }

  split(split: Document): Split {
    const type = split.get('split_type').text
    if (type === 'FloatFeature') {
      const { input, missingIsAbove } = at(this.#features.floats, split.get('float_feature_index'))
      return { column: this.#of({ as: 'number', input }, input), border: this.#border(split), missingIsAbove }
    }
    if (type === 'OneHotFeature') {
      const { input } = at(this.#features.categories, split.get('cat_feature_index'))
      const hash = split.get('value').number | 0
      return { column: this.#of({ as: 'equals', input, hash }, input), border: 0.5, missingIsAbove: false }
    }
    if (type !== 'OnlineCtr') {
      throw new SluiceError('model.unsupported', `the CatBoost model has splits of type '${type.slice(0, 50)}', which are not supported`)
    }
    const ctr = this.#features.ctrOfSplit(split.get('split_index').count)
    const column = this.#of({ as: 'ctr', ctr })
    for (const { input } of this.#features.ctrs[ctr]!.elements) this.used.add(input)
    return { column, border: this.#border(split), missingIsAbove: false }
  }

  #border(split: Document): number {
    return Math.fround(split.get('border').number)
  }

  #of(plan: ColumnPlan, input?: number): number {
    const key = Object.values(plan).join()
    let column = this.#known.get(key)
    if (column === undefined) this.#known.set(key, (column = this.plans.push(plan) - 1))
    if (input !== undefined) this.used.add(input)
    return column
  }
}
