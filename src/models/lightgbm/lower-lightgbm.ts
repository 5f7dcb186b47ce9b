import { SluiceError } from '../../core/errors.ts'
import { textOf } from '../trees/document.ts'
import { declaredCategories } from '../trees/declared-categories.ts'
import { featureNames } from '../trees/feature-names.ts'
import { ForestBuilder, type SourceNode } from '../trees/forest-builder.ts'
import type { TreePlan } from '../trees/tree-plan.ts'
import { FeatureColumns } from './feature-columns.ts'
import { countOf, malformed, numbersOf, type Section, splitLightGbmText, textIn, valueOf } from './lightgbm-text.ts'
import { linkOfObjective } from './objectives.ts'
import { categoriesOfFeatures } from './pandas-categories.ts'

const MAX_FEATURES = 100_000
const MAX_CLASSES = 10_000

/** Bits of a node's decision_type, and the values of its bits 2 and 3 (include/LightGBM/tree.h). */
const CATEGORICAL = 1
const DEFAULT_LEFT = 2
const MISSING = { none: 0, zero: 1, nan: 2 } as const

/** Makes the plan of a LightGBM text model. Throws `model.malformed` or `model.unsupported`. */
export function lowerLightGbm(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): TreePlan {
  const text = splitLightGbmText(textOf(bytes, 'a LightGBM text model'))
  const { head, trees } = text
  const features = countOf(head, 'max_feature_idx', 'the model') + 1
  const sums = countOf(head, 'num_tree_per_iteration', 'the model')
  if (features > MAX_FEATURES)
    throw new SluiceError('model.unsupported', `the model has ${features} features; at most ${MAX_FEATURES} are allowed`)
  if (sums < 1 || sums > MAX_CLASSES || trees.length % sums !== 0)
    throw malformed(`it has ${trees.length} trees and num_tree_per_iteration ${sums}`)
  const own = valueOf(head, 'feature_names', 'the model').split(' ')
  if (own.length !== features) throw malformed(`feature_names has ${own.length} names, and max_feature_idx is ${features - 1}`)
  const { names, positional } = featureNames({ names: own, positional: own.every((name, i) => name === `Column_${i}`) }, metadata)

  const declared = declaredCategories(names, metadata)
  const columns = new FeatureColumns(declared.size > 0 ? declared : categoriesOfFeatures(text, features))
  const builder = new ForestBuilder(1)
  for (const [index, tree] of trees.entries()) addTree(builder, columns, { tree, index, features })
  const targets = sums === 1 ? undefined : Int32Array.from(trees, (_, index) => index % sums)
  const forest = builder.finish({
    outputs: sums,
    features: columns.plans.length,
    comparison: 'lessOrEqual',
    ...(targets && { targets }),
  })
  const iterations = head.values.has('average_output') && trees.length > 0 ? trees.length / sums : undefined
  return {
    inputs: names.map((name, feature) => columns.input(feature, name)),
    positional,
    columns: columns.plans,
    finiteFloats: false,
    forest,
    link: linkOfObjective(textIn(head, 'objective'), sums, iterations),
  }
}

function addTree(
  builder: ForestBuilder,
  columns: FeatureColumns,
  { tree, index, features }: { readonly tree: Section; readonly index: number; readonly features: number },
): void {
  const where = `tree ${index}`
  const numbers = (key: string, count: number): Float64Array => numbersOf(tree, key, where, count)
  if (![undefined, '0'].includes(textIn(tree, 'is_linear')))
    throw new SluiceError('model.unsupported', 'the model has linear trees (linear_tree), which are not supported')
  const leaves = countOf(tree, 'num_leaves', where)
  if (leaves < 1) throw malformed(`${where} has no leaves`)
  const values = numbers('leaf_value', leaves)
  const splits = leaves - 1
  const feature = numbers('split_feature', splits)
  const threshold = numbers('threshold', splits)
  const decision = numbers('decision_type', splits)
  const left = numbers('left_child', splits)
  const right = numbers('right_child', splits)
  const sets = categorySets(tree, where)
  // A leaf is the complement of its number; here it comes after the splits.
  const nodeOf = (child: number): number => (child >= 0 ? (child < splits ? child : -1) : splits - 1 - child)

  builder.addTree(0, splits + leaves, values, (at: number, node: SourceNode) => {
    node.isLeaf = at >= splits
    node.value = at - splits
    if (node.isLeaf) return
    const source = feature[at]!
    const type = decision[at]!
    if (!(Number.isInteger(source) && source >= 0 && source < features)) throw malformed(`${where} splits on feature ${source}`)
    node.left = nodeOf(left[at]!)
    node.right = nodeOf(right[at]!)
    if ((type & CATEGORICAL) !== 0) {
      node.column = columns.ofCategories(source)
      node.set = sets(threshold[at]!)
      node.missingLeft = false
      return
    }
    const missing = (type >> 2) & 3
    if (missing > MISSING.nan) throw malformed(`${where} has a decision_type of ${type}`)
    node.column = columns.ofNumbers(source, missing === MISSING.zero)
    node.threshold = threshold[at]!
    // Where a missing number is none of the model's cases, it is taken for 0.
    node.missingLeft = missing === MISSING.none ? node.threshold >= 0 : (type & DEFAULT_LEFT) !== 0
  })
}

/** What gives the bit set of a categorical split by the number that it has for a threshold. */
function categorySets(tree: Section, where: string): (index: number) => Float64Array {
  const count = tree.values.has('num_cat') ? countOf(tree, 'num_cat', where) : 0
  const none = new Float64Array(0)
  const boundaries = count === 0 ? none : numbersOf(tree, 'cat_boundaries', where, count + 1)
  const words = count === 0 ? none : numbersOf(tree, 'cat_threshold', where, Math.max(0, boundaries[count]!))
  return (index) => {
    const [from, to] = [boundaries[index], boundaries[index + 1]]
    if (from === undefined || to === undefined || !(from >= 0 && from < to && to <= words.length))
      throw malformed(`${where} has no category set ${index}`)
    return words.subarray(from, to)
  }
}
