import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SluiceError } from '../../core/errors.ts'
import { batchOf } from '../../core/testing/batch-of.ts'
import { type AvroCase, avroType, avscType, plainValue, recordOf } from '../testing/avro-values.ts'
import { bound, INVALID, MISSING, readRows, type Row } from '../testing/read-rows.ts'
import { createAvroCodec } from './avro-codec.ts'

const names = { next: 0 }
const records = recordOf(avroType(2, names), names)

/** A schema with some of its values. */
const samples = records.chain(({ schema, values }: AvroCase) =>
  fc.array(values, { minLength: 1, maxLength: 3 }).map((some) => ({ schema, some })),
)

test('records that avsc writes are read value by value', () => {
  fc.assert(
    fc.property(samples, ({ schema, some }) => {
      const type = avscType(schema)
      const codec = createAvroCodec({ schema: JSON.stringify(schema) })
      for (const value of some) expect(codec.decode(type.toBuffer(value))).toEqual(plainValue(schema, value))
    }),
    { numRuns: 300 },
  )
})

test('records in the JSON of Avro are written as avsc writes them', () => {
  fc.assert(
    fc.property(samples, ({ schema, some }) => {
      const type = avscType(schema)
      const codec = createAvroCodec({ schema: JSON.stringify(schema) })
      for (const value of some) expect(Buffer.from(codec.encode(value as Record<string, unknown>))).toEqual(type.toBuffer(value))
    }),
    { numRuns: 300 },
  )
})

test('rows hold what avsc finds at the paths of their columns', () => {
  fc.assert(
    fc.property(samples, fc.boolean(), ({ schema, some }, asText) => {
      const type = avscType(schema)
      const codec = createAvroCodec({ schema: JSON.stringify(schema) })
      const paths = codec.schema!.filter(({ path }) => !isStructure(schema, path)).map(({ path }) => path)
      const fields = paths.map((path) => bound(path, asText ? 'category' : 'number', { open: true }))
      const batch = batchOf(some.map((value) => type.toBuffer(value)))
      const expected = some.map((value): Row => paths.map((path) => cellOf(schema, value, path.split('.'), asText)))
      expect(readRows(codec, fields, batch).rows).toEqual(expected)
    }),
    { numRuns: 400 },
  )
})

test('a record that is cut or goes on is rejected, and damaged bytes never do harm', () => {
  fc.assert(
    fc.property(samples, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), ({ schema, some }, damage) => {
      const type = avscType(schema)
      const codec = createAvroCodec({ schema: JSON.stringify(schema) })
      const fields = codec.schema!.filter(({ path }) => !isStructure(schema, path)).map(({ path }) => bound(path, 'category'))
      const whole = type.toBuffer(some[0])
      const cut = Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length))
      const wrong = [...cut, Buffer.concat([whole, Buffer.of(0)])]
      for (const row of readRows(codec, fields, batchOf(wrong)).rows) {
        expect(row).toBeInstanceOf(SluiceError)
        expect((row as SluiceError).code).toBe('record.avro.malformed')
      }
      const damaged = Buffer.from(whole)
      for (const [at, byte] of damage) if (whole.length > 0) damaged[at % whole.length] = byte
      const [row] = readRows(codec, fields, batchOf([damaged])).rows
      const decoded = outcome(() => codec.decode(damaged))
      expect([undefined, 'record.avro.malformed']).toContain(decoded)
      // What can be read as a whole can be read in part; the other way round, texts that are not UTF-8 are let pass.
      const read = outcome(() => (row instanceof SluiceError ? fail(row) : row))
      expect([undefined, decoded]).toContain(read)
    }),
    { numRuns: 300 },
  )
})

/** Whether a path ends at what is no single value. */
function isStructure(schema: unknown, path: string): boolean {
  let types = [schema]
  for (const step of path.split('.')) {
    types = types.flatMap((type) =>
      branches((type as { fields?: { name: string; type: unknown }[] }).fields?.find(({ name }) => name === step)?.type),
    )
  }
  return types.some((type) => ['array', 'map', 'record'].includes((type as { type?: string }).type ?? ''))
}

function branches(type: unknown): unknown[] {
  return type === undefined ? [] : Array.isArray(type) ? type : [type]
}

/** By what avsc has of a value, the cell that it should be. */
function cellOf(schema: unknown, value: unknown, steps: readonly string[], asText: boolean): Row[number] {
  if (Array.isArray(schema)) {
    if (value === null) return MISSING
    const [[name, inner]] = Object.entries(value as object) as [[string, unknown]]
    const branch: unknown = schema.find(
      (one) => one === name || (one as { name?: string }).name === name || (one as { type?: string }).type === name,
    )
    return cellOf(branch, inner, steps, asText)
  }
  const [step, ...rest] = steps
  if (step !== undefined) {
    const field = (schema as { fields?: { name: string; type: unknown }[] }).fields?.find(({ name }) => name === step)
    return field === undefined ? MISSING : cellOf(field.type, (value as Record<string, unknown>)[step], rest, asText)
  }
  if (value === null) return MISSING
  const isEnum = (schema as { type?: string }).type === 'enum'
  if (value instanceof Uint8Array || typeof value === 'string') {
    const text = typeof value === 'string' ? value : Buffer.from(value)
    if (asText) return categoryOf(text)
    return isEnum ? INVALID : numberOf(String(text))
  }
  const plain = typeof value === 'bigint' ? Number(value) : (value as number | boolean)
  if (asText) return [String(plain)]
  return Number(plain)
}

function categoryOf(value: string | Buffer): Row[number] {
  const text = String(value)
  return typeof value === 'string' || Buffer.from(text).equals(value) ? [text] : [-1]
}

function numberOf(text: string): Row[number] {
  if (['NaN', 'Infinity', '-Infinity'].includes(text.trim())) return Number(text)
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : INVALID
}

/** The code of what a call throws. */
function outcome(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as SluiceError).code
  }
}

function fail(error: SluiceError): never {
  throw error
}
