import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SluiceError } from '../../core/errors.ts'
import { avroType, avscType, recordOf } from '../testing/avro-values.ts'
import { createAvroCodec } from './avro-codec.ts'
import { parseRecordSchema } from './parse-schema.ts'

function codeOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof SluiceError ? error.code : 'uncoded'
  }
}

test('whatever is given as a schema, it is taken or refused with a code', () => {
  const word = fc.constantFrom('record', 'enum', 'fixed', 'array', 'map', 'int', 'string', 'R', 'a.b', '', 'null', 7, null, [], {})
  const node = fc.letrec((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom('type', 'name', 'fields', 'items', 'values', 'symbols', 'size', 'default', 'aliases', 'namespace'),
        tie('json'),
      ),
    ),
  })).json
  fc.assert(
    fc.property(node, (json) => {
      expect([undefined, 'codec.schema.invalid']).toContain(codeOf(() => createAvroCodec({ schema: JSON.stringify(json) })))
    }),
    { numRuns: 2000 },
  )
})

test('a schema with one thing changed is taken or refused with a code, and what avsc takes is taken', () => {
  const names = { next: 0 }
  fc.assert(
    fc.property(
      recordOf(avroType(2, names), names),
      fc.nat(),
      fc.constantFrom('"int"', 'null', '7', '[]', '"r"', '{}'),
      ({ schema }, at, other) => {
        const text = JSON.stringify(schema)
        const tokens = text.split(/(?<=[,[:])(?=["[{])/)
        tokens[at % tokens.length] = tokens[at % tokens.length]!.replace(/^("[^"]*"|\[\]|\{\})/, other)
        const changed = tokens.join('')
        expect([undefined, 'codec.schema.invalid']).toContain(codeOf(() => parseRecordSchema(changed)))
        expect(codeOf(() => parseRecordSchema(text))).toBe(codeOf(() => avscType(schema)))
      },
    ),
    { numRuns: 300 },
  )
})

test('names are found in their namespaces', () => {
  const inner = { type: 'fixed', name: 'F', size: 2 }
  const schema = {
    type: 'record',
    name: 'a.b.R',
    fields: [
      { name: 'x', type: inner },
      { name: 'y', type: ['null', 'a.b.F'] },
      { name: 'z', type: { type: 'array', items: 'F' } },
      { name: 'w', type: { type: 'record', name: 'S', namespace: 'c', fields: [{ name: 'v', type: 'a.b.F' }] } },
    ],
  }
  const { fields } = parseRecordSchema(JSON.stringify(schema))
  expect(fields[0]!.type).toMatchObject({ kind: 'fixed', name: 'a.b.F' })
  expect(fields[3]!.type).toMatchObject({ name: 'c.S', fields: [{ type: { name: 'a.b.F' } }] })
  expect(() =>
    parseRecordSchema('{"type":"record","name":"R","fields":[{"name":"a","type":"b.F"}]}', [JSON.stringify({ ...inner, name: 'b.F' })]),
  ).not.toThrow()
})
