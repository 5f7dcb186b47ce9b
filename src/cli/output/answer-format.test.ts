import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCsvSplitter } from '../input/csv.ts'
import { answerFormatOf, csvAnswers, ndjsonAnswers } from './answer-format.ts'

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))
const text = (value: Uint8Array): string => Buffer.from(value).toString()

test('NDJSON is the answers as they are, one a line', () => {
  expect(text(ndjsonAnswers().encode([bytes({ a: 1 }), bytes({})]))).toBe('{"a":1}\n{}\n')
})

test('CSV has the columns of the first answer, or those of the table that came in', () => {
  const answer = { score: 0.5, model: 'm@1', outputs: { 'p(a)': 1, 'p(b)': null } }
  const format = csvAnswers(() => undefined)
  expect(text(format.encode([bytes({ x: 1, note: 'a "b", c', answer })]))).toBe(
    'x,note,score,p(a),p(b),model\r\n1,"a ""b"", c",0.5,1,,m@1\r\n',
  )
  // The header stands once; what is absent is empty, what has no column is left out.
  expect(text(format.encode([bytes({ y: 2, note: null, answer: { score: 'ä', model: 'm@2' } })]))).toBe(',,ä,,,m@2\r\n')
  const table = csvAnswers(() => ['y', 'x'])
  expect(text(table.encode([bytes({ x: [1, { z: 2 }], answer: { score: 1, model: 'm@1' } })]))).toBe(
    'y,x,score,model\r\n,"[1,{""z"":2}]",1,m@1\r\n',
  )
})

test('any table comes back from CSV as it was', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '☃', ',', ';', '"', '\n', '\r', ' '), minLength: 1 })
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
      const answers = rows.map(([x, y]) => bytes({ x, y, answer: { score: 0.25, model: 'm@1' } }))
      const splitter = createCsvSplitter({ delimiter: ',' })
      const records = [...splitter.push(csvAnswers(() => undefined).encode(answers)), ...splitter.end()]
      expect(records.map((record) => JSON.parse(text(record)) as unknown)).toEqual(
        rows.map(([x, y]) => ({ x, y, score: 0.25, model: 'm@1' })),
      )
    }),
  )
})

test.each<[string | undefined, string, string]>([
  [undefined, '-', 'ndjson'],
  [undefined, 'a.CSV', 'csv'],
  [undefined, 'a.txt', 'ndjson'],
  ['csv', '-', 'csv'],
])('--output-as %s for %s is %s', (asked, file, format) => {
  expect(answerFormatOf(asked, file)).toBe(format)
})
