import { create, equals, fromBinary, toBinary } from '@bufbuild/protobuf'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Dictionary } from '../../core/dictionary.ts'
import type { OutputField } from '../../core/scores.ts'
import { answersOf } from '../testing/answer-of.ts'
import { loadMessageType } from './message-type.ts'
import { createProtobufCodec } from './protobuf-codec.ts'

const descriptorSet = readFileSync(join(import.meta.dirname, '../../../examples/wine.binpb'))
const codec = createProtobufCodec({ descriptorSet, message: 'sluice.examples.WineRecord' })
const { message: WINE } = loadMessageType(descriptorSet, 'sluice.examples.WineRecord')
const { message: SCORED } = loadMessageType(descriptorSet, 'sluice.examples.ScoredWineRecord')
const { message: ANSWER } = loadMessageType(descriptorSet, 'sluice.Answer')

const NUMBER: OutputField = { name: 'score', type: 'number' }
const LABEL: OutputField = { name: 'größe', type: 'label', dictionary: new Dictionary(['rot', 'weiß', 'x'.repeat(300), '']) }

const wine = fc
  .record({
    alcohol: fc.double({ noNaN: true }),
    pH: fc.double({ noNaN: true }),
    dataType: fc.string(),
    ts: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  })
  .map((fields) => toBinary(WINE, create(WINE, fields as never)))

interface Expected {
  readonly score?: number
  readonly label?: string
  readonly outputs?: Record<string, number>
  readonly labels?: Record<string, string>
}

/** Whether these bytes are the record with this answer, by the schema that users have, and every length in them is exact. */
function isAnswered(bytes: Uint8Array, record: Uint8Array, expected: Expected): boolean {
  const answer = create(ANSWER, { model: 'wi"ne@1.2', ...expected })
  const scored = create(SCORED, { ...fromBinary(WINE, record), $typeName: SCORED.typeName, answer })
  const [tail] = partsOf(bytes.subarray(record.length))
  for (const entry of partsOf(tail!.data).filter(({ no }) => no > 3)) partsOf(entry.data)
  return equals(SCORED, fromBinary(SCORED, bytes), scored)
}

/** The fields of a message. Fails where one runs over the end, which the library forgives. */
function partsOf(bytes: Uint8Array): { readonly no: number; readonly data: Uint8Array }[] {
  const reader = new BinaryReader(bytes)
  const parts: { no: number; data: Uint8Array }[] = []
  while (reader.pos < bytes.length) {
    const [no, wireType] = reader.tag()
    parts.push({ no, data: wireType === WireType.LengthDelimited ? reader.bytes() : reader.skip(wireType) })
  }
  expect(reader.pos).toBe(bytes.length)
  return parts
}

test('the answer is field 1000 after the record\u2019s own bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ record: wine, score: fc.double({ noNaN: true }) }), { minLength: 1, maxLength: 4 }), (cases) => {
      const values = answersOf(
        codec,
        [NUMBER],
        cases.map(({ record, score }) => ({ record, values: [score] })),
      )
      for (const [i, { record, score }] of cases.entries()) {
        expect(values[i]!.subarray(0, record.length)).toEqual(new Uint8Array(record))
        expect(isAnswered(values[i]!, record, { score })).toBe(true)
      }
    }),
  )
})

test('labels and other outputs are written by name, and those without a value are left out', () => {
  const outputs = [
    LABEL,
    NUMBER,
    { ...NUMBER, name: 'p' },
    { ...LABEL, name: 'second' },
    { ...LABEL, name: 'none' },
    { ...NUMBER, name: 'inf' },
  ]
  const record = toBinary(WINE, create(WINE, { dataType: 'wine' }))
  const labels = LABEL.dictionary!.texts
  fc.assert(
    fc.property(fc.nat(3), fc.nat(3), fc.double({ noNaN: true }), (first, second, p) => {
      const [value] = answersOf(codec, outputs, [{ record, values: [first, Number.NaN, p, second, -1, Infinity] }])
      expect(
        isAnswered(value!, record, { label: labels[first]!, outputs: { p, inf: Infinity }, labels: { second: labels[second]! } }),
      ).toBe(true)
    }),
  )
})

test('the field may have another number, up to the highest', () => {
  for (const answerNumber of [14, 15, 16, 2048, 536870911]) {
    const other = createProtobufCodec({ descriptorSet, message: 'sluice.examples.WineRecord', answerNumber })
    const [value] = answersOf(other, [NUMBER], [{ record: new Uint8Array(0), values: [1.5] }])
    const unknown = fromBinary(WINE, value!).$unknown!
    expect(unknown.map(({ no, wireType }) => [no, wireType])).toEqual([[answerNumber, 2]])
    // The bytes of an unknown field begin with its length, which is less than 128 here.
    expect(fromBinary(ANSWER, unknown[0]!.data.subarray(1))).toMatchObject({ score: 1.5, model: 'wi"ne@1.2' })
  }
})

test('a number that the record uses itself is refused', () => {
  expect(() => createProtobufCodec({ descriptorSet, message: 'sluice.examples.WineRecord', answerNumber: 11 })).toThrow(
    expect.objectContaining({
      code: 'codec.schema.invalid',
      message: "the answer can't be field 11 of sluice.examples.WineRecord: that is its field 'alcohol'; set answer.number to a free one",
    }),
  )
})

test('without the record, the value is a message with the answer only', () => {
  const alone = createProtobufCodec({ descriptorSet, message: 'sluice.examples.WineRecord', withRecord: false })
  const record = Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 240, 63)
  const [value] = answersOf(alone, [NUMBER], [{ record, values: [1.5] }])
  expect(isAnswered(value!, new Uint8Array(0), { score: 1.5 })).toBe(true)
})
