import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { numeric } from '../expressions/compile-expression.ts'
import type { ExponentialSmoothing, StateSpace, TimeSeriesPlan } from './time-series-plan.ts'

/** No forecast reaches farther. */
const MOST_STEPS = 10_000

/** Puts a TimeSeriesModel together: the result is the forecast so many steps ahead; missing where that is no count of 1 or more. */
export function compileTimeSeries({ horizon, forecast }: TimeSeriesPlan, { scope, assembly }: ModelContext): ModelBody {
  const steps = horizon === undefined ? () => 1 : numeric(scope.require(horizon), scope).run
  const value = assembly.takeResult()
  const ahead = forecast.kind === 'ExponentialSmoothing' ? smoothed(forecast) : fromState(forecast)
  const known = [NaN]
  return {
    prediction: { kind: 'number', value, type: 'double' },
    evaluator: {
      row: (cells, at) => {
        const h = steps(cells, at)
        const isStep = Number.isInteger(h) && h >= 1 && h <= MOST_STEPS
        if (isStep) while (known.length <= h) known.push(ahead())
        cells[at + value] = isStep ? known[h]! : NaN
      },
    },
  }
}

/** Answers the forecast of one step more each time that it is called. */
function smoothed({ level, trend, season, transformation }: ExponentialSmoothing): () => number {
  let h = 0
  let damping = 0
  return () => {
    h++
    damping += (trend?.phi ?? 1) ** h
    let result = level
    if (trend !== undefined) {
      const steps = trend.kind.startsWith('damped') ? damping : h
      result = trend.kind.endsWith('additive') ? result + steps * trend.value : result * trend.value ** steps
    }
    if (season !== undefined) {
      const factor = season.values[(h - 1) % season.values.length]!
      result = season.multiplies ? result * factor : result + factor
    }
    if (transformation === 'logarithmic') return Math.exp(result)
    return transformation === 'squareroot' ? result * result : result
  }
}

/** As `smoothed`. The state that the document holds is that of the first step. */
function fromState({ state: first, transition, measurement, stateIntercept, intercept }: StateSpace): () => number {
  let state = first
  const size = state.length
  return () => {
    let result = intercept
    for (let i = 0; i < size; i++) result += measurement[i]! * state[i]!
    const next = stateIntercept.slice()
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) next[i]! += transition[i * size + j]! * state[j]!
    state = next
    return result
  }
}
