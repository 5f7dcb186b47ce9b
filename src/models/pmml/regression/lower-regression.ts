import type { ModelHead } from '../model-plan.ts'
import { choice, real, requiredReal, requiredText, text } from '../xml/attributes.ts'
import { childrenOf, type Element, malformed } from '../xml/element.ts'
import { NORMALIZATION_METHODS, type RegressionPlan, type RegressionTable } from './regression-plan.ts'

export function lowerRegression(element: Element, head: ModelHead): RegressionPlan {
  const tables = childrenOf(element, 'RegressionTable')
  const target = text(element, 'targetFieldName')
  if (tables.length === 0) throw malformed(element, 'needs a <RegressionTable>')
  if (head.functionName === 'regression' && tables.length > 1) throw malformed(element, `has ${tables.length} tables; a regression has one`)
  const untargeted = head.functionName === 'classification' && tables.find((table) => text(table, 'targetCategory') === undefined)
  if (untargeted) throw malformed(untargeted, 'needs a targetCategory in a classification')
  return {
    kind: 'RegressionModel',
    head,
    normalization: choice(element, 'normalizationMethod', { of: NORMALIZATION_METHODS, fallback: 'none' }),
    tables: tables.map(readTable),
    ...(target !== undefined && { targetField: target }),
  }
}

function readTable(element: Element): RegressionTable {
  const targetCategory = text(element, 'targetCategory')
  return {
    intercept: real(element, 'intercept') ?? 0,
    numeric: childrenOf(element, 'NumericPredictor').map((predictor) => ({
      field: requiredText(predictor, 'name'),
      exponent: real(predictor, 'exponent') ?? 1,
      coefficient: requiredReal(predictor, 'coefficient'),
    })),
    categorical: childrenOf(element, 'CategoricalPredictor').map((predictor) => ({
      field: requiredText(predictor, 'name'),
      value: requiredText(predictor, 'value'),
      coefficient: requiredReal(predictor, 'coefficient'),
    })),
    terms: childrenOf(element, 'PredictorTerm').map((term) => ({
      fields: childrenOf(term, 'FieldRef').map((reference) => requiredText(reference, 'field')),
      coefficient: requiredReal(term, 'coefficient'),
    })),
    ...(targetCategory !== undefined && { targetCategory }),
  }
}
