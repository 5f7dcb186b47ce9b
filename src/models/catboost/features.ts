import { SluiceError } from '../../core/errors.ts'
import { Document } from '../trees/document.ts'
import type { CtrElement, CtrPlan, CtrTable, CtrType } from './catboost-plan.ts'

/** The features of a CatBoost model, as its trees refer to them. */
export interface CatBoostFeatures {
  /** All inputs, in the order of the training data: names, and which have texts. */
  readonly names: readonly string[]
  readonly categorical: readonly boolean[]
  /** Whether the file gives no names. */
  readonly positional: boolean
  /** By number of the feature among those of its kind. */
  readonly floats: readonly { readonly input: number; readonly missingIsAbove: boolean }[]
  readonly categories: readonly { readonly input: number }[]
  readonly ctrs: readonly CtrPlan[]
  /** The statistic that a split with this `split_index` is on; splits count borders and values of all features before. */
  ctrOfSplit(index: number): number
}

const CTR_TYPES: ReadonlySet<string> = new Set<CtrType>([
  'Borders',
  'Buckets',
  'Counter',
  'FeatureFreq',
  'BinarizedTargetMeanValue',
  'FloatTargetMeanValue',
])
const MAX_FEATURES = 100_000
const NONE = new Document([])

/** Reads `features_info`. Throws `model.malformed`, or `model.unsupported` for features of text and embeddings. */
export function readFeatures(info: Document, tables: ReadonlyMap<string, CtrTable>): CatBoostFeatures {
  for (const kind of ['text_features', 'embedding_features', 'estimated_features']) {
    if (info.has(kind)) throw new SluiceError('model.unsupported', `the CatBoost model has ${kind}, which are not supported`)
  }
  const floats = (info.find('float_features') ?? NONE).items
  const categories = (info.find('categorical_features') ?? NONE).items
  const places = [...floats, ...categories].map((feature) => feature.get('flat_feature_index').count)
  const count = places.reduce((most, place) => Math.max(most, place + 1), 0)
  if (count > MAX_FEATURES)
    throw new SluiceError('model.unsupported', `the model has ${count} features; at most ${MAX_FEATURES} are allowed`)
  if (new Set(places).size < places.length)
    throw new SluiceError('model.malformed', 'two features of the model have the same flat_feature_index')
  const names = Array.from({ length: count }, (_, i) => String(i))
  const categorical = Array.from({ length: count }, () => false)
  let positional = true
  for (const feature of [...floats, ...categories]) {
    const place = feature.get('flat_feature_index').count
    const name = feature.find('feature_name')?.text ?? feature.find('feature_id')?.text ?? ''
    if (name !== '') names[place] = name
    if (name !== '' && name !== String(place)) positional = false
  }
  for (const feature of categories) categorical[feature.get('flat_feature_index').count] = true
  const features = {
    names,
    categorical,
    positional: positional && categories.length === 0,
    floats: inOrder(floats).map((feature) => ({
      input: feature.get('flat_feature_index').count,
      missingIsAbove: treatmentOf(feature) === 'AsTrue',
    })),
    categories: inOrder(categories).map((feature) => ({ input: feature.get('flat_feature_index').count })),
  }
  const ctrs = (info.find('ctrs') ?? NONE).items
  return { ...features, ctrs: ctrs.map((ctr) => readCtr(ctr, features, tables)), ctrOfSplit: splitFinder(floats, categories, ctrs) }
}

/** By their numbers among the features of the kind. */
function inOrder(features: readonly Document[]): readonly Document[] {
  const ordered: Document[] = []
  for (const feature of features) {
    const index = feature.get('feature_index').count
    if (index >= features.length || ordered[index] !== undefined)
      throw feature.malformed(`a feature with its own feature_index below ${features.length}`)
    ordered[index] = feature
  }
  return ordered
}

function treatmentOf(feature: Document): string {
  const treatment = feature.find('nan_value_treatment')?.text ?? 'AsIs'
  if (['AsIs', 'AsFalse', 'AsTrue'].includes(treatment)) return treatment
  throw feature.get('nan_value_treatment').malformed('AsIs, AsFalse or AsTrue')
}

function readCtr(ctr: Document, features: Pick<CatBoostFeatures, 'floats' | 'categories'>, tables: ReadonlyMap<string, CtrTable>): CtrPlan {
  const type = ctr.get('ctr_type').text
  if (!CTR_TYPES.has(type)) throw new SluiceError('model.unsupported', `the CatBoost model has CTRs of type '${type.slice(0, 50)}'`)
  const identifier = ctr.get('identifier').text
  const table = tables.get(identifier)
  if (table === undefined) {
    throw new SluiceError(
      'model.unsupported',
      `the CatBoost model has no ctr_data for ${identifier.slice(0, 200)}; save it as JSON with its CTRs`,
    )
  }
  const single = (key: string): number => Math.fround(ctr.get(key).number)
  return {
    type: type as CtrType,
    elements: ctr
      .get('elements')
      .items.map((element) => readElement(element, features))
      .toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind]),
    table,
    targetBorder: ctr.get('target_border_idx').count,
    priorNumerator: single('prior_numerator'),
    priorDenominator: single('prior_denomerator'),
    shift: single('shift'),
    scale: single('scale'),
  }
}

const ORDER: Readonly<Record<CtrElement['kind'], number>> = { category: 0, above: 1, is: 2 }

function readElement(element: Document, { floats, categories }: Pick<CatBoostFeatures, 'floats' | 'categories'>): CtrElement {
  const kind = element.get('combination_element').text
  if (kind === 'float_feature') {
    const feature = at(floats, element.get('float_feature_index'))
    return { kind: 'above', ...feature, border: Math.fround(element.get('border').number) }
  }
  const { input } = at(categories, element.get('cat_feature_index'))
  if (kind === 'cat_feature_value') return { kind: 'category', input }
  if (kind === 'cat_feature_exact_value') return { kind: 'is', input, hash: element.get('value').number | 0 }
  throw element.get('combination_element').malformed('cat_feature_value, float_feature or cat_feature_exact_value')
}

/** The feature that an index names. */
export function at<T>(features: readonly T[], index: Document): T {
  const feature = features[index.count]
  if (feature === undefined) throw index.malformed(`an index below ${features.length}`)
  return feature
}

function splitFinder(floats: readonly Document[], categories: readonly Document[], ctrs: readonly Document[]): (index: number) => number {
  const sizes = (list: readonly Document[], key: string): number => list.reduce((sum, each) => sum + (each.find(key)?.length ?? 0), 0)
  const owners: number[] = []
  for (const [i, ctr] of ctrs.entries()) for (let border = 0; border < ctr.get('borders').length; border++) owners.push(i)
  const first = sizes(floats, 'borders') + sizes(categories, 'values')
  return (index) => {
    const owner = owners[index - first]
    if (owner === undefined) throw new SluiceError('model.malformed', `a split has the split_index ${index}, which is of no CTR`)
    return owner
  }
}
