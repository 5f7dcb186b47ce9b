import { matrixIn } from '../xml/array.ts'
import type { ModelHead } from '../model-plan.ts'
import { choice, real, requiredChoice, requiredReal, requiredText, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element, malformed, requiredChild } from '../xml/element.ts'
import {
  type CoxPlan,
  CUMULATIVE_LINKS,
  type Factor,
  type FieldOrNumber,
  GENERAL_MODEL_TYPES,
  type GeneralRegressionPlan,
  LINK_FUNCTIONS,
} from './general-regression-plan.ts'

export function lowerGeneralRegression(element: Element, head: ModelHead): GeneralRegressionPlan {
  const modelType = requiredChoice(element, 'modelType', GENERAL_MODEL_TYPES)
  const link = choice(element, 'linkFunction', { of: LINK_FUNCTIONS, fallback: undefined })
  if (modelType === 'generalizedLinear' && link === undefined)
    throw malformed(element, 'needs a linkFunction for modelType="generalizedLinear"')
  const [linkParameter, distParameter] = [real(element, 'linkParameter'), real(element, 'distParameter')]
  const reference = text(element, 'targetReferenceCategory')
  return {
    kind: 'GeneralRegressionModel',
    head,
    modelType,
    cumulativeLink: choice(element, 'cumulativeLink', { of: CUMULATIVE_LINKS, fallback: 'logit' }),
    offset: fieldOrNumber(element, 'offsetVariable', 'offsetValue'),
    trials: fieldOrNumber(element, 'trialsVariable', 'trialsValue'),
    parameters: childrenOf(requiredChild(element, 'ParameterList'), 'Parameter').map((parameter) => ({
      name: requiredText(parameter, 'name'),
      referencePoint: real(parameter, 'referencePoint') ?? 0,
    })),
    factors: predictorsIn(element, 'FactorList').map(readFactor),
    covariates: predictorsIn(element, 'CovariateList').map((predictor) => requiredText(predictor, 'name')),
    predictorCells: cellsIn(element, 'PPMatrix', 'PPCell').map((cell) => ({
      parameter: requiredText(cell, 'parameterName'),
      predictor: requiredText(cell, 'predictorName'),
      value: requiredText(cell, 'value'),
      ...categoryOf(cell),
    })),
    parameterCells: childrenOf(requiredChild(element, 'ParamMatrix'), 'PCell').map((cell) => ({
      parameter: requiredText(cell, 'parameterName'),
      beta: requiredReal(cell, 'beta'),
      ...categoryOf(cell),
    })),
    ...(modelType === 'CoxRegression' && { cox: readCox(element) }),
    ...(link !== undefined && { link }),
    ...(linkParameter !== undefined && { linkParameter }),
    ...(distParameter !== undefined && { distParameter }),
    ...(reference !== undefined && { referenceCategory: reference }),
  }
}

function predictorsIn(element: Element, list: string): readonly Element[] {
  return cellsIn(element, list, 'Predictor')
}

function cellsIn(element: Element, matrix: string, cell: string): readonly Element[] {
  const found = child(element, matrix)
  return found === undefined ? [] : childrenOf(found, cell)
}

function categoryOf(element: Element): { category?: string } {
  const category = text(element, 'targetCategory')
  return category === undefined ? {} : { category }
}

function fieldOrNumber(element: Element, variable: string, value: string): FieldOrNumber {
  const [field, number] = [text(element, variable), real(element, value)]
  return { ...(field !== undefined && { field }), ...(number !== undefined && { number }) }
}

function readFactor(element: Element): Factor {
  const categories = child(element, 'Categories')
  const matrix = child(element, 'Matrix')
  const factor: Factor = {
    name: requiredText(element, 'name'),
    categories: categories === undefined ? [] : childrenOf(categories, 'Category').map((category) => requiredText(category, 'value')),
    matrix: matrix === undefined ? [] : matrixIn(matrix),
  }
  if (matrix !== undefined && factor.matrix.length !== factor.categories.length) {
    throw malformed(matrix, `has ${factor.matrix.length} rows for ${factor.categories.length} categories; it needs one each`)
  }
  return factor
}

function readCox(element: Element): CoxPlan {
  const tables = requiredChild(element, 'BaseCumHazardTables')
  const strata = text(element, 'baselineStrataVariable')
  const read = (parent: Element, stratum?: string): CoxPlan['baselines'][number] => {
    const cells = childrenOf(parent, 'BaselineCell')
    return {
      maxTime: requiredReal(parent, 'maxTime'),
      times: cells.map((cell) => requiredReal(cell, 'time')),
      hazards: cells.map((cell) => requiredReal(cell, 'cumHazard')),
      ...(stratum !== undefined && { stratum }),
    }
  }
  const stratified = childrenOf(tables, 'BaselineStratum')
  return {
    endTime: requiredText(element, 'endTimeVariable'),
    baselines: strata === undefined ? [read(tables)] : stratified.map((stratum) => read(stratum, requiredText(stratum, 'value'))),
    ...(strata !== undefined && { strata }),
  }
}
