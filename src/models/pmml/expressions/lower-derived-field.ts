import { requiredText } from '../xml/attributes.ts'
import { childrenOf, type Element, requiredChild } from '../xml/element.ts'
import type { DefineFunction, DerivedField } from './expression.ts'
import { dataTypeOf, expressionIn } from './lower-expression.ts'

/** The derived fields inside a TransformationDictionary or LocalTransformations. */
export function derivedFieldsIn(element: Element | undefined): readonly DerivedField[] {
  if (element === undefined) return []
  return childrenOf(element, 'DerivedField').map((field) => ({ name: requiredText(field, 'name'), ...readDerivedField(field) }))
}

/** A derived field that needs no name: the input or output of a neural network. */
export function readDerivedField(element: Element): Omit<DerivedField, 'name'> {
  return { expression: expressionIn(element), ...dataTypeOf(element) }
}

/** The derived field that an element holds. */
export function derivedFieldIn(element: Element): Omit<DerivedField, 'name'> {
  return readDerivedField(requiredChild(element, 'DerivedField'))
}

/** The functions that a TransformationDictionary defines. */
export function functionsIn(element: Element | undefined): readonly DefineFunction[] {
  if (element === undefined) return []
  return childrenOf(element, 'DefineFunction').map((definition) => ({
    name: requiredText(definition, 'name'),
    parameters: childrenOf(definition, 'ParameterField').map((parameter) => ({
      name: requiredText(parameter, 'name'),
      ...dataTypeOf(parameter),
    })),
    expression: expressionIn(definition),
    ...dataTypeOf(definition),
  }))
}
