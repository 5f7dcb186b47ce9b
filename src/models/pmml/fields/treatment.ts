import { CELL } from '../../../core/frame.ts'
import type { Assembly } from '../assembly/assembly.ts'
import { literalCell } from '../assembly/convert.ts'
import { isWithin } from '../expressions/compile-discretize.ts'
import type { DataField } from './data-field.ts'
import type { MiningField } from './mining-field.ts'

/** Why a row can't be scored, because of one of its fields. */
export type Problem = 'missing' | 'type' | 'not-finite' | 'value'

/** What a MiningField does to a value before the model sees it (PMML 4.4.1, MiningSchema). */
export interface Treatment {
  /** Why the last value that was applied can't be taken; undefined where it can. */
  problem: Problem | undefined
  /** The value that the model sees, NaN for missing. `state` is a `CELL`. */
  apply(value: number, state: number): number
}

/** `strict` is false for a field that another model has let pass already: then only what this one says itself is done. */
export function compileTreatment(field: MiningField, data: DataField, options: { assembly: Assembly; strict: boolean }): Treatment {
  const { assembly, strict } = options
  const literal = (text: string): number => literalCell(text, data.dataType, assembly)
  // A text that is no number is no value, but NaN itself may be declared to stand for a missing one.
  const declaredMissing = new Set(data.missingValues.filter((text) => text === 'NaN' || !Number.isNaN(literal(text))).map(literal))
  const isValid = validity(data, literal)
  const replacement = field.missingValueReplacement === undefined ? NaN : literal(field.missingValueReplacement)
  const substitute = field.invalidValueReplacement === undefined ? NaN : literal(field.invalidValueReplacement)
  const onInvalid = field.invalidValueTreatment ?? (strict ? 'returnInvalid' : 'asIs')
  const { outliers, low, high } = field

  const fail = (problem: Problem): number => {
    treatment.problem = problem
    return NaN
  }
  const missing = (): number => (field.rejectsMissing ? fail('missing') : replacement)
  const invalid = (value: number, problem: Problem): number => {
    if (onInvalid === 'asMissing') return missing()
    if (onInvalid === 'asValue' && !Number.isNaN(substitute)) return substitute
    return onInvalid === 'asIs' && problem !== 'type' ? value : fail(problem)
  }
  const outlier = (value: number): number => {
    if (outliers === 'asIs' || (value >= low && value <= high)) return value
    return outliers === 'asMissingValues' ? missing() : Math.min(Math.max(value, low), high)
  }
  const treatment: Treatment = {
    problem: undefined,
    apply(value, state) {
      treatment.problem = undefined
      if (state === CELL.missing) return missing()
      if (state === CELL.invalid) return invalid(NaN, 'type')
      if (declaredMissing.has(value)) return missing()
      if (!Number.isFinite(value)) return invalid(value, 'not-finite')
      return isValid(value) ? outlier(value) : invalid(value, 'value')
    },
  }
  return treatment
}

function validity(data: DataField, literal: (text: string) => number): (value: number) => boolean {
  const allowed = new Set(data.values.map(literal))
  const forbidden = new Set(data.invalidValues.map(literal))
  const intervals = data.intervals.map(isWithin)
  const whole = data.dataType === 'integer'
  const truth = data.dataType === 'boolean'
  return (value) => {
    if (whole && !Number.isInteger(value)) return false
    if (truth && value !== 0 && value !== 1) return false
    if (forbidden.has(value)) return false
    if (allowed.size > 0 && !allowed.has(value)) return false
    return intervals.length === 0 || intervals.some((within) => within(value))
  }
}
