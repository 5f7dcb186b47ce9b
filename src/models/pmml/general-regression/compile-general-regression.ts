import { exp } from '../functions/exponential.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { type ClassPrediction, createClasses, largest, takeClassPrediction } from '../assembly/prediction.ts'
import type { Evaluate } from '../assembly/operand.ts'
import { cauchit, cloglog, logistic, loglog, probit } from '../regression/link.ts'
import { compileCox } from './compile-cox.ts'
import { compileFieldOrNumber, compileLinear } from './design.ts'
import type { GeneralRegressionPlan } from './general-regression-plan.ts'
import { inverseLink } from './inverse-link.ts'

const CUMULATIVE = { logit: logistic, probit, cloglog, loglog, cauchit } as const

/** Puts a GeneralRegressionModel together (PMML 4.4.1, GeneralRegression). */
export function compileGeneralRegression(plan: GeneralRegressionPlan, context: ModelContext): ModelBody {
  if (plan.cox !== undefined) return compileCox(plan, plan.cox, context)
  return plan.head.functionName === 'regression' ? regression(plan, context) : classification(plan, context)
}

/** Sums plus the offset, for one class. */
function predictor(plan: GeneralRegressionPlan, category: string | undefined, { scope }: ModelContext): Evaluate {
  const sum = compileLinear(plan, category, scope)
  const offset = compileFieldOrNumber(plan.offset, 0, scope)
  return offset === undefined ? sum : (cells, at) => sum(cells, at) + offset(cells, at)
}

function regression(plan: GeneralRegressionPlan, context: ModelContext): ModelBody {
  const value = context.assembly.takeResult()
  const y = predictor(plan, undefined, context)
  const inverse = plan.link === undefined ? (sum: number) => sum : inverseLink(plan.link, plan)
  const trials = compileFieldOrNumber(plan.trials, 1, context.scope)
  return {
    prediction: { kind: 'number', value, type: 'double' },
    evaluator: {
      row: (cells, at) => {
        const mean = inverse(y(cells, at))
        cells[at + value] = trials === undefined ? mean : mean * trials(cells, at)
      },
    },
  }
}

function classification(plan: GeneralRegressionPlan, context: ModelContext): ModelBody {
  const mentioned = new Set(plan.parameterCells.flatMap((cell) => (cell.category === undefined ? [] : [cell.category])))
  const all = [...mentioned, ...(plan.referenceCategory === undefined ? [] : [plan.referenceCategory])]
  const classes = createClasses(context.target, all, context.assembly)
  const prediction = takeClassPrediction(classes, context.assembly)
  const reference = referenceClass(plan, prediction, mentioned)
  const modelled = classes.texts.map((_, i) => i).filter((i) => i !== reference)
  const sums = modelled.map((i) => predictor(plan, classes.texts[i], context))
  const work = new Float64Array(sums.length)
  const shares = sharesOf(plan)
  const { winner, probabilities } = prediction
  return {
    prediction,
    evaluator: {
      row: (cells, at) => {
        for (let i = 0; i < sums.length; i++) work[i] = sums[i]!(cells, at)
        const rest = shares(work)
        for (let i = 0; i < work.length; i++) cells[at + probabilities + modelled[i]!] = work[i]!
        cells[at + probabilities + reference] = rest
        cells[at + winner] = Number.isNaN(rest) ? NaN : largest(cells, at + probabilities, classes.texts.length)
      },
    },
  }
}

/** The class that no parameters are for: the declared reference, else the last class that no parameter names. */
function referenceClass(plan: GeneralRegressionPlan, { classes }: ClassPrediction, mentioned: ReadonlySet<string>): number {
  if (plan.modelType !== 'ordinalMultinomial' && plan.referenceCategory !== undefined) return classes.indexOf(plan.referenceCategory)
  const named = new Set([...mentioned].map((text) => classes.indexOf(text)))
  return classes.texts.findLastIndex((_, i) => !named.has(i))
}

/** Turns the sums of the modelled classes into their probabilities, in place, and answers that of the reference. */
function sharesOf(plan: GeneralRegressionPlan): (sums: Float64Array) => number {
  if (plan.modelType === 'ordinalMultinomial') {
    const link = CUMULATIVE[plan.cumulativeLink]
    return (sums) => {
      let before = 0
      for (let i = 0; i < sums.length; i++) {
        const cumulative = link(sums[i]!)
        sums[i] = cumulative - before
        before = cumulative
      }
      return 1 - before
    }
  }
  if (plan.modelType === 'generalizedLinear') {
    const inverse = inverseLink(plan.link!, plan)
    return (sums) => {
      let rest = 1
      for (let i = 0; i < sums.length; i++) {
        sums[i] = inverse(sums[i]!)
        rest -= sums[i]!
      }
      return rest
    }
  }
  return (sums) => {
    // Shares of the exponentials, where the reference's sum is 0; the largest is taken out so that none overflows.
    let most = 0
    for (let i = 0; i < sums.length; i++) most = Math.max(most, sums[i]!)
    let total = exp(-most)
    for (let i = 0; i < sums.length; i++) total += sums[i] = exp(sums[i]! - most)
    for (let i = 0; i < sums.length; i++) sums[i]! /= total
    return exp(-most) / total
  }
}
