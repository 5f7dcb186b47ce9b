import { choice, real, text } from '../xml/attributes.ts'
import { child, childrenOf, type Element } from '../xml/element.ts'

export const CASTS = ['round', 'ceiling', 'floor'] as const

/** What is done to a prediction before it is the result (PMML 4.4.1, Targets), as plain data. */
export interface Target {
  readonly field?: string
  readonly castInteger?: (typeof CASTS)[number]
  readonly min: number
  readonly max: number
  readonly rescaleConstant: number
  readonly rescaleFactor: number
  /** The result where the model has none, for a number. */
  readonly defaultValue?: number
  /** The result where the model has none, for a class. */
  readonly priors: readonly { readonly value: string; readonly probability: number }[]
  readonly displayValues: Readonly<Record<string, string>>
}

export function targetsIn(element: Element): readonly Target[] {
  const targets = child(element, 'Targets')
  return targets === undefined ? [] : childrenOf(targets, 'Target').map(readTarget)
}

function readTarget(element: Element): Target {
  const field = text(element, 'field')
  const castInteger = choice(element, 'castInteger', { of: CASTS, fallback: undefined })
  const values = childrenOf(element, 'TargetValue')
  const defaultValue = values.map((value) => real(value, 'defaultValue')).find((value) => value !== undefined)
  const shown = values.flatMap((value) => {
    const [of, display] = [text(value, 'value'), text(value, 'displayValue')]
    return of === undefined || display === undefined ? [] : [[of, display] as const]
  })
  return {
    min: real(element, 'min') ?? -Infinity,
    max: real(element, 'max') ?? Infinity,
    rescaleConstant: real(element, 'rescaleConstant') ?? 0,
    rescaleFactor: real(element, 'rescaleFactor') ?? 1,
    priors: values.flatMap((value) => {
      const [of, probability] = [text(value, 'value'), real(value, 'priorProbability')]
      return of === undefined || probability === undefined ? [] : [{ value: of, probability }]
    }),
    displayValues: Object.fromEntries(shown),
    ...(field !== undefined && { field }),
    ...(castInteger !== undefined && { castInteger }),
    ...(defaultValue !== undefined && { defaultValue }),
  }
}
