import { SluiceError } from '../../core/errors.ts'
import { type LightGbmText, malformed, textIn } from './lightgbm-text.ts'

/**
 * The texts of the features that were pandas columns of categories: a record has the text, and the model its place in this list.
 * LightGBM keeps the lists in the order of the columns but does not say which features they are of. They are those of its parameter
 * categorical_feature, else those that the trees or feature_infos treat as categories. Throws `model.unsupported` where there are
 * more or fewer of them than lists.
 */
export function categoriesOfFeatures(text: LightGbmText, features: number): ReadonlyMap<number, readonly string[]> {
  const lists = text.pandasCategorical ?? []
  if (lists.length === 0) return new Map()
  const candidates = [declared(text), treatedAsCategories(text, features)]
  const found = candidates.find((candidate) => candidate?.length === lists.length)
  if (found === undefined) {
    const counts = `pandas_categorical has ${lists.length} lists of categories, and ${candidates[1]!.length} features are categorical`
    throw new SluiceError('model.unsupported', `${counts}: it can't be told which feature has which; ordered categories are not supported`)
  }
  return new Map(found.map((feature, i) => [feature, textsOf(lists[i]!)]))
}

function declared({ parameters }: LightGbmText): readonly number[] | undefined {
  const given = parameters.get('categorical_feature')
  if (given === undefined || !/^\d{1,9}(,\d{1,9})*$/.test(given)) return undefined
  return [...new Set(given.split(',').map(Number))].toSorted((a, b) => a - b)
}

function treatedAsCategories({ head, trees }: LightGbmText, features: number): readonly number[] {
  const infos = (textIn(head, 'feature_infos') ?? '').split(' ')
  const found = new Set(infos.flatMap((info, feature) => (/^-?\d+(:-?\d+)*$/.test(info) ? [feature] : [])))
  for (const tree of trees) {
    const splitFeatures = (textIn(tree, 'split_feature') ?? '').split(' ')
    const types = (textIn(tree, 'decision_type') ?? '').split(' ')
    for (const [i, type] of types.entries()) if ((Number(type) & 1) === 1) found.add(Number(splitFeatures[i]))
  }
  return [...found].filter((feature) => feature < features).toSorted((a, b) => a - b)
}

/** A number or boolean by its text, which is how a record's number becomes a category. */
function textsOf(list: readonly unknown[]): readonly string[] {
  const texts = list.map((value) => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw malformed('pandas_categorical has a category that is no text, number or boolean')
  })
  if (new Set(texts).size < texts.length) throw malformed('pandas_categorical has two categories of the same text')
  return texts
}
