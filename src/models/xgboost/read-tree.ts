import { SluiceError } from '../../core/errors.ts'
import type { Document, NumberList } from '../trees/document.ts'
import type { ForestBuilder, SourceNode } from '../trees/forest-builder.ts'

/** Gives the column of a feature, for a split on numbers or on categories. */
export type ColumnOf = (feature: number, categorical: boolean) => number

/** XGBoost takes no category from here on. */
const MAX_CATEGORY = 2 ** 24

/**
 * Adds a tree (`RegTree` in XGBoost's schema) to a forest whose leaves have `width` values. Its splits on numbers go left where
 * x < t. Its splits on categories go right for the categories that they list, so their children change places.
 */
export function readTree(tree: Document, builder: ForestBuilder, { width, columnOf }: { width: number; columnOf: ColumnOf }): void {
  const left = tree.get('left_children').numbers()
  const count = left.length
  const list = (key: string): NumberList => tree.get(key).numbers(count)
  const right = list('right_children')
  const features = list('split_indices')
  const conditions = list('split_conditions')
  const defaultLeft = flagsOf(tree.get('default_left'), count)
  const types = tree.has('split_type') ? list('split_type') : undefined
  const vectors = Number(tree.find('tree_param')?.find('size_leaf_vector')?.value ?? 1) > 1
  if (vectors !== width > 1) throw tree.malformed(`a tree whose leaves have ${width} values`)
  // Leaves with several values name their place among them; before XGBoost 3.2 each node had a place.
  const compact = vectors ? tree.find('leaf_weights')?.numbers() : undefined
  // JSON writes as few digits of a float32 as tell it from others.
  const values = Float32Array.from(vectors ? (compact ?? tree.get('base_weights').numbers(count * width)) : conditions)
  const sets = types?.some((type) => type === 1) ? categorySets(tree) : undefined

  builder.addTree(0, count, values, (at: number, node: SourceNode) => {
    node.isLeaf = left[at] === -1
    if (node.isLeaf) {
      node.value = vectors ? (compact ? right[at]! : at) * width : at
      return
    }
    const categorical = types?.[at] === 1
    const isDefaultLeft = defaultLeft[at] === 1
    node.column = columnOf(features[at]!, categorical)
    node.left = categorical ? right[at]! : left[at]!
    node.right = categorical ? left[at]! : right[at]!
    node.missingLeft = categorical ? !isDefaultLeft : isDefaultLeft
    node.threshold = conditions[at]!
    if (categorical) node.set = sets!(at)
  })
}

/** Older files have true and false. */
function flagsOf(document: Document, count: number): ArrayLike<number> {
  const { value } = document
  if (Array.isArray(value) && value.length === count && value.every((item) => typeof item === 'boolean')) return value.map(Number)
  return document.numbers(count)
}

/** What gives a node's categories as a bit set. */
function categorySets(tree: Document): (node: number) => Uint32Array {
  const nodes = tree.get('categories_nodes').numbers()
  const segments = tree.get('categories_segments').numbers(nodes.length)
  const sizes = tree.get('categories_sizes').numbers(nodes.length)
  const categories = tree.get('categories').numbers()
  const places = new Map<number, number>()
  for (let i = 0; i < nodes.length; i++) places.set(nodes[i]!, i)
  return (node) => {
    const place = places.get(node)
    if (place === undefined) throw new SluiceError('model.malformed', `${tree.path} has no categories for node ${node}`)
    const [from, size] = [segments[place]!, sizes[place]!]
    if (!(from >= 0 && size >= 0 && from + size <= categories.length)) throw tree.malformed('a tree with segments within its categories')
    let most = 0
    for (let i = from; i < from + size; i++) {
      const category = categories[i]!
      if (!(Number.isInteger(category) && category >= 0 && category < MAX_CATEGORY))
        throw new SluiceError('model.malformed', `${tree.path} has the category ${category}; categories are 0 to ${MAX_CATEGORY - 1}`)
      most = Math.max(most, category)
    }
    const words = new Uint32Array((most >>> 5) + 1)
    for (let i = from; i < from + size; i++) words[categories[i]! >>> 5]! |= 1 << (categories[i]! & 31)
    return words
  }
}
