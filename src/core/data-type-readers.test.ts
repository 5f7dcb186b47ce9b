import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batch } from './batch.ts'
import type { DataTypeReader } from './codec.ts'
import { constantDataType, headerDataType, keyDataType, topicDataType } from './data-type-readers.ts'
import { Dictionary, LONGEST_LEARNED } from './dictionary.ts'
import { encodeHeader } from './headers.ts'
import { Outcomes } from './outcomes.ts'
import { batchOf, recordOf } from './testing/batch-of.ts'

const UNUSABLE: readonly Uint8Array[] = [Uint8Array.of(0xff, 0xfe), new Uint8Array(LONGEST_LEARNED + 1).fill(97)]

test('a constant data type is that of every record', () => {
  const dataTypes = new Dictionary(['other'])
  expect(read(constantDataType('wine', dataTypes), batchOf(['a', 'b']), dataTypes)).toEqual(['wine', 'wine'])
})

test('the topic names the data type of every record', () => {
  const dataTypes = new Dictionary()
  const reader = topicDataType(dataTypes)
  expect(read(reader, batchOf(['a', 'b'], { topic: 'wine' }), dataTypes)).toEqual(['wine', 'wine'])
  expect(read(reader, batchOf(['a'], { topic: 'beer' }), dataTypes)).toEqual(['beer'])
})

test('the key is the data type, and a record without one, or with one that is no text, is rejected', () => {
  const dataTypes = new Dictionary()
  const keys = [Buffer.from('wine'), undefined, new Uint8Array(0), Buffer.from('größe'), Buffer.from('wine'), ...UNUSABLE]
  const batch = batchOf(keys.map((key) => recordOf('x', { key })))
  const missing = 'record.data-type.missing'
  expect(read(keyDataType(dataTypes), batch, dataTypes)).toEqual(['wine', missing, missing, 'größe', 'wine', missing, missing])
  expect(dataTypes.texts).toEqual(['wine', 'größe'])
})

test('the first header of the name is the data type; one that is null, empty or no text is none', () => {
  const dataTypes = new Dictionary()
  const lists: readonly (readonly [string, Uint8Array | string | undefined])[][] = [
    [
      ['other', 'x'],
      ['kind', 'wine'],
      ['kind', 'beer'],
    ],
    [['kinds', 'wine']],
    [],
    [
      ['kind', undefined],
      ['kind', 'wine'],
    ],
    [['kind', '']],
    ...UNUSABLE.map((value): [string, Uint8Array][] => [['kind', value]]),
    [
      ['', 'x'],
      ['kind', 'beer'],
    ],
  ]
  const batch = batchOf(lists.map((list) => recordOf('x', { headers: list.map(([name, value]) => encodeHeader(name, value)) })))
  const missing = 'record.data-type.missing'
  const expected = ['wine', missing, missing, missing, missing, missing, missing, 'beer']
  expect(read(headerDataType('kind', dataTypes), batch, dataTypes)).toEqual(expected)
})

test('the reason names the header, and what would be right', () => {
  const dataTypes = new Dictionary()
  const outcomes = new Outcomes()
  outcomes.reset(2)
  const batch = batchOf(['a', recordOf('b', { headers: [encodeHeader('kind', Uint8Array.of(255))] })])
  headerDataType('kind', dataTypes).read(batch, new Int32Array(2), outcomes)
  expect(outcomes.error(0)!.message).toBe("the record has no header 'kind', which is to hold its data type")
  expect(outcomes.error(1)!.message).toContain("header 'kind' is to hold the data type, and holds none: it is not UTF-8 text")
})

test('a record that is rejected already is passed over', () => {
  for (const reader of [keyDataType, (dataTypes: Dictionary) => headerDataType('kind', dataTypes)]) {
    const dataTypes = new Dictionary()
    const outcomes = new Outcomes()
    outcomes.reset(1)
    outcomes.rejected[0] = 1
    reader(dataTypes).read(
      batchOf([recordOf('x', { key: Buffer.from('k'), headers: [encodeHeader('kind', 'k')] })]),
      new Int32Array(1),
      outcomes,
    )
    expect(dataTypes.size).toBe(0)
  }
})

test('any keys and headers are data types or rejections', () => {
  const part = fc.option(fc.uint8Array({ maxLength: 8 }), { nil: undefined })
  fc.assert(
    fc.property(fc.array(fc.record({ key: part, header: part }), { minLength: 1, maxLength: 8 }), (records) => {
      const dataTypes = new Dictionary()
      const batch = batchOf(records.map(({ key, header }) => recordOf('x', { key, headers: [encodeHeader('kind', header)] })))
      expect(read(keyDataType(dataTypes), batch, dataTypes)).toEqual(records.map(({ key }) => expectedFor(key)))
      expect(read(headerDataType('kind', dataTypes), batch, dataTypes)).toEqual(records.map(({ header }) => expectedFor(header)))
    }),
  )
})

function expectedFor(bytes: Uint8Array | undefined): string {
  const text = bytes === undefined ? '' : Buffer.from(bytes).toString()
  const isText = bytes !== undefined && Buffer.from(text).equals(bytes)
  return text !== '' && isText ? text : 'record.data-type.missing'
}

/** Per record its data type, or the code of its rejection. */
function read(reader: DataTypeReader, batch: Batch, dataTypes: Dictionary): string[] {
  const outcomes = new Outcomes()
  outcomes.reset(batch.count)
  const types = new Int32Array(batch.count).fill(-9)
  reader.read(batch, types, outcomes)
  return Array.from(types, (type, i) => outcomes.error(i)?.code ?? dataTypes.text(type))
}
