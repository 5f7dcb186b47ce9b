import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { AnswerHeaders } from './answer-headers.ts'
import type { Batch } from './batch.ts'
import { Dictionary } from './dictionary.ts'
import { encodeHeader, headersOf } from './headers.ts'
import type { ModelDescriptor } from './model.ts'
import { readRecordBatches } from './record-batch.ts'
import { RecordBatchWriter } from './record-batch-writer.ts'
import { type OutputField, Scores } from './scores.ts'
import { batchOf, recordOf } from './testing/batch-of.ts'

const DESCRIPTOR: ModelDescriptor = {
  name: 'wine',
  version: '1.2',
  description: '',
  dataType: 'wine',
  format: 'pmml',
  sha256: '',
  inputs: {},
  metadata: {},
}
const NUMBER: OutputField = { name: 'score', type: 'number' }

test('an answer says its kind, its source, the record, the model and the score', () => {
  const batch = batchOf(['a', 'b'], { partition: 7, from: 41n })
  expect(answer(batch, 1, { value: 0.1 })).toEqual([
    ['ce_specversion', '1.0'],
    ['ce_type', 'sluice.scored'],
    ['ce_source', '/sluice/my%20wines'],
    ['sluice_model', 'wine@1.2'],
    ['ce_id', '7:42'],
    ['sluice_score', '0.1'],
  ])
})

test('a label is written as its text', () => {
  const score: OutputField = { name: 'kind', type: 'label', dictionary: new Dictionary(['rot', 'weiß', 'x'.repeat(500)]) }
  const batch = batchOf(['a'])
  for (const [code, text] of score.dictionary!.texts.entries())
    expect(answer(batch, 0, { value: code, score }).at(-1)).toEqual(['sluice_score', text])
})

test('headers of the record are passed on in their order, but those that the answer or a rejection has of its own', () => {
  const given = [
    'traceparent',
    'ce_time',
    'ce_id',
    'sluice_error',
    'ce_ids',
    'sluice_score',
    'sluice_data_type',
    'ce_type',
    'sluice_reason',
    '__value_schema_id',
    'sluice_',
    '',
  ]
  const batch = batchOf([recordOf('a', { headers: given.map((name) => encodeHeader(name, `given ${name}`)) })])
  const kept = ['traceparent', 'ce_time', 'ce_ids', 'sluice_data_type', 'sluice_', '']
  const headers = answer(batch, 0, { value: 1 })
  expect(headers.slice(0, kept.length)).toEqual(kept.map((name) => [name, `given ${name}`]))
  expect(headers.slice(kept.length).map(([name]) => name)).toEqual([
    'ce_specversion',
    'ce_type',
    'ce_source',
    'sluice_model',
    'ce_id',
    'sluice_score',
  ])
})

test('headers without a value, or with long ones, are passed on as they stand', () => {
  const headers = [encodeHeader('n', undefined), encodeHeader('b', new Uint8Array(70_000).fill(200)), encodeHeader('e', '')]
  const batch = batchOf([recordOf('a', { headers })])
  const written = headersOf(answered(batch, 0, { value: 1 }), 0)
  expect(written.slice(0, 3).map(({ name, value }) => encodeHeader(name, value))).toEqual(headers)
})

test('the id has all digits of any partition and any offset up to 2^53', () => {
  const offset = fc.oneof(
    fc.maxSafeNat(),
    fc.constantFrom(0, 9, 10, 2147483647, 2147483648, 2147483650, 99_999_999_999, 2 ** 53 - 1),
    fc.integer({ min: 0, max: 15 }).map((exponent) => 10 ** exponent),
  )
  fc.assert(
    fc.property(offset, fc.oneof(fc.nat(10_000), fc.constant(2147483647)), (from, partition) => {
      const headers = answer(batchOf(['a'], { from: BigInt(from), partition }), 0, { value: 1 })
      expect(headers[4]).toEqual(['ce_id', `${partition}:${from}`])
    }),
  )
})

interface Asked {
  readonly value: number
  readonly score?: OutputField
}

function answer(batch: Batch, i: number, asked: Asked): [string, string][] {
  return headersOf(answered(batch, i, asked), 0).map(({ name, value }) => [name, Buffer.from(value!).toString()])
}

function answered(batch: Batch, i: number, { value, score = NUMBER }: Asked): Batch {
  const out = new RecordBatchWriter(1)
  out.startRecord(0)
  out.key(new Uint8Array(0), 0, -1)
  out.nullValue()
  const scores = new Scores()
  scores.reset([score], 1)
  scores.values[0] = value
  new AnswerHeaders('my wines', DESCRIPTOR, score).write(batch, i, { scores, row: 0 }, out)
  out.endRecord()
  return readRecordBatches(out.finish().slice(), { topic: 'scores', partition: 0, from: 0n })
}
