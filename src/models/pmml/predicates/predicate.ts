/** A test of a row (PMML 4.4.1, TreeModel, PREDICATE), as plain data. Its answer is true, false or unknown. */
export type Predicate = True | False | SimplePredicate | SetPredicate | CompoundPredicate

export interface True {
  readonly kind: 'True'
}

export interface False {
  readonly kind: 'False'
}

/** The operators of a SimplePredicate, in the order of their codes in a tree's columns. */
export const SIMPLE_OPERATORS = [
  'equal',
  'notEqual',
  'lessThan',
  'lessOrEqual',
  'greaterThan',
  'greaterOrEqual',
  'isMissing',
  'isNotMissing',
] as const
export type SimpleOperator = (typeof SIMPLE_OPERATORS)[number]

export interface SimplePredicate {
  readonly kind: 'SimplePredicate'
  readonly field: string
  readonly operator: SimpleOperator
  /** Absent for `isMissing` and `isNotMissing`. */
  readonly value?: string
}

export interface SetPredicate {
  readonly kind: 'SimpleSetPredicate'
  readonly field: string
  readonly isIn: boolean
  readonly values: readonly string[]
}

export interface CompoundPredicate {
  readonly kind: 'CompoundPredicate'
  readonly operator: 'and' | 'or' | 'xor' | 'surrogate'
  readonly parts: readonly Predicate[]
}
