import type { Step } from '../assembly/operand.ts'
import type { Prediction } from '../assembly/prediction.ts'
import { roundingOf } from '../regression/link.ts'
import type { Target } from './target.ts'

const CASTS: Readonly<Record<NonNullable<Target['castInteger']>, (value: number) => number>> = {
  round: (value) => Math.floor(value + 0.5),
  ceiling: Math.ceil,
  floor: Math.floor,
}

/**
 * What is done to a result in place (PMML 4.4.1, Targets): a default for a missing one; then, for numbers, the bounds, the factor, the
 * constant and the rounding to integers, in this order. Undefined where nothing is.
 */
export function compileTarget(target: Target, prediction: Prediction, singlePrecision: boolean): Step | undefined {
  if (prediction.kind === 'text') return undefined
  return prediction.kind === 'class' ? priors(target, prediction) : numberTarget(target, prediction.value, singlePrecision)
}

function numberTarget(target: Target, cell: number, singlePrecision: boolean): Step | undefined {
  const { min, max, rescaleFactor, rescaleConstant, castInteger, defaultValue } = target
  const bounded = min !== -Infinity || max !== Infinity
  if (!bounded && rescaleFactor === 1 && rescaleConstant === 0 && castInteger === undefined && defaultValue === undefined) return undefined
  const round = roundingOf(singlePrecision)
  const [factor, constant] = [round(rescaleFactor), round(rescaleConstant)]
  const toInteger = castInteger === undefined ? undefined : CASTS[castInteger]
  return (cells, at) => {
    let value = cells[at + cell]!
    if (Number.isNaN(value)) {
      if (defaultValue === undefined) return
      value = round(defaultValue)
    }
    if (bounded) value = Math.min(Math.max(value, min), max)
    if (factor !== 1) value = round(value * factor)
    if (constant !== 0) value = round(value + constant)
    cells[at + cell] = toInteger === undefined ? value : toInteger(value)
  }
}

function priors(target: Target, prediction: Extract<Prediction, { kind: 'class' }>): Step | undefined {
  if (target.priors.length === 0) return undefined
  const { classes, probabilities, winner } = prediction
  const shares = new Float64Array(classes.texts.length)
  for (const prior of target.priors) {
    const index = classes.indexOf(prior.value)
    if (index >= 0) shares[index] = prior.probability
  }
  const likely = shares.indexOf(Math.max(...shares))
  return (cells, at) => {
    if (!Number.isNaN(cells[at + winner]!)) return
    for (let i = 0; i < shares.length; i++) cells[at + probabilities + i] = shares[i]!
    cells[at + winner] = likely
  }
}
