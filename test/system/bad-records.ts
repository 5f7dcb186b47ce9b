import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ErrorCode } from '../../src/core/errors.ts'
import { bytesField, doubleField, integerField, varint } from './wire.ts'

/** A record that can't be scored, and what is to be said of it. */
export interface BadRecord {
  readonly what: string
  readonly value: Buffer | null
  readonly code: ErrorCode
  /** What the reason must name. */
  readonly reason: RegExp
}

/** The fields of a record that the model wants, and its data type, in the order of the message. */
const ALCOHOL = 11
const DATA_TYPE = 12

/** A good message: pH 3, alcohol 10. */
export const GOOD_MESSAGE = Buffer.concat([doubleField(9, 3), doubleField(ALCOHOL, 10), bytesField(DATA_TYPE, 'wine')])

const without = (...left: Buffer[]): Buffer => Buffer.concat([doubleField(9, 3), bytesField(DATA_TYPE, 'wine'), ...left])
const notFinite = (value: number): Buffer => without(doubleField(ALCOHOL, value))

export const BAD_MESSAGES: readonly BadRecord[] = [
  {
    what: 'a message that is cut in the middle of a number',
    value: without(doubleField(ALCOHOL, 10)).subarray(0, -3),
    code: 'record.protobuf.malformed',
    reason: /WineRecord.*truncated/,
  },
  {
    what: 'a message whose text is longer than the message',
    value: GOOD_MESSAGE.subarray(0, -2),
    code: 'record.protobuf.malformed',
    reason: /22 bytes.*truncated/,
  },
  { what: 'bytes that are no message', value: Buffer.from('hello, this is not it'), code: 'record.protobuf.malformed', reason: /21 bytes/ },
  {
    what: 'a tag that does not end',
    value: Buffer.concat([GOOD_MESSAGE, Buffer.alloc(12, 0xff)]),
    code: 'record.protobuf.malformed',
    reason: /tag, length or varint/,
  },
  {
    what: 'the field number 0',
    value: Buffer.concat([GOOD_MESSAGE, varint(0), varint(1)]),
    code: 'record.protobuf.malformed',
    reason: /tag/,
  },
  {
    what: 'a number as a varint',
    value: without(integerField(ALCOHOL, 10)),
    code: 'record.protobuf.wire-type',
    reason: /'alcohol'.*wire type|wire type.*'alcohol'/,
  },
  {
    what: 'a number as a text',
    value: without(bytesField(ALCOHOL, '10')),
    code: 'record.protobuf.wire-type',
    reason: /'alcohol'.*wire type|wire type.*'alcohol'/,
  },
  { what: 'NaN', value: notFinite(Number.NaN), code: 'record.feature.not-finite', reason: /'alcohol' is NaN/ },
  { what: 'infinity', value: notFinite(Infinity), code: 'record.feature.not-finite', reason: /'alcohol' is Infinity/ },
  { what: 'minus infinity', value: notFinite(-Infinity), code: 'record.feature.not-finite', reason: /'alcohol' is -Infinity/ },
  { what: 'no data type', value: doubleField(ALCOHOL, 10), code: 'record.data-type.missing', reason: /'dataType'/ },
  { what: 'an empty message', value: Buffer.alloc(0), code: 'record.data-type.missing', reason: /'dataType'/ },
  {
    what: 'an unknown data type',
    value: Buffer.concat([doubleField(ALCOHOL, 10), bytesField(DATA_TYPE, 'beer')]),
    code: 'record.data-type.unknown',
    reason: /'beer'.*wine/,
  },
  { what: 'a tombstone', value: null, code: 'record.tombstone', reason: /tombstone/ },
]

/** A good record: pH 3, alcohol 10. */
export const GOOD_JSON = Buffer.from('{"dataType":"wine","pH":3,"alcohol":10}')

const json = (members: string): Buffer => Buffer.from(`{"dataType":"wine","pH":3${members}}`)
const folder = resolve(import.meta.dirname, '../../examples/flights')

/** A departure whose carrier no model has seen. */
const STRANGE_FLIGHT = Buffer.from(
  '{"dataType":"flight","carrier":"ZZ","origin":"JFK","distance":1576,"hour":8,"dep_delay":34,"temp":66,"wind_speed":4.6,"visib":10}',
)

/** The model that wants the carriers it knows. */
export const FLIGHT_MODEL = (): Buffer => readFileSync(resolve(folder, 'late-arrival-1.pmml'))

export const BAD_JSON: readonly BadRecord[] = [
  { what: 'an object that is cut', value: json(',"alcohol":10').subarray(0, -1), code: 'record.json.malformed', reason: /byte \d+ of \d+/ },
  { what: 'an array', value: Buffer.from('[{"dataType":"wine"}]'), code: 'record.json.malformed', reason: /not an object/ },
  { what: 'nothing at all', value: Buffer.alloc(0), code: 'record.json.malformed', reason: /not a JSON object/ },
  { what: 'something after the object', value: json(',"alcohol":10} {'), code: 'record.json.malformed', reason: /after the object/ },
  {
    what: 'a name without quotes',
    value: json(',alcohol:10'),
    code: 'record.json.malformed',
    reason: /without a name in quotes/,
  },
  { what: 'NaN, which JSON has not', value: json(',"alcohol":NaN'), code: 'record.json.malformed', reason: /byte \d+ of \d+/ },
  {
    what: 'a hundred thousand arrays in each other',
    value: json(`,"x":${'['.repeat(100_000)}${']'.repeat(100_000)},"alcohol":10`),
    code: 'record.json.malformed',
    reason: /deep/,
  },
  { what: 'a missing feature', value: json(''), code: 'record.feature.missing', reason: /'alcohol' is missing/ },
  { what: 'a feature that is null', value: json(',"alcohol":null'), code: 'record.feature.missing', reason: /'alcohol' is missing/ },
  {
    what: 'a text for a number',
    value: json(',"alcohol":"strong"'),
    code: 'record.feature.invalid',
    reason: /'alcohol' is 'strong'.*double/,
  },
  {
    what: 'an object for a number',
    value: json(',"alcohol":{"percent":10}'),
    code: 'record.feature.invalid',
    reason: /'alcohol' is .*percent.*double/,
  },
  { what: 'the text NaN', value: json(',"alcohol":"NaN"'), code: 'record.feature.not-finite', reason: /'alcohol' is NaN/ },
  {
    what: 'a number beyond all doubles',
    value: json(',"alcohol":1e999'),
    code: 'record.feature.not-finite',
    reason: /'alcohol' is Infinity/,
  },
  { what: 'an unknown category', value: STRANGE_FLIGHT, code: 'record.feature.unknown-category', reason: /'carrier' is 'ZZ'.*'9E', 'AA'/ },
  { what: 'no data type', value: Buffer.from('{"alcohol":10}'), code: 'record.data-type.missing', reason: /'dataType'/ },
  {
    what: 'a data type that is a number',
    value: Buffer.from('{"dataType":7,"alcohol":10}'),
    code: 'record.data-type.missing',
    reason: /'dataType'/,
  },
  {
    what: 'an unknown data type',
    value: Buffer.from('{"dataType":"beer","alcohol":10}'),
    code: 'record.data-type.unknown',
    reason: /'beer'.*wine/,
  },
  { what: 'a tombstone', value: null, code: 'record.tombstone', reason: /tombstone/ },
]
