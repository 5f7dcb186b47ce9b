import { SluiceError } from '../../core/errors.ts'
import type { LinkPlan } from '../trees/link-plan.ts'

interface Objective {
  readonly kind: LinkPlan['kind']
  /** What base_score is a value of, before it becomes a margin. */
  readonly base: 'margin' | 'probability' | 'mean'
}

const plain: Objective = { kind: 'identity', base: 'margin' }
const exponential: Objective = { kind: 'exp', base: 'mean' }

/** What XGBoost's `predict` makes of the margin, by objective (PredTransform and ProbToMargin in its sources). */
export const XGBOOST_OBJECTIVES: Readonly<Record<string, Objective>> = {
  'reg:squarederror': plain,
  'reg:linear': plain,
  'reg:squaredlogerror': plain,
  'reg:pseudohubererror': plain,
  'reg:absoluteerror': plain,
  'reg:quantileerror': plain,
  'reg:logistic': { kind: 'sigmoid', base: 'probability' },
  'reg:gamma': exponential,
  'reg:tweedie': exponential,
  'count:poisson': exponential,
  'survival:cox': exponential,
  'survival:aft': exponential,
  'binary:logistic': { kind: 'binary', base: 'probability' },
  'binary:logitraw': plain,
  'binary:hinge': { kind: 'positive', base: 'margin' },
  'multi:softmax': { kind: 'softmax', base: 'margin' },
  'multi:softprob': { kind: 'softmax', base: 'margin' },
  'rank:pairwise': plain,
  'rank:ndcg': plain,
  'rank:map': plain,
}

/** The objective of this name. Throws `model.unsupported` for another. */
export function objectiveOf(name: string): Objective {
  if (Object.hasOwn(XGBOOST_OBJECTIVES, name)) return XGBOOST_OBJECTIVES[name]!
  const known = Object.keys(XGBOOST_OBJECTIVES).join(', ')
  throw new SluiceError('model.unsupported', `the objective '${name.slice(0, 50)}' of the XGBoost model is none of ${known}`)
}

/** The link of an objective over so many sums. */
export function linkOf({ kind }: Objective, sums: number): LinkPlan {
  if (kind === 'binary' && sums > 1) return { kind: 'sigmoid', sums, single: true }
  const classes = Array.from({ length: kind === 'binary' ? 2 : sums }, (_, k) => String(k))
  return { kind, sums, single: true, ...((kind === 'binary' || kind === 'softmax') && { classes }) }
}

/** The margin that sums begin with, in float32 arithmetic. */
export function marginOf({ base }: Objective, score: number): number {
  if (base === 'margin') return score
  if (base === 'mean') return Math.fround(Math.log(score))
  return Math.fround(-Math.log(Math.fround(Math.fround(1 / score) - 1)))
}
