import { SluiceError } from '../../core/errors.ts'
import { Document, parseJson } from '../trees/document.ts'
import { declaredCategories } from '../trees/declared-categories.ts'
import { featureNames } from '../trees/feature-names.ts'
import { ForestBuilder } from '../trees/forest-builder.ts'
import type { ColumnPlan, TreePlan } from '../trees/tree-plan.ts'
import { readCategories } from './categories.ts'
import { linkOf, marginOf, objectiveOf } from './objectives.ts'
import { type ColumnOf, readTree } from './read-tree.ts'
import { parseUbJson } from './ubjson.ts'

const MAX_FEATURES = 100_000
const MAX_OUTPUTS = 10_000
const OPENING_BRACE = 0x7b
const QUOTE = 0x22

/** Makes the plan of an XGBoost model in JSON or UBJSON. Throws `model.malformed` or `model.unsupported`. */
export function lowerXgBoost(bytes: Uint8Array, metadata: Readonly<Record<string, string>>): TreePlan {
  const learner = parse(bytes).get('learner')
  const parameters = learner.get('learner_model_param')
  const features = parameters.get('num_feature').count
  const outputs = Math.max(1, parameters.get('num_class').count, parameters.find('num_target')?.count ?? 1)
  if (features > MAX_FEATURES || outputs > MAX_OUTPUTS)
    throw new SluiceError(
      'model.unsupported',
      `the model has ${features} features and ${outputs} outputs; at most ${MAX_FEATURES} and ${MAX_OUTPUTS} are allowed`,
    )
  const objective = objectiveOf(learner.get('objective').get('name').text)
  const { model, weights } = boosterOf(learner.get('gradient_booster'))
  const { names, positional } = featureNames(namesOf(learner, features), metadata)

  const categories = readCategories(model, features, declaredCategories(names, metadata))
  const columns: ColumnPlan[] = []
  const known = new Int32Array(features).fill(-1)
  const columnOf: ColumnOf = (feature, categorical) => {
    if (!(Number.isInteger(feature) && feature >= 0 && feature < features))
      throw new SluiceError('model.malformed', `a split is on feature ${feature}; the model has ${features} features`)
    if (known[feature] === -1) known[feature] = columns.push(columnPlan(feature, categorical, categories)) - 1
    return known[feature]!
  }
  const trees = model.get('trees')
  const width = trees.length > 0 && Number(trees.item(0).find('tree_param')?.find('size_leaf_vector')?.value ?? 1) > 1 ? outputs : 1
  const builder = new ForestBuilder(width)
  for (let i = 0; i < trees.length; i++) readTree(trees.item(i), builder, { width, columnOf })
  const targets = Int32Array.from(model.get('tree_info').numbers(builder.trees))
  const forest = builder.finish({
    outputs,
    features: columns.length,
    comparison: 'less',
    singlePrecision: true,
    singlePrecisionSums: true,
    initial: initialMargins(parameters.get('base_score'), outputs, (score) => marginOf(objective, score)),
    ...(width === 1 && outputs > 1 && { targets }),
    ...(weights && { weights: Float64Array.from(weights.numbers(builder.trees), Math.fround) }),
  })
  return {
    inputs: names.map((name, feature) => {
      const texts = categories.get(feature)
      return { name, used: known[feature] !== -1, ...(texts && { categories: texts }) }
    }),
    positional,
    columns,
    finiteFloats: true,
    forest,
    link: linkOf(objective, outputs),
  }
}

/** JSON begins with a brace and a quote, or white space between; in UBJSON a length follows the brace. */
function parse(bytes: Uint8Array): Document {
  const isUbJson = bytes[0] === OPENING_BRACE && bytes[1] !== QUOTE && !' \n\r\t}'.includes(String.fromCharCode(bytes[1] ?? 32))
  return isUbJson ? new Document(parseUbJson(bytes)) : parseJson(bytes, 'an XGBoost model in JSON', withoutNaN)
}

/**
 * Some versions write NaN and Infinity, which JSON does not have: NaN where nothing is meant, as for the threshold of a split on
 * categories. Both become a number that is too large.
 */
function withoutNaN(text: string): string {
  return text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"|-?(?:NaN|nan|Infinity|inf)\b/g, (token) =>
    token.startsWith('"') ? token : token.startsWith('-') ? '-1e999' : '1e999',
  )
}

/** The trees, and what each is multiplied by where trees are dropped (DART). */
function boosterOf(booster: Document): { readonly model: Document; readonly weights: Document | undefined } {
  const name = booster.get('name').text
  if (name === 'gbtree') return { model: booster.get('model'), weights: undefined }
  if (name === 'dart') return { model: booster.get('gbtree').get('model'), weights: booster.get('weight_drop') }
  throw new SluiceError('model.unsupported', `the booster '${name.slice(0, 50)}' of the XGBoost model is not gbtree or dart`)
}

function namesOf(learner: Document, features: number): { names: readonly string[]; positional: boolean } {
  const given = learner.find('feature_names')
  const names = given === undefined || (ArrayBuffer.isView(given.value) && (given.value as Uint8Array).length === 0) ? [] : given.texts
  if (names.length === 0) return { names: Array.from({ length: features }, (_, i) => `f${i}`), positional: true }
  if (names.length !== features) throw given!.malformed(`a list of ${features} names`)
  return { names, positional: false }
}

function columnPlan(feature: number, categorical: boolean, categories: ReadonlyMap<number, readonly string[]>): ColumnPlan {
  if (categories.has(feature)) return { as: 'codes', input: feature, strict: true }
  return { as: categorical ? 'natural' : 'number', input: feature }
}

/** One number for all outputs or one for each: "5E-1", or since XGBoost 3.1 "[5E-1]". */
function initialMargins(base: Document, outputs: number, marginOfScore: (score: number) => number): Float64Array {
  const words = base.text.replace(/^\[(.*)\]$/, '$1').split(',')
  const scores = words.map((word) => Math.fround(Number(word)))
  if (scores.some(Number.isNaN) || words.includes('') || (scores.length !== 1 && scores.length !== outputs))
    throw base.malformed(`a number, or ${outputs} numbers in brackets`)
  return Float64Array.from({ length: outputs }, (_, k) => marginOfScore(scores[scores.length === 1 ? 0 : k]!))
}
