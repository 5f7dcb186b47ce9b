import { type DataType, DATA_TYPE_NAMES } from '../values/data-type.ts'
import { choice, count, flag, real, requiredChoice, requiredReal, requiredText, text } from '../xml/attributes.ts'
import { childrenOf, contentOf, type Element, malformed, requiredChild, unsupported } from '../xml/element.ts'
import { type Expression, INVALID_VALUE_TREATMENTS, type Interval, LAG_AGGREGATES, OUTLIER_TREATMENTS } from './expression.ts'
import { lowerTextIndex } from '../text-index/lower-text-index.ts'
import { LIMITS } from '../limits.ts'
import { tableRows } from './inline-table.ts'

/** Reads each expression element; a table, so that a new expression is one more row. */
const READERS: Readonly<Record<string, (element: Element) => Expression>> = {
  Constant: (element) => ({ kind: 'Constant', text: element.text, missing: flag(element, 'missing', false), ...dataTypeOf(element) }),
  FieldRef: (element) => ({ kind: 'FieldRef', field: requiredText(element, 'field'), ...optional(element, 'mapMissingTo') }),
  NormContinuous: readNormContinuous,
  NormDiscrete: (element) => ({
    kind: 'NormDiscrete',
    field: requiredText(element, 'field'),
    value: requiredText(element, 'value'),
    ...optionalReal(element, 'mapMissingTo'),
  }),
  Discretize: (element) => ({
    kind: 'Discretize',
    field: requiredText(element, 'field'),
    bins: childrenOf(element, 'DiscretizeBin').map((bin) => ({
      interval: readInterval(requiredChild(bin, 'Interval')),
      value: requiredText(bin, 'binValue'),
    })),
    ...dataTypeOf(element),
    ...optional(element, 'mapMissingTo'),
    ...optional(element, 'defaultValue'),
  }),
  MapValues: readMapValues,
  Lag: readLag,
  TextIndex: (element) => lowerTextIndex(element, readExpression),
  Apply: (element) => ({
    kind: 'Apply',
    function: requiredText(element, 'function'),
    arguments: contentOf(element).map(readExpression),
    invalidValueTreatment: choice(element, 'invalidValueTreatment', { of: INVALID_VALUE_TREATMENTS, fallback: 'returnInvalid' }),
    ...optional(element, 'mapMissingTo'),
    ...optional(element, 'defaultValue'),
  }),
}

/** The elements that `readExpression` knows. */
export const EXPRESSION_ELEMENTS = Object.keys(READERS)

/** The expression that an element stands for. Throws `model.unsupported` for one that is not known. */
export function readExpression(element: Element): Expression {
  const read = Object.hasOwn(READERS, element.name) ? READERS[element.name] : undefined
  if (read === undefined) throw unsupported(element)
  return read(element)
}

/** The one expression inside an element, which may have other children too. */
export function expressionIn(element: Element): Expression {
  const found = expressionsIn(element)[0]
  if (found === undefined) throw malformed(element, 'needs an expression')
  return readExpression(found)
}

const NOT_EXPRESSIONS = new Set(['Extension', 'Value', 'ParameterField', 'Interval', 'Decisions'])

/** The children of an element that can only be expressions, supported or not. */
export function expressionsIn(element: Element): readonly Element[] {
  return element.children.filter((candidate) => !NOT_EXPRESSIONS.has(candidate.name))
}

/** An `Interval` element (PMML 4.4.1, DataDictionary). */
export function readInterval(element: Element): Interval {
  const closure = requiredChoice(element, 'closure', ['openClosed', 'openOpen', 'closedOpen', 'closedClosed'])
  return {
    low: real(element, 'leftMargin') ?? -Infinity,
    high: real(element, 'rightMargin') ?? Infinity,
    closedLow: closure.startsWith('closed'),
    closedHigh: closure.endsWith('Closed'),
  }
}

function readNormContinuous(element: Element): Expression {
  const points = childrenOf(element, 'LinearNorm')
  if (points.length < 2) throw malformed(element, `has ${points.length} <LinearNorm>; it needs 2 or more`)
  const orig = points.map((point) => requiredReal(point, 'orig'))
  const unsorted = orig.findIndex((value, i) => i > 0 && value < orig[i - 1]!)
  if (unsorted > 0) throw malformed(points[unsorted]!, `has orig="${orig[unsorted]}" below the one before; they must rise`)
  return {
    kind: 'NormContinuous',
    field: requiredText(element, 'field'),
    orig,
    norm: points.map((point) => requiredReal(point, 'norm')),
    outliers: choice(element, 'outliers', { of: OUTLIER_TREATMENTS, fallback: 'asIs' }),
    ...optionalReal(element, 'mapMissingTo'),
  }
}

function readLag(element: Element): Expression {
  const n = count(element, 'n') ?? 1
  if (n < 1 || n > LIMITS.lag) throw malformed(element, `has n="${n}"; it must be from 1 to ${LIMITS.lag}`)
  return {
    kind: 'Lag',
    field: requiredText(element, 'field'),
    n,
    aggregate: choice(element, 'aggregate', { of: LAG_AGGREGATES, fallback: 'none' }),
    blocks: childrenOf(element, 'BlockIndicator').map((block) => requiredText(block, 'field')),
  }
}

function readMapValues(element: Element): Expression {
  const pairs = childrenOf(element, 'FieldColumnPair')
  const columns = [...pairs.map((pair) => requiredText(pair, 'column')), requiredText(element, 'outputColumn')]
  return {
    kind: 'MapValues',
    fields: pairs.map((pair) => requiredText(pair, 'field')),
    rows: tableRows(element, columns),
    ...dataTypeOf(element),
    ...optional(element, 'mapMissingTo'),
    ...optional(element, 'defaultValue'),
  }
}

export function dataTypeOf(element: Element): { dataType?: DataType } {
  const dataType = choice(element, 'dataType', { of: DATA_TYPE_NAMES, fallback: undefined })
  return dataType === undefined ? {} : { dataType }
}

function optional<K extends string>(element: Element, name: K): { [P in K]?: string } {
  const value = text(element, name)
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: string }
}

function optionalReal<K extends string>(element: Element, name: K): { [P in K]?: number } {
  const value = real(element, name)
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: number }
}
