import type { Expression } from './expression.ts'

/**
 * The names of the fields that an expression's value is a function of; undefined where it may depend on anything else, such as on
 * other records.
 */
export function fieldsOf(expression: Expression): readonly string[] | undefined {
  switch (expression.kind) {
    case 'Constant':
      return []
    case 'FieldRef':
    case 'NormContinuous':
    case 'NormDiscrete':
    case 'Discretize':
      return [expression.field]
    case 'MapValues':
      return expression.fields
    case 'Apply': {
      const inner = expression.arguments.map(fieldsOf)
      return inner.includes(undefined) ? undefined : inner.flatMap((fields) => fields!)
    }
    case 'TextIndex':
    case 'Lag':
      return undefined
  }
}
