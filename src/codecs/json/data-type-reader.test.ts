import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Dictionary, LONGEST_LEARNED } from '../../core/dictionary.ts'
import { MAX_DATA_TYPES } from '../../core/codec.ts'
import { Outcomes } from '../../core/outcomes.ts'
import { batchOf } from '../../core/testing/batch-of.ts'
import { createJsonCodec } from './json-codec.ts'

const codec = createJsonCodec()
const MISSING = 'record.data-type.missing'
const MALFORMED = 'record.json.malformed'

/** Per record its data type, or the code of its rejection. */
function read(path: string, records: readonly (string | Uint8Array)[], dataTypes = new Dictionary()): string[] {
  const batch = batchOf(records)
  const outcomes = new Outcomes()
  outcomes.reset(batch.count)
  const types = new Int32Array(batch.count).fill(-9)
  codec.dataTypeReader(path, dataTypes).read(batch, types, outcomes)
  return Array.from(types, (type, i) => outcomes.error(i)?.code ?? (type < 0 ? String(type) : dataTypes.text(type)))
}

test('the data type is the text of a member, wherever it stands', () => {
  const records = [
    '{"kind":"wine"}',
    '{"a":{"kind":"x"},"b":[1,"kind"],"kind" : "größe" }',
    '{"k\\u0069nd":"be\\u0065r"}',
    '{"kind":"wine"}',
  ]
  expect(read('kind', records)).toEqual(['wine', 'größe', 'beer', 'wine'])
})

test('a path leads into objects, and an escaped dot is part of a name', () => {
  expect(read('meta.kind', ['{"kind":"x","meta":{"kind":"wine"}}', '{"meta":"wine"}', '{"meta":[{"kind":"x"}]}'])).toEqual([
    'wine',
    MISSING,
    MISSING,
  ])
  expect(read('meta\\.kind', ['{"meta.kind":"wine"}'])).toEqual(['wine'])
})

test('the first of several members counts, and what comes after it is not looked at', () => {
  expect(read('kind', ['{"kind":"wine","kind":"beer"}', '{"kind":"wine",,'])).toEqual(['wine', 'wine'])
})

test('a record without it, or with anything but a text there, has no data type', () => {
  for (const json of [
    '{}',
    '{"kinds":"wine"}',
    '{"kind":""}',
    '{"kind":null}',
    '{"kind":5}',
    '{"kind":["wine"]}',
    '{"kind":{"kind":"wine"}}',
    `{"kind":"${'x'.repeat(LONGEST_LEARNED + 1)}"}`,
    `{"kind":"${'\\n'.repeat(LONGEST_LEARNED + 1)}"}`,
  ])
    expect([json, read('kind', [json])]).toEqual([json, [MISSING]])
})

test('a record that is no JSON object up to there is rejected, and says where', () => {
  for (const json of [
    '',
    '5',
    '["kind"]',
    '{',
    '{"kind"',
    '{"kind":',
    '{"kind":"wine',
    '{"a":1 "kind":"wine"}',
    '{"a":tru,"kind":"wine"}',
    '{kind:"wine"}',
    '{"a":[,],"kind":"wine"}',
  ])
    expect([json, read('kind', [json])]).toEqual([json, [MALFORMED]])
  expect(read('kind', [Buffer.from('7b226b696e64223a22ff227d', 'hex')])).toEqual([MALFORMED])
})

test('no more data types are learned than a stream may have', () => {
  const dataTypes = new Dictionary(Array.from({ length: MAX_DATA_TYPES }, (_, i) => `t${i}`))
  expect(read('kind', ['{"kind":"new"}', '{"kind":"n\\u0065w"}', '{"kind":"t7"}'], dataTypes)).toEqual(['-1', '-1', 't7'])
})

test('in any object it finds what JSON.parse finds, where each name stands once', () => {
  const name = fc.constantFrom('kind', 'a', 'b', 'é', '"')
  const content = fc.oneof(fc.constantFrom('wine', 'be"er', '\u{1F377}', ''), fc.jsonValue({ maxDepth: 2 }))
  fc.assert(
    fc.property(fc.dictionary(name, content), fc.nat(2), (record, indent) => {
      const kind = Object.hasOwn(record, 'kind') ? record['kind'] : undefined
      expect(read('kind', [JSON.stringify(record, undefined, indent)])).toEqual([typeof kind === 'string' && kind !== '' ? kind : MISSING])
    }),
  )
})

test('random bytes have a data type or are rejected, and nothing is thrown', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 5 }),
    fc.constantFrom('{', '}', '"kind"', ':', '"x"', ',', '1', '[', '{"kind":"x"').map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const [found, next] = read('kind', [Buffer.concat(pieces), '{"kind":"next"}'])
      expect(next).toBe('next')
      expect(found).toMatch(/^(?!record)|malformed|missing/)
    }),
    { numRuns: 2000 },
  )
})
