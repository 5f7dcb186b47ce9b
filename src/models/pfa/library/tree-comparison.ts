import { accepts } from '../types/accepts.ts'
import { type ArrayType, type EnumType, isNumeric, type RecordType, type Type, type UnionType, unionOf } from '../types/type.ts'
import { tagOf, unboxed } from '../values/branches.ts'
import { Boxed, propertyOf, type RecordValue, type Value } from '../values/value.ts'
import type { CallSite } from './library-function.ts'

/** What a comparison says of a datum; null only where a missing field makes it unknown. */
export type Comparison = (datum: RecordValue, comparison: RecordValue) => boolean | null

export interface ComparisonOptions {
  /** The code for an operator that there is none of; the next code is for a bad type of value. */
  readonly code: number
  /** Whether a missing field makes the answer unknown; else `isMissing` and `notMissing` ask for it. */
  readonly nullIsUnknown: boolean
}

/** A test of a field's value, of a known type, against the value of a comparison. */
type Test = (field: Value, value: Value) => boolean

interface FieldPlan {
  readonly property: string
  readonly relation: (operator: string) => Test
  readonly membership: (field: Value, value: Value) => boolean
}

const NUMBER_TESTS: ReadonlyMap<string, (x: number, y: number) => boolean> = new Map([
  ['<', (x: number, y: number) => x < y],
  ['<=', (x: number, y: number) => x <= y],
  ['>', (x: number, y: number) => x > y],
  ['>=', (x: number, y: number) => x >= y],
  ['==', (x: number, y: number) => x === y],
  ['!=', (x: number, y: number) => x !== y],
])

/**
 * What `model.tree.simpleTest` and `missingTest` do: everything that depends on types is decided once for each field of the datum
 * (PFA 0.8.1, Decision and regression trees).
 */
export function comparisonOf(site: CallSite, options: ComparisonOptions): Comparison {
  const datumType = site.params[0] as RecordType
  const valueType = (site.params[1] as RecordType).fields.find((field) => field.name === 'value')!.type
  const asked = (site.params[1] as RecordType).fields.find((field) => field.name === 'field')!.type as EnumType
  const stranger = asked.symbols.find((symbol) => !datumType.fields.some((field) => field.name === symbol))
  if (stranger !== undefined) site.refuse(`the symbol '${stranger}' of ${asked.name} is no field of ${datumType.name}`)
  const plans = new Map(datumType.fields.map((field) => [field.name, planOf(site, { field, valueType, options })]))
  const { nullIsUnknown } = options
  return (datum, comparison) => {
    const operator = comparison['operator'] as string
    if (operator === 'alwaysTrue') return true
    if (operator === 'alwaysFalse') return false
    const plan = plans.get(comparison['field'] as string)!
    const field = datum[plan.property]
    if (!nullIsUnknown && operator === 'isMissing') return field === null
    if (!nullIsUnknown && operator === 'notMissing') return field !== null
    const isList = operator === 'in' || operator === 'notIn'
    const test = isList ? plan.membership : plan.relation(operator)
    if (nullIsUnknown && field === null) return null
    return test(field, comparison['value']) !== (operator === 'notIn')
  }
}

interface PlanOptions {
  readonly field: { readonly name: string; readonly type: Type }
  readonly valueType: Type
  readonly options: ComparisonOptions
}

function planOf(site: CallSite, { field, valueType, options }: PlanOptions): FieldPlan {
  const type = options.nullIsUnknown ? withoutNull(field.type) : field.type
  return {
    property: propertyOf(field.name),
    relation: relationOf(site, { type, valueType, code: options.code }),
    membership: membershipOf(site, { type, valueType, code: options.code }),
  }
}

function withoutNull(type: Type): Type {
  if (type.kind !== 'union') return type
  const rest = type.types.filter((branch) => branch.kind !== 'null')
  return rest.length === 1 ? rest[0]! : unionOf(rest)
}

interface TestOptions {
  readonly type: Type
  readonly valueType: Type
  readonly code: number
}

function relationOf(site: CallSite, { type, valueType, code }: TestOptions): (operator: string) => Test {
  if (!accepts(valueType, type) && !(isNumeric(type) && isNumeric(valueType))) return () => site.fail(code + 1)
  if (isNumeric(type)) return numberRelation(site, code)
  const compare = site.comparator(valueType)
  const convert = raiser(type, valueType)
  const tests = new Map(
    Array.from(NUMBER_TESTS, ([operator, test]): [string, Test] => [operator, (field, value) => test(compare(convert(field), value), 0)]),
  )
  return (operator) => tests.get(operator) ?? site.fail(code)
}

function numberRelation(site: CallSite, code: number): (operator: string) => Test {
  const tests = new Map(
    Array.from(NUMBER_TESTS, ([operator, test]): [string, Test] => {
      return [
        operator,
        (field, value) => {
          const plain = unboxed(value)
          if (typeof plain !== 'number' && typeof plain !== 'bigint') return site.fail(code + 1)
          return test(field as number, plain as number)
        },
      ]
    }),
  )
  return (operator) => tests.get(operator) ?? site.fail(code)
}

function membershipOf(site: CallSite, { type, valueType, code }: TestOptions): FieldPlan['membership'] {
  const branches = valueType.kind === 'union' ? valueType.types : [valueType]
  const list = branches.find((branch): branch is ArrayType => branch.kind === 'array' && accepts(branch.items, type))
  if (list === undefined) return () => site.fail(code + 1)
  const equal = site.equality(list.items)
  const convert = raiser(type, list.items)
  return (field, value) => {
    const plain = unboxed(value)
    if (!Array.isArray(plain)) return site.fail(code + 1)
    const wanted = convert(field)
    return plain.some((item) => equal(item, wanted))
  }
}

/** Makes a value of one type stand as another that accepts it. */
function raiser(from: Type, to: Type): (value: Value) => Value {
  if (from.key === to.key) return (value) => value
  if (to.kind === 'union') return into(from, to)
  if (from.kind === 'long') return (value) => (typeof value === 'bigint' ? Number(value) : value)
  return (value) => value
}

function into(from: Type, to: UnionType): (value: Value) => Value {
  if (!to.boxed) return unboxed
  // Values of a union that are boxed carry their branch; a branch of another name is found by what it accepts.
  const tagFor = (branch: Type): string =>
    tagOf(to.types.find((type) => type.key === branch.key) ?? to.types.find((type) => accepts(type, branch))!)
  if (from.kind !== 'union') return (value) => (value === null ? null : new Boxed(tagFor(from), value))
  const tags = new Map(from.types.map((branch) => [tagOf(branch), tagFor(branch)]))
  return (value) => (value instanceof Boxed ? new Boxed(tags.get(value.tag)!, value.value) : value)
}
