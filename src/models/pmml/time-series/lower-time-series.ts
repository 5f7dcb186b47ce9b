import type { ModelHead } from '../model-plan.ts'
import { matrixIn, numbersIn } from '../xml/array.ts'
import { choice, count, real, requiredReal, requiredText, text } from '../xml/attributes.ts'
import { child, type Element, malformed, requiredChild, unsupported } from '../xml/element.ts'
import { type ExponentialSmoothing, type StateSpace, type TimeSeriesPlan, TRANSFORMATIONS, TRENDS } from './time-series-plan.ts'

export function lowerTimeSeries(element: Element, head: ModelHead): TimeSeriesPlan {
  const best = requiredText(element, 'bestFit')
  const fitted = child(element, best)
  if (best !== 'ExponentialSmoothing' && best !== 'StateSpaceModel')
    throw unsupported(element, `bestFit="${best}" of <TimeSeriesModel> (known: ExponentialSmoothing, StateSpaceModel)`)
  if (fitted === undefined) throw malformed(element, `has bestFit="${best}" and no <${best}>`)
  const fields = head.miningFields.filter((field) => field.usage === 'active' || (field.usage === 'other' && field.name === 'horizon'))
  if (fields.length > 1) throw unsupported(element, 'a <TimeSeriesModel> with more than one field besides the series')
  const [steps] = fields
  // Who writes such documents declares the horizon as supplementary, for the series is not computed from it.
  const miningFields = head.miningFields.map((field) => (field === steps ? ({ ...field, usage: 'active' } as const) : field))
  return {
    kind: 'TimeSeriesModel',
    head: { ...head, miningFields },
    forecast: best === 'ExponentialSmoothing' ? readSmoothing(fitted) : readStateSpace(fitted),
    ...(steps !== undefined && { horizon: steps.name }),
  }
}

function readSmoothing(element: Element): ExponentialSmoothing {
  const trend = child(element, 'Trend_ExpoSmooth')
  const season = child(element, 'Seasonality_ExpoSmooth')
  return {
    kind: 'ExponentialSmoothing',
    level: requiredReal(requiredChild(element, 'Level'), 'smoothedValue'),
    transformation: choice(element, 'transformation', { of: TRANSFORMATIONS, fallback: 'none' }),
    ...(trend !== undefined && {
      trend: {
        kind: choice(trend, 'trend', { of: TRENDS, fallback: 'additive' }),
        value: requiredReal(trend, 'smoothedValue'),
        phi: real(trend, 'phi') ?? 1,
      },
    }),
    ...(season !== undefined && { season: readSeason(season) }),
  }
}

function readSeason(element: Element): NonNullable<ExponentialSmoothing['season']> {
  const values = Float64Array.from(numbersIn(requiredChild(element, 'Array')))
  const period = count(element, 'period')
  if (period === undefined || period === 0 || values.length !== period)
    throw malformed(element, `has ${values.length} values for the period ${text(element, 'period')}`)
  // Which of the values is meant to be the next is not said.
  if (text(element, 'phase') !== undefined) throw unsupported(element, 'phase of <Seasonality_ExpoSmooth>')
  const kind = choice(element, 'type', { of: ['additive', 'multiplicative'], fallback: 'additive' })
  return { multiplies: kind === 'multiplicative', values }
}

function readStateSpace(element: Element): StateSpace {
  const regressor = child(element, 'DynamicRegressor')
  if (regressor !== undefined) throw unsupported(regressor)
  const state = Float64Array.from(numbersIn(requiredChild(requiredChild(element, 'StateVector'), 'Array')))
  const size = state.length
  const transition = matrixOf(element, 'TransitionMatrix', { rows: size, columns: size })
  const measurement = matrixOf(element, 'MeasurementMatrix', { rows: 1, columns: size })
  const vector = child(element, 'InterceptVector')
  const intercepts = vector === undefined ? [] : numbersIn(requiredChild(vector, 'Array'))
  const ofState = vector !== undefined && choice(vector, 'type', { of: ['state', 'observation'], fallback: 'state' }) === 'state'
  if (vector !== undefined && intercepts.length !== (ofState ? size : 1))
    throw malformed(vector, `has ${intercepts.length} numbers; it must have ${ofState ? size : 1}`)
  return {
    kind: 'StateSpaceModel',
    state,
    transition,
    measurement,
    stateIntercept: ofState ? Float64Array.from(intercepts) : new Float64Array(size),
    intercept: (ofState ? 0 : (intercepts[0] ?? 0)) + (real(element, 'intercept') ?? 0),
  }
}

function matrixOf(element: Element, name: string, { rows, columns }: { rows: number; columns: number }): Float64Array {
  const found = requiredChild(element, name)
  const matrix = matrixIn(requiredChild(found, 'Matrix'))
  if (matrix.length !== rows || matrix.some((row) => row.length !== columns))
    throw malformed(found, `must have ${rows} rows of ${columns} numbers`)
  return Float64Array.from(matrix.flat())
}
