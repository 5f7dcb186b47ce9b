import avsc from 'avsc'
import * as fc from 'fast-check'
import { character } from '../../core/testing/character.ts'

/** For tests: a schema in JSON, and values of it as avsc has them: unions wrapped, longs as bigints, bytes as Buffers. */
export interface AvroCase {
  readonly schema: unknown
  readonly values: fc.Arbitrary<unknown>
}

const text = fc.oneof(fc.constantFrom('', 'red', '1.5', ' 2 ', 'NaN', 'true', '\uFEFFx'), fc.string({ unit: character, maxLength: 6 }))
const bytes = fc
  .oneof(
    fc.uint8Array({ maxLength: 5 }),
    text.map((value) => Buffer.from(value)),
  )
  .map((value) => Buffer.from(value))
const int = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)))
const long = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  int.map(BigInt),
  fc.constantFrom(2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 34n, -(2n ** 34n) - 1n),
)

export const PRIMITIVES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  null: fc.constant(null),
  boolean: fc.boolean(),
  int,
  long,
  float: fc.float(),
  double: fc.double(),
  bytes,
  string: text,
}

const SYMBOLS = ['red', 'green', 'NaN', 'x']

/** For tests: types of any form. Names are numbered, so that each is declared once. */
export function avroType(depth: number, names: { next: number }): fc.Arbitrary<AvroCase> {
  const primitive = fc.constantFrom(...Object.keys(PRIMITIVES)).map((schema): AvroCase => ({ schema, values: PRIMITIVES[schema]! }))
  const enumeration = fc.subarray(SYMBOLS, { minLength: 1 }).map((symbols): AvroCase => {
    return { schema: { type: 'enum', name: `e${names.next++}`, symbols }, values: fc.constantFrom(...symbols) }
  })
  const fixed = fc.nat(4).map((size): AvroCase => {
    const values = fc.uint8Array({ minLength: size, maxLength: size }).map((value) => Buffer.from(value))
    return { schema: { type: 'fixed', name: `f${names.next++}`, size }, values }
  })
  const simple = fc.oneof({ arbitrary: primitive, weight: 5 }, enumeration, fixed)
  if (depth === 0) return simple
  const inner = avroType(depth - 1, names)
  const array = inner.map(({ schema, values }): AvroCase => {
    return { schema: { type: 'array', items: schema }, values: fc.array(values, { maxLength: 3 }) }
  })
  const map = inner.map(({ schema, values }): AvroCase => {
    const keys = fc.string({ maxLength: 3 }).filter((key) => key !== '__proto__')
    return { schema: { type: 'map', values: schema }, values: fc.dictionary(keys, values, { maxKeys: 3, noNullPrototype: true }) }
  })
  return fc.oneof({ arbitrary: simple, weight: 4 }, array, map, unionOf(inner), recordOf(inner, names))
}

/** For tests: a record of these kinds of fields. */
export function recordOf(field: fc.Arbitrary<AvroCase>, names: { next: number }): fc.Arbitrary<AvroCase> {
  return fc.array(field, { maxLength: 5 }).map((fields): AvroCase => {
    const named = fields.map((one, i) => [`x${i}`, one] as const)
    return {
      schema: { type: 'record', name: `r${names.next++}`, fields: named.map(([name, { schema }]) => ({ name, type: schema })) },
      values: fc.record(Object.fromEntries(named.map(([name, { values }]) => [name, values])), { noNullPrototype: true }),
    }
  })
}

function unionOf(inner: fc.Arbitrary<AvroCase>): fc.Arbitrary<AvroCase> {
  return fc.array(inner, { minLength: 1, maxLength: 4 }).map((candidates): AvroCase => {
    const byName = new Map<string, AvroCase>()
    for (const candidate of candidates) if (!Array.isArray(candidate.schema)) byName.set(branchName(candidate.schema), candidate)
    if (byName.size === 0) byName.set('null', { schema: 'null', values: fc.constant(null) })
    const branches = [...byName].map(([name, { values }]) => values.map((value) => (value === null ? null : { [name]: value })))
    return { schema: [...byName.values()].map(({ schema }) => schema), values: fc.oneof(...branches) }
  })
}

function branchName(schema: unknown): string {
  if (typeof schema === 'string') return schema
  const { type, name } = schema as { readonly type: string; readonly name?: string }
  return name ?? type
}

/** For tests: avsc's type of a schema, with unions wrapped and longs as bigints. */
export function avscType(schema: unknown): avsc.Type {
  const registry = {}
  return avsc.Type.forSchema(schema as avsc.Schema, { registry, wrapUnions: true, typeHook: bigLongs })
}

const bigLong = avsc.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer(value: bigint) {
    const buffer = Buffer.alloc(8)
    buffer.writeBigInt64LE(value)
    return buffer
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
})

function bigLongs(schema: unknown): avsc.Type | undefined {
  const isLong = schema === 'long' || (typeof schema === 'object' && schema !== null && (schema as { type?: unknown }).type === 'long')
  return isLong ? bigLong : undefined
}

/** For tests: a value of avsc's as our decoder gives it: unions bare, small longs as numbers, bytes as Uint8Arrays. */
export function plainValue(schema: unknown, value: unknown): unknown {
  if (Array.isArray(schema)) {
    if (value === null) return null
    const [[name, inner]] = Object.entries(value as object) as [[string, unknown]]
    return plainValue(
      schema.find((branch) => branchName(branch) === name),
      inner,
    )
  }
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (value instanceof Uint8Array) return new Uint8Array(value)
  const { type, fields, items, values } = schema as Readonly<Record<string, unknown>>
  if (type === 'array') return (value as unknown[]).map((item) => plainValue(items, item))
  if (type === 'map') return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, plainValue(values, item)]))
  if (type !== 'record') return value
  const record = value as Record<string, unknown>
  return Object.fromEntries(
    (fields as { name: string; type: unknown }[]).map((field) => [field.name, plainValue(field.type, record[field.name])]),
  )
}
