import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { character } from '../../core/testing/character.ts'
import { Dictionary } from '../../core/dictionary.ts'
import type { OutputField } from '../../core/scores.ts'
import { answersOf } from '../testing/answer-of.ts'
import { createJsonCodec } from './json-codec.ts'

const codec = createJsonCodec()
const NUMBER: OutputField = { name: 'score', type: 'number' }
const LABEL: OutputField = { name: 'la"bel', type: 'label', dictionary: new Dictionary(['rot', 'we"iß\n', '\u{1F377}']) }

function written(record: string, values: readonly number[], outputs: readonly OutputField[] = [NUMBER], json = codec): string {
  return Buffer.from(answersOf(json, outputs, [{ record, values }])[0]!).toString()
}

test('the answer is the last member of the record as it came', () => {
  expect(written('{"x":1.50}', [0.25])).toBe('{"x":1.50,"answer":{"score":0.25,"model":"wi\\"ne@1.2"}}')
  expect(written('{}', [-1e-7])).toBe('{"answer":{"score":-1e-7,"model":"wi\\"ne@1.2"}}')
})

test('without the record, the answer is the only member', () => {
  const alone = createJsonCodec({ withRecord: false })
  for (const record of ['{"x":1.50}', '{}', ' { "a": "}" } ']) {
    expect(written(record, [0.25], [NUMBER], alone)).toBe('{"answer":{"score":0.25,"model":"wi\\"ne@1.2"}}')
  }
})

test('other outputs stand beside it by name, with null for what has no value', () => {
  const outputs: OutputField[] = [LABEL, NUMBER, { ...LABEL, name: 'second' }, { ...NUMBER, name: 'p' }]
  expect(JSON.parse(written('{"x":1}', [1, Number.NaN, -1, 0.5], outputs))).toEqual({
    x: 1,
    answer: { score: 'we"iß\n', model: 'wi"ne@1.2', outputs: { score: null, second: null, p: 0.5 } },
  })
  expect(JSON.parse(written('{}', [2, -0, 0, Infinity], outputs))).toEqual({
    answer: { score: '\u{1F377}', model: 'wi"ne@1.2', outputs: { score: -0, second: 'rot', p: null } },
  })
})

test('labels that the model learns later are written too', () => {
  const dictionary = new Dictionary(['a'])
  const outputs: OutputField[] = [{ name: 'kind', type: 'label', dictionary }]
  expect(written('{}', [0], outputs)).toContain('"score":"a"')
  dictionary.add('b')
  expect(written('{}', [1], outputs)).toContain('"score":"b"')
})

test('white space and braces in texts do not lead it astray', () => {
  for (const record of [
    '{ }',
    '{\n\t}\r\n ',
    '{"a":"}"} ',
    '{"a":"{"}',
    '{"a":"\\"}"}\n',
    '{"a":{}}',
    '{"a":[{}]}',
    '{"}":{"{":"}"}}',
    '{"a":"\\\\"}',
  ]) {
    expect(JSON.parse(written(record, [1]))).toEqual({ ...(JSON.parse(record) as object), answer: { score: 1, model: 'wi"ne@1.2' } })
  }
})

test('the member may have another name, and takes the place of one that the record has', () => {
  const other = createJsonCodec({ answerField: 'an"swer' })
  expect(JSON.parse(written('{"answer":7}', [1], [NUMBER], other))).toEqual({ answer: 7, 'an"swer': { score: 1, model: 'wi"ne@1.2' } })
  expect(JSON.parse(written('{"answer":7}', [1]))).toEqual({ answer: { score: 1, model: 'wi"ne@1.2' } })
})

test('any record, with any score, is the same object with the answer added', () => {
  const record = fc.dictionary(
    fc.string({ unit: character }).filter((name) => name !== 'answer'),
    fc.jsonValue({ stringUnit: character }),
    { maxKeys: 3, noNullPrototype: true },
  )
  const answer = fc.record({
    record: fc.tuple(record, fc.nat(2), fc.constantFrom('', ' ', '\n')),
    score: fc.double({ noNaN: true, noDefaultInfinity: true }),
    label: fc.nat(2),
  })
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 3 }), (answers) => {
      const texts = answers.map(({ record: [object, indent, after] }) => after + JSON.stringify(object, undefined, indent) + after)
      const values = answersOf(
        codec,
        [NUMBER, LABEL],
        answers.map(({ score, label }, i) => ({ record: texts[i]!, values: [score, label] })),
      )
      for (const [i, { score, label }] of answers.entries()) {
        const outputs = { 'la"bel': LABEL.dictionary!.text(label) }
        expect(JSON.parse(Buffer.from(values[i]!).toString())).toEqual({
          ...(JSON.parse(texts[i]!) as object),
          answer: { score, model: 'wi"ne@1.2', outputs },
        })
      }
    }),
  )
})
