import { exp } from '../functions/exponential.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { comparedLiteral } from '../assembly/convert.ts'
import { numeric } from '../expressions/compile-expression.ts'
import { compileLinear, referenceSum } from './design.ts'
import type { CoxPlan, GeneralRegressionPlan } from './general-regression-plan.ts'

type Baseline = CoxPlan['baselines'][number]

/** The cumulative hazard of a Cox regression at the row's end time (PMML 4.4.1, GeneralRegression, scoring of Cox models). */
export function compileCox(plan: GeneralRegressionPlan, cox: CoxPlan, context: ModelContext): ModelBody {
  const { scope, assembly } = context
  const value = assembly.takeResult()
  const sum = compileLinear(plan, undefined, scope)
  const reference = referenceSum(plan)
  const time = numeric(scope.require(cox.endTime), scope).run
  const strata = cox.strata === undefined ? undefined : scope.require(cox.strata)
  const byStratum = new Map(
    strata === undefined ? [] : cox.baselines.map((baseline) => [comparedLiteral(strata, baseline.stratum!, assembly), baseline] as const),
  )
  return {
    prediction: { kind: 'number', value, type: 'double' },
    evaluator: {
      row: (cells, at) => {
        const baseline = strata === undefined ? cox.baselines[0] : byStratum.get(strata.run(cells, at))
        cells[at + value] = baseline === undefined ? NaN : baselineHazard(baseline, time(cells, at)) * exp(sum(cells, at) - reference)
      },
    },
  }
}

/** The hazard of the last cell whose time has come; none before the first, and no answer beyond the last time observed. */
function baselineHazard(baseline: Baseline, time: number): number {
  if (!(time <= baseline.maxTime)) return NaN
  let hazard = 0
  for (let i = 0; i < baseline.times.length && baseline.times[i]! <= time; i++) hazard = baseline.hazards[i]!
  return hazard
}
