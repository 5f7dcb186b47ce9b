import { expect, test } from 'vitest'
import { type Batch, keyOf, valueOf } from './batch.ts'
import { type DeadLetterOptions, writeDeadLetter } from './dead-letter.ts'
import { SluiceError } from './errors.ts'
import { encodeHeader, headersOf } from './headers.ts'
import { readRecordBatches } from './record-batch.ts'
import { RecordBatchWriter } from './record-batch-writer.ts'
import { batchOf, recordOf } from './testing/batch-of.ts'

const OPTIONS: DeadLetterOptions = {
  error: new SluiceError('record.feature.missing', "feature 'pH' is absent; the model needs a number – ö"),
  dataType: 'wine',
  model: 'wine@1',
  stream: 'wines',
  maxBytes: 5000,
}

test('a dead letter is the record as it came, and says what was wrong with it, whose it was and where it stands', () => {
  const headers = [encodeHeader('traceparent', '00-1'), encodeHeader('empty', undefined)]
  const batch = batchOf(['a', recordOf('{"x":1}', { timestamp: 77, key: Buffer.from('k'), headers })], { from: 2n ** 40n, partition: 12 })
  const letter = deadLetter(batch, 1)
  expect([text(keyOf(letter, 0)), text(valueOf(letter, 0)), letter.timestamps[0]]).toEqual(['k', '{"x":1}', 77])
  expect(headersOf(letter, 0).map(({ name, value }) => [name, text(value)])).toEqual([
    ['traceparent', '00-1'],
    ['empty', undefined],
    ['ce_specversion', '1.0'],
    ['ce_type', 'sluice.rejected'],
    ['ce_source', '/sluice/wines'],
    ['ce_id', '12:1099511627777'],
    ['sluice_error', 'record.feature.missing'],
    ['sluice_reason', "feature 'pH' is absent; the model needs a number – ö"],
    ['sluice_topic', 'mdata'],
    ['sluice_partition', '12'],
    ['sluice_offset', '1099511627777'],
    ['sluice_data_type', 'wine'],
    ['sluice_model', 'wine@1'],
  ])
})

test('a tombstone stays one', () => {
  const batch = batchOf([recordOf(undefined, { key: Buffer.from('k') })])
  expect(valueOf(deadLetter(batch, 0), 0)).toBeUndefined()
})

test('what an earlier stream answered or rejected is not taken for what this one did', () => {
  const given = ['sluice_model', 'sluice_score', 'sluice_data_type', 'sluice_error', 'ce_type', 'sluice_value_bytes', 'mine']
  const batch = batchOf([recordOf('a', { headers: given.map((name) => encodeHeader(name, 'given')) })])
  const headers = headersOf(deadLetter(batch, 0, { dataType: '', model: '' }), 0)
  expect(headers.filter(({ value }) => text(value) === 'given').map(({ name }) => name)).toEqual(['mine'])
})

test('a value above the limit is cut to its beginning, and its length is said', () => {
  const batch = batchOf([new Uint8Array(5000).fill(1), new Uint8Array(5001).fill(2)])
  expect(valueOf(deadLetter(batch, 0), 0)).toHaveLength(5000)
  const cut = deadLetter(batch, 1)
  expect(valueOf(cut, 0)).toEqual(new Uint8Array(1024).fill(2))
  const { name, value } = headersOf(cut, 0).at(-1)!
  expect([name, text(value)]).toEqual(['sluice_value_bytes', '5001'])
})

function deadLetter(batch: Batch, i: number, options: Partial<DeadLetterOptions> = {}): Batch {
  const out = new RecordBatchWriter(1)
  writeDeadLetter(batch, i, out, { ...OPTIONS, ...options })
  return readRecordBatches(out.finish().slice(), { topic: 'rejected', partition: 0, from: 0n })
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes && Buffer.from(bytes).toString()
}
