import { exp } from '../functions/exponential.ts'
import { SluiceError } from '../../../core/errors.ts'
import { cloglog, logistic, loglog, probit } from '../regression/link.ts'
import type { GeneralRegressionPlan } from './general-regression-plan.ts'

type Link = (y: number) => number
type Parameters = Pick<GeneralRegressionPlan, 'linkParameter' | 'distParameter'>

/** The inverses of the link functions (PMML 4.4.1, GeneralRegression, linkFunction). */
const INVERSES: Readonly<Record<NonNullable<GeneralRegressionPlan['link']>, (parameters: Parameters) => Link>> = {
  identity: () => (y) => y,
  log: () => exp,
  logc: () => (y) => 1 - exp(y),
  logit: () => logistic,
  probit: () => probit,
  cloglog: () => cloglog,
  loglog: () => loglog,
  negbin: ({ distParameter }) => {
    const c = needed(distParameter, 'negbin', 'distParameter')
    return (y) => 1 / (c * (exp(-y) - 1))
  },
  oddspower: ({ linkParameter }) => {
    const d = needed(linkParameter, 'oddspower', 'linkParameter')
    return d === 0 ? logistic : (y) => 1 / (1 + (1 + d * y) ** (-1 / d))
  },
  power: ({ linkParameter }) => {
    const d = needed(linkParameter, 'power', 'linkParameter')
    return d === 0 ? exp : (y) => y ** (1 / d)
  },
}

export function inverseLink(link: NonNullable<GeneralRegressionPlan['link']>, parameters: Parameters): Link {
  return INVERSES[link](parameters)
}

function needed(value: number | undefined, link: string, attribute: string): number {
  if (value === undefined) throw new SluiceError('model.malformed', `linkFunction="${link}" needs ${attribute}`)
  return value
}
