import { exp } from '../functions/exponential.ts'
import { SluiceError } from '../../../core/errors.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import type { Evaluate, Step } from '../assembly/operand.ts'
import { type ClassPrediction, createClasses, largest, takeClassPrediction } from '../assembly/prediction.ts'
import { compileTable } from './linear-predictor.ts'
import {
  cauchit,
  cloglog,
  logistic,
  loglog,
  probit,
  type Round,
  roundingOf,
  simplemax,
  singleExp,
  singleLogistic,
  softmax,
} from './link.ts'
import type { NormalizationMethod, RegressionPlan } from './regression-plan.ts'

type Link = (y: number) => number

/** What a normalization does to a single value; nothing where it needs the others. */
function linkOf(normalization: NormalizationMethod, singlePrecision: boolean): Link | undefined {
  return (singlePrecision ? SINGLE_LINKS[normalization] : undefined) ?? LINKS[normalization]
}

const LINKS: Readonly<Record<NormalizationMethod, Link | undefined>> = {
  none: (y) => y,
  softmax: logistic,
  logit: logistic,
  exp,
  probit,
  cloglog,
  loglog,
  cauchit,
  simplemax: undefined,
}

const SINGLE_PER_PI = Math.fround(1 / Math.fround(Math.PI))

/** The same with 32-bit floats, where that is more than rounding the result. */
const SINGLE_LINKS: Partial<Readonly<Record<NormalizationMethod, Link>>> = {
  softmax: singleLogistic,
  logit: singleLogistic,
  exp: singleExp,
  cloglog: (y) => Math.fround(1 - singleExp(-singleExp(y))),
  loglog: (y) => singleExp(-singleExp(-y)),
  cauchit: (y) => Math.fround(0.5 + Math.fround(SINGLE_PER_PI * Math.fround(Math.atan(y)))),
}

/** The methods that turn each value into a share by itself, so that the last class gets what the others leave. */
const LEAVING_A_REST = new Set<NormalizationMethod>(['none', 'logit', 'probit', 'cloglog', 'loglog', 'cauchit'])

/** Puts a RegressionModel together (PMML 4.4.1, Regression). */
export function compileRegression(plan: RegressionPlan, context: ModelContext): ModelBody {
  const { scope, head } = context
  const tables = plan.tables.map((table) => compileTable(table, scope, head.singlePrecision))
  const round = roundingOf(head.singlePrecision)
  return head.functionName === 'regression'
    ? regression(plan, tables[0]!, { context, round })
    : classification(plan, tables, { context, round })
}

function regression(plan: RegressionPlan, table: Evaluate, { context, round }: { context: ModelContext; round: Round }): ModelBody {
  const link = linkOf(plan.normalization, context.head.singlePrecision)
  if (link === undefined) throw unsupportedMethod(plan)
  const value = context.assembly.takeResult()
  const plain = plan.normalization === 'none'
  return {
    prediction: { kind: 'number', value, type: context.head.singlePrecision ? 'float' : 'double' },
    evaluator: {
      row: plain
        ? (cells, at) => {
            cells[at + value] = table(cells, at)
          }
        : (cells, at) => {
            cells[at + value] = round(link(table(cells, at)))
          },
    },
  }
}

function classification(
  plan: RegressionPlan,
  tables: readonly Evaluate[],
  { context, round }: { context: ModelContext; round: Round },
): ModelBody {
  const { assembly, target } = context
  const categories = plan.tables.map((table) => table.targetCategory!)
  const classes = createClasses(target, categories, assembly)
  const prediction = takeClassPrediction(classes, assembly)
  const order = Int32Array.from(categories, (category) => classes.indexOf(category))
  const work = new Float64Array(tables.length)
  const normalize = normalizer(plan, context, round)
  const write = sharesWriter(prediction, work, order)
  return {
    prediction,
    evaluator: {
      row: (cells, at) => {
        for (let i = 0; i < work.length; i++) work[i] = tables[i]!(cells, at)
        normalize(work)
        write(cells, at)
      },
    },
  }
}

/** Leaves the shares in the cells of their classes (classes without a table have none), and the winner. */
function sharesWriter(prediction: ClassPrediction, shares: Float64Array, order: Int32Array): Step {
  const size = prediction.classes.texts.length
  return (cells, at) => {
    const first = at + prediction.probabilities
    let missing = false
    for (let i = 0; i < size; i++) cells[first + i] = 0
    for (let i = 0; i < order.length; i++) {
      cells[first + order[i]!] = shares[i]!
      if (Number.isNaN(shares[i]!)) missing = true
    }
    if (missing) for (let i = 0; i < size; i++) cells[first + i] = NaN
    cells[at + prediction.winner] = largest(cells, first, size)
  }
}

function normalizer(plan: RegressionPlan, context: ModelContext, round: Round): (values: Float64Array) => void {
  const { normalization } = plan
  if (normalization === 'exp') throw unsupportedMethod(plan)
  const count = plan.tables.length
  const all = { first: 0, count }
  if (normalization === 'softmax' && count > 1) return (values) => softmax(values, all, round)
  if (normalization === 'simplemax') return (values) => simplemax(values, all, round)
  const link = linkOf(normalization, context.head.singlePrecision)!
  const bounded = normalization === 'none' ? (y: number): number => Math.min(Math.max(y, 0), 1) : link
  if (context.target?.opType === 'ordinal' && count > 1) return ordinal(bounded, count, round)
  if (count === 2 && LEAVING_A_REST.has(normalization)) {
    return (values) => {
      const share = round(bounded(values[0]!))
      values[0] = share
      values[1] = round(1 - share)
    }
  }
  if (count > 2 && normalization === 'none') {
    return (values) => {
      let rest = 1
      for (let i = 0; i < count - 1; i++) rest = round(rest - values[i]!)
      values[count - 1] = rest
    }
  }
  return (values) => {
    for (let i = 0; i < count; i++) values[i] = round(link(values[i]!))
    if (count > 2) simplemax(values, all, round)
  }
}

/** Cumulative shares of an ordered target. */
function ordinal(link: Link, count: number, round: Round): (values: Float64Array) => void {
  return (values) => {
    let before = 0
    for (let i = 0; i < count - 1; i++) {
      const cumulative = round(link(values[i]!))
      values[i] = round(cumulative - before)
      before = cumulative
    }
    values[count - 1] = round(1 - before)
  }
}

function unsupportedMethod({ normalization, head }: RegressionPlan): SluiceError {
  return new SluiceError(
    'model.unsupported',
    `normalizationMethod="${normalization}" of a <RegressionModel> for ${head.functionName} is not supported`,
  )
}
