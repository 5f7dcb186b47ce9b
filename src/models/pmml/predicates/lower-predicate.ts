import { requiredChoice, requiredText, text } from '../xml/attributes.ts'
import { arrayIn } from '../xml/array.ts'
import { contentOf, type Element, malformed, requiredChild } from '../xml/element.ts'
import { type Predicate, SIMPLE_OPERATORS } from './predicate.ts'

const READERS: Readonly<Record<string, (element: Element) => Predicate>> = {
  True: () => ({ kind: 'True' }),
  False: () => ({ kind: 'False' }),
  SimplePredicate: readSimple,
  SimpleSetPredicate: (element) => ({
    kind: 'SimpleSetPredicate',
    field: requiredText(element, 'field'),
    isIn: requiredChoice(element, 'booleanOperator', ['isIn', 'isNotIn']) === 'isIn',
    values: arrayIn(requiredChild(element, 'Array')),
  }),
  CompoundPredicate: readCompound,
}

export const PREDICATE_ELEMENTS = Object.keys(READERS)

/** The element that is the predicate of a node, segment or rule. */
export function predicateElementOf(element: Element): Element {
  const found = element.children.find((candidate) => Object.hasOwn(READERS, candidate.name))
  if (found === undefined) throw malformed(element, `needs a predicate: one of ${PREDICATE_ELEMENTS.join(', ')}`)
  return found
}

/** The predicate that an element stands for. */
export function readPredicate(element: Element): Predicate {
  const read = Object.hasOwn(READERS, element.name) ? READERS[element.name] : undefined
  if (read === undefined) throw malformed(element, `is not a predicate: one of ${PREDICATE_ELEMENTS.join(', ')}`)
  return read(element)
}

function readSimple(element: Element): Predicate {
  const operator = requiredChoice(element, 'operator', SIMPLE_OPERATORS)
  const field = requiredText(element, 'field')
  if (operator === 'isMissing' || operator === 'isNotMissing') return { kind: 'SimplePredicate', field, operator }
  const value = text(element, 'value')
  if (value === undefined) throw malformed(element, `with operator="${operator}" needs a value`)
  return { kind: 'SimplePredicate', field, operator, value }
}

function readCompound(element: Element): Predicate {
  const operator = requiredChoice(element, 'booleanOperator', ['and', 'or', 'xor', 'surrogate'])
  const parts = contentOf(element).map(readPredicate)
  if (parts.length < 2) throw malformed(element, `has ${parts.length} predicates; it needs 2 or more`)
  return { kind: 'CompoundPredicate', operator, parts }
}
