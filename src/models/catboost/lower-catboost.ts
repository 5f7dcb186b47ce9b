import { SluiceError } from '../../core/errors.ts'
import { type Document, type NumberList, parseJson } from '../trees/document.ts'
import { featureNames } from '../trees/feature-names.ts'
import { ForestBuilder } from '../trees/forest-builder.ts'
import type { CatBoostPlan } from './catboost-plan.ts'
import { readCtrTables } from './ctr-tables.ts'
import { readFeatures } from './features.ts'
import { linkOfModel } from './losses.ts'
import { type Split, SplitColumns } from './split-columns.ts'

const MAX_DEPTH = 24
const MAX_OUTPUTS = 10_000

/** Makes the plan of a CatBoost model in JSON. Throws `model.malformed` or `model.unsupported`. */
export function lowerCatBoost(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): CatBoostPlan {
  const model = parseJson(bytes, 'a CatBoost model in JSON')
  const features = readFeatures(model.get('features_info'), readCtrTables(model.find('ctr_data')))
  const columns = new SplitColumns(features)
  const oblivious = model.find('oblivious_trees')
  const trees = (oblivious ?? model.get('trees')).items
  const outputs = trees.length === 0 ? biases(model) : valuesOfLeaf(trees[0]!, oblivious !== undefined)
  if (outputs < 1 || outputs > MAX_OUTPUTS)
    throw new SluiceError('model.unsupported', `the model has ${outputs} values a leaf; it may have 1 to ${MAX_OUTPUTS}`)
  const builder = new ForestBuilder(outputs)
  for (const tree of trees) {
    if (oblivious) addOblivious(tree, { builder, columns, outputs })
    else addNested(tree, { builder, columns, outputs })
  }
  const forest = builder.finish({ outputs, features: columns.plans.length, comparison: 'lessOrEqual', singlePrecision: true })
  const { names, positional } = featureNames(features, metadata)
  return {
    inputs: names.map((name, i) => ({ name, used: columns.used.has(i), ...(features.categorical[i] && { categories: 'open' as const }) })),
    positional,
    columns: columns.plans,
    finiteFloats: false,
    forest,
    link: linkOfModel(model, outputs),
    ctrs: features.ctrs,
  }
}

interface Building {
  readonly builder: ForestBuilder
  readonly columns: SplitColumns
  readonly outputs: number
}

function biases(model: Document): number {
  const bias = model.find('scale_and_bias')?.item(1).value
  return Array.isArray(bias) ? bias.length : 1
}

function valuesOfLeaf(tree: Document, isOblivious: boolean): number {
  if (isOblivious) return tree.get('leaf_values').length / 2 ** splitsOf(tree).length
  let node = tree
  for (let next = node.find('left'); next !== undefined; next = node.find('left')) node = next
  return leafOf(node).length
}

/** A tree of one leaf has no splits, which is written as null or left out. */
function splitsOf(tree: Document): readonly Document[] {
  const splits = tree.find('splits')
  const list = splits === undefined || splits.value === null ? [] : splits.items
  if (list.length > MAX_DEPTH) throw new SluiceError('model.unsupported', `a tree is ${list.length} deep; at most ${MAX_DEPTH} is allowed`)
  return list
}

/** An oblivious tree asks the same of all nodes of a level. Bit i of a leaf's number is the answer to split i; the last is at the root. */
function addOblivious(tree: Document, { builder, columns, outputs }: Building): void {
  const splits = splitsOf(tree).map((split) => columns.split(split))
  const depth = splits.length
  const values = tree.get('leaf_values').numbers(2 ** depth * outputs)
  const first = 2 ** depth - 1
  // Nodes as a heap: the children of node i are 2i+1 and 2i+2, and the leaves come last.
  builder.addTree(0, 2 * first + 1, values, (at, node) => {
    node.isLeaf = at >= first
    node.value = (at - first) * outputs
    if (node.isLeaf) return
    apply(splits[depth - 1 - (31 - Math.clz32(at + 1))]!, node)
    node.left = 2 * at + 1
    node.right = 2 * at + 2
  })
}

function addNested(tree: Document, { builder, columns, outputs }: Building): void {
  const nodes: Document[] = [tree]
  const values: number[] = []
  builder.addTree(0, Infinity, values, (at, node) => {
    const source = nodes[at]!
    node.isLeaf = !source.has('split')
    if (node.isLeaf) {
      const leaf = leafOf(source)
      if (leaf.length !== outputs) throw source.malformed(`a leaf with ${outputs} values`)
      node.value = values.length
      for (let k = 0; k < outputs; k++) values.push(leaf[k]!)
      return
    }
    apply(columns.split(source.get('split')), node)
    node.left = nodes.push(source.get('left')) - 1
    node.right = nodes.push(source.get('right')) - 1
  })
}

function leafOf(node: Document): NumberList {
  const value = node.get('value')
  return typeof value.value === 'number' ? [value.value] : value.numbers()
}

function apply(split: Split, node: { column: number; threshold: number; missingLeft: boolean }): void {
  node.column = split.column
  node.threshold = split.border
  node.missingLeft = !split.missingIsAbove
}
