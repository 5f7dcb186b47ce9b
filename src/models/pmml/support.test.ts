import { describe, expect, it } from 'vitest'
import { SluiceError } from '../../core/errors.ts'
import { EXPRESSION_ELEMENTS, readExpression } from './expressions/lower-expression.ts'
import { createDocumentLowering } from './lower-document.ts'
import { PREDICATE_ELEMENTS } from './predicates/lower-predicate.ts'
import { type ElementSupport, PMML_SUPPORT } from './support.ts'
import type { Element } from './xml/element.ts'

const named = (kind: ElementSupport['kind'], supported: boolean): readonly string[] =>
  PMML_SUPPORT.filter((entry) => entry.kind === kind && entry.supported === supported)
    .map((entry) => entry.element)
    .sort()

const element = (name: string, children: readonly Element[] = [], attributes: Record<string, string> = {}): Element => ({
  name,
  attributes,
  children,
  text: '',
  line: 1,
})

function errorOf(action: () => unknown): SluiceError | undefined {
  try {
    action()
    return undefined
  } catch (error) {
    return error instanceof SluiceError ? error : undefined
  }
}

describe('the table of supported elements', () => {
  it('is what the expressions and predicates are', () => {
    expect(named('expression', true)).toEqual([...EXPRESSION_ELEMENTS].sort())
    expect(named('predicate', true)).toEqual([...PREDICATE_ELEMENTS].sort())
  })

  it('names every element once', () => {
    const names = PMML_SUPPORT.map((entry) => entry.element)
    expect(new Set(names).size).toBe(names.length)
  })

  it.each(named('expression', false))('says that %s is refused, and it is', (name) => {
    expect(errorOf(() => readExpression(element(name)))).toMatchObject({
      code: 'model.unsupported',
      message: `line 1: <${name}> is not supported`,
    })
  })

  it.each(PMML_SUPPORT.filter((entry) => entry.kind === 'model'))(
    'says whether $element is supported, and it is so',
    ({ element: name, supported }) => {
      const model = element(name, [], { functionName: 'regression' })
      const error = errorOf(() => createDocumentLowering().lower(element('PMML', [element('DataDictionary'), model], { version: '4.4' })))
      // An empty element of a supported kind is malformed; another is not looked into.
      expect(error).toMatchObject({ code: supported ? 'model.malformed' : 'model.unsupported' })
    },
  )
})
