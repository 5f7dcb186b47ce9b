import { comparisonMeasureIn, readCompared } from '../comparison/comparison-measure.ts'
import { derivedFieldsIn } from '../expressions/lower-derived-field.ts'
import type { ModelHead } from '../model-plan.ts'
import { arrayIn, numbersIn } from '../xml/array.ts'
import { flag, requiredChoice, requiredText, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element, malformed, requiredChild, unsupported } from '../xml/element.ts'
import type { Cluster, ClusteringField, ClusteringPlan } from './clustering-plan.ts'

export function lowerClustering(element: Element, head: ModelHead): ClusteringPlan {
  if (requiredChoice(element, 'modelClass', ['centerBased', 'distributionBased']) === 'distributionBased')
    throw unsupported(element, 'modelClass="distributionBased" of <ClusteringModel>')
  const derivedFields = derivedFieldsIn(child(element, 'CenterFields'))
  const declared = childrenOf(element, 'ClusteringField')
    .filter((field) => flag(field, 'isCenterField', true))
    .map((field) => ({ field: requiredText(field, 'field'), ...readCompared(field) }))
  const fields = derivedFields.length > 0 ? centerFields(derivedFields, declared) : declared
  if (fields.length === 0) throw malformed(element, 'needs a <ClusteringField>')
  const clusters = childrenOf(element, 'Cluster').map((cluster, i) => readCluster(cluster, i, fields.length))
  if (clusters.length === 0) throw malformed(element, 'needs a <Cluster>')
  const weights = child(element, 'MissingValueWeights')
  const missingWeights = weights && numbersIn(requiredChild(weights, 'Array'))
  return {
    kind: 'ClusteringModel',
    head,
    measure: comparisonMeasureIn(element),
    fields,
    derivedFields,
    clusters,
    ...(missingWeights !== undefined && { missingWeights }),
  }
}

/** In PMML 3 the centers' fields are derived; what a ClusteringField of the same name says holds for them too. */
function centerFields(derived: ClusteringPlan['derivedFields'], declared: readonly ClusteringField[]): readonly ClusteringField[] {
  return derived.map(({ name }, i) => {
    const own = declared.find((field) => field.field === name) ?? (declared.length === derived.length ? declared[i] : undefined)
    return { ...(own ?? { weight: 1 }), field: name }
  })
}

function readCluster(element: Element, index: number, fields: number): Cluster {
  const center = arrayIn(requiredChild(element, 'Array'))
  if (center.length !== fields) throw malformed(element, `has a center of ${center.length} values; the model compares ${fields} fields`)
  const name = text(element, 'name')
  return { id: text(element, 'id') ?? String(index + 1), center, ...(name !== undefined && { name }) }
}
