import { SluiceError } from '../../core/errors.ts'
import type { Document } from '../trees/document.ts'
import type { LinkPlan } from '../trees/link-plan.ts'

/** What CatBoost's `predict` or `predict_proba` makes of the sums, by loss; losses that are not listed give the sums. */
export const CATBOOST_LOSSES: Readonly<Record<string, LinkPlan['kind']>> = {
  Logloss: 'binary',
  CrossEntropy: 'binary',
  MultiClass: 'softmax',
  MultiClassOneVsAll: 'oneVersusAll',
  MultiLogloss: 'sigmoid',
  MultiCrossEntropy: 'sigmoid',
  Poisson: 'exp',
  Tweedie: 'exp',
  RMSEWithUncertainty: 'meanAndVariance',
}

/** The link of a model over so many sums, from its `model_info` and `scale_and_bias`. */
export function linkOfModel(model: Document, sums: number): LinkPlan {
  const info = model.find('model_info')
  const loss = info?.find('params')?.find('loss_function')?.find('type')?.text ?? ''
  const kind = Object.hasOwn(CATBOOST_LOSSES, loss) ? CATBOOST_LOSSES[loss]! : 'identity'
  const needed = kind === 'binary' ? 1 : kind === 'meanAndVariance' ? 2 : sums
  if (sums !== needed) throw new SluiceError('model.malformed', `a model of loss ${loss} has ${sums} values a leaf; it must have ${needed}`)
  const common = { kind, sums, single: false, ...scaleAndBias(model, sums) }
  if (kind !== 'binary' && kind !== 'softmax' && kind !== 'oneVersusAll') return common
  const count = kind === 'binary' ? 2 : sums
  return { ...common, classes: classNames(info?.find('class_params'), count), labelFirst: true }
}

/** `[scale, [bias, …]]`; before CatBoost 1.0 `[scale, bias]`. */
function scaleAndBias(model: Document, sums: number): { scale: number; bias: readonly number[] } {
  const given = model.find('scale_and_bias')
  if (given === undefined) return { scale: 1, bias: [] }
  if (given.length !== 2) throw given.malformed('a scale and a bias')
  const biases = given.item(1)
  const bias = typeof biases.value === 'number' ? [biases.value] : Array.from(biases.numbers())
  if (bias.length !== 0 && bias.length !== sums) throw biases.malformed(`a list of ${sums} numbers`)
  return { scale: given.item(0).number, bias }
}

function classNames(parameters: Document | undefined, count: number): readonly string[] {
  const names = parameters?.find('class_names')?.items ?? []
  if (names.length === 0) return Array.from({ length: count }, (_, k) => String(k))
  if (names.length !== count) throw parameters!.get('class_names').malformed(`a list of ${count} names`)
  return names.map((name) => {
    if (typeof name.value === 'string' || typeof name.value === 'number' || typeof name.value === 'boolean') return String(name.value)
    throw name.malformed('the name of a class')
  })
}
