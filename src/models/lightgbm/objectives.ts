import { SluiceError } from '../../core/errors.ts'
import type { LinkPlan } from '../trees/link-plan.ts'
import { malformed } from './lightgbm-text.ts'

/** What LightGBM's `predict` makes of the sums, by objective (ConvertOutput in its sources). */
export const LIGHTGBM_OBJECTIVES: Readonly<Record<string, LinkPlan['kind']>> = {
  regression: 'identity',
  regression_l1: 'identity',
  huber: 'identity',
  fair: 'identity',
  quantile: 'identity',
  mape: 'identity',
  poisson: 'exp',
  gamma: 'exp',
  tweedie: 'exp',
  binary: 'binary',
  multiclass: 'softmax',
  multiclassova: 'oneVersusAll',
  cross_entropy: 'sigmoid',
  cross_entropy_lambda: 'log1pExp',
  lambdarank: 'identity',
  rank_xendcg: 'identity',
}

/**
 * The link of the objective that a model's head names with its parameters (`binary sigmoid:1`). A model without one, or with a
 * function of the trainer's own (`custom`), gives its sums. Throws `model.unsupported` for another objective.
 */
export function linkOfObjective(objective: string | undefined, sums: number, divisor: number | undefined): LinkPlan {
  const [name = '', ...parameters] = (objective ?? '').split(' ')
  const common = { sums, single: false, ...(divisor !== undefined && { divisor }) }
  if (name === '' || name === 'custom' || name === 'none') return { ...common, kind: 'identity' }
  const kind = Object.hasOwn(LIGHTGBM_OBJECTIVES, name) ? LIGHTGBM_OBJECTIVES[name]! : undefined
  if (kind === undefined) {
    const known = Object.keys(LIGHTGBM_OBJECTIVES).join(', ')
    throw new SluiceError('model.unsupported', `the objective '${name.slice(0, 50)}' of the LightGBM model is none of ${known}`)
  }
  if (parameters.includes('sqrt')) return { ...common, kind: 'signedSquare' }
  if (kind === 'softmax' || kind === 'oneVersusAll' || kind === 'binary') {
    const classes = Array.from({ length: kind === 'binary' ? 2 : sums }, (_, k) => String(k))
    if (kind === 'binary' && sums !== 1) throw malformed(`the objective binary has ${sums} sums a row`)
    return { ...common, kind, classes, steepness: steepnessOf(parameters) }
  }
  return { ...common, kind }
}

function steepnessOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('sigmoid:'))?.slice(8)
  if (given === undefined) return 1
  const steepness = Number(given)
  if (!(steepness > 0 && steepness < Infinity)) throw malformed(`its objective has the sigmoid '${given.slice(0, 50)}'`)
  return steepness
}
