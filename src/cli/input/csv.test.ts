import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CsvOptions, createCsvSplitter } from './csv.ts'

function read(text: string | Uint8Array, options: CsvOptions = {}, chunk = Number.MAX_SAFE_INTEGER): string[] {
  const bytes = Buffer.from(text)
  const splitter = createCsvSplitter(options)
  const records: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += chunk) records.push(...splitter.push(bytes.subarray(at, at + chunk)))
  return [...records, ...splitter.end()].map((record) => Buffer.from(record).toString())
}

describe('cells', () => {
  test.each([
    ['a JSON number is a number, as it stands', 'a\n12345678901234567890.50', '{"a":12345678901234567890.50}'],
    ['a negative and an exponent', 'a,b\n-0.5,1e-9', '{"a":-0.5,"b":1e-9}'],
    ['no JSON number is text', 'a,b,c,d,e\n007,.5,+1,0x1,NaN', '{"a":"007","b":".5","c":"+1","d":"0x1","e":"NaN"}'],
    ['an empty cell is missing', 'a,b,c\n1,,3', '{"a":1,"c":3}'],
    ['an empty cell in quotes is missing too', 'a,b\n"",1', '{"b":1}'],
    ['a number in quotes is a number', 'a\n"1.5"', '{"a":1.5}'],
    ['spaces around a number do not count', 'a,b\n 1 , x ', '{"a":1,"b":" x "}'],
    ['true is text', 'a\ntrue', '{"a":"true"}'],
    ['quotes, delimiters and line breaks in quotes', 'a,b\n"x ""y"", z","1\n2"', '{"a":"x \\"y\\", z","b":"1\\n2"}'],
    ['a quote inside of a cell is a quote', 'a,b\n5" pipe,x', '{"a":"5\\" pipe","b":"x"}'],
    ['umlauts', 'größe,b\nä,☃', '{"größe":"ä","b":"☃"}'],
  ])('%s', (_, text, record) => {
    expect(read(text)).toEqual([record])
    expect(read(text, {}, 1)).toEqual([record])
  })
})

describe('lines', () => {
  const two = ['{"a":1,"b":2}', '{"a":3,"b":4}']

  test.each([
    ['LF', 'a,b\n1,2\n3,4\n'],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['CR', 'a,b\r1,2\r3,4'],
    ['no line break at the end', 'a,b\n1,2\n3,4'],
    ['blank lines', '\na,b\n\n1,2\r\n\r\n3,4\n\n'],
    ['a byte order mark', '\ufeffa,b\n1,2\n3,4'],
    ['semicolons', 'a;b\n1;2\n3;4'],
    ['tabs', 'a\tb\n1\t2\n3\t4'],
    ['names in quotes with other delimiters in them', '"a"|"b"\n1|2\n3|4'],
  ])('%s', (_, text) => {
    expect(read(text)).toEqual(two)
    for (const chunk of [1, 2, 3]) expect(read(text, {}, chunk)).toEqual(two)
  })

  test('nothing but a header, or nothing at all, is no records', () => {
    expect(read('a,b\n')).toEqual([])
    expect(read('')).toEqual([])
  })
})

describe('options', () => {
  test('columns name a file without a header line', () => {
    expect(read('1;2\n3;4', { columns: ['x', 'y'], delimiter: ';' })).toEqual(['{"x":1,"y":2}', '{"x":3,"y":4}'])
  })

  test('columns and header together replace the names', () => {
    expect(read('a,b\n1,2', { columns: ['x', 'y'], header: true })).toEqual(['{"x":1,"y":2}'])
  })

  test('without a header and without names columns are numbered', () => {
    expect(read('1,2', { header: false })).toEqual(['{"column1":1,"column2":2}'])
  })

  test('fields can be added, kept as text, or declared missing', () => {
    const options = { add: { dataType: 'wine', vintage: '2020' }, text: ['zip'], missing: 'NA' }
    expect(read('zip,x\n12345,NA', options)).toEqual(['{"dataType":"wine","vintage":2020,"zip":"12345"}'])
  })
})

describe('what is wrong says its line', () => {
  test.each<[string, string | Uint8Array, CsvOptions, string]>([
    ['too few cells', 'a,b\n1,2\n3', {}, 'line 3: 1 cells, but there are 2 columns (a, b)'],
    ['too many cells after a record of two lines', 'a,b\n"x\ny",2\n1,2,3', {}, 'line 4: 3 cells, but there are 2 columns (a, b)'],
    ['a quote that is never closed', 'a,b\n1,"2\n3,4\n', {}, "line 2: a cell's quote is never closed"],
    ['text after a quote', 'a,b\n"1"x,2', {}, 'line 2: after the closing quote of a cell stands "x"'],
    ['a column without a name', 'a,,b\n1,2,3', {}, 'line 1: column 2 has no name'],
    ['two columns of one name', 'a,b,a\n1,2,3', {}, "line 1: two columns are called 'a'"],
    ['bytes that are not UTF-8', new Uint8Array([0x61, 0x0a, 0xff, 0x0a]), { delimiter: ',' }, 'after line 1: the text is not UTF-8'],
    ['a text column that is not there', 'a\n1', { text: ['b'] }, "line 1: there is no column 'b' to keep as text, only a"],
    ['an added field that is a column', 'a\n1', { add: { a: '1' } }, "line 1: the field 'a' is to be added, but it is a column"],
  ])('%s', (_, text, options, message) => {
    expect(() => read(text, options)).toThrow(expect.objectContaining({ code: 'cli.file.malformed', message }))
  })
})

test('any table comes back as it was, however its bytes are cut', () => {
  // What a CSV writer does: quote what needs it, double the quotes inside.
  const cell = fc.string({ unit: fc.constantFrom('a', 'é', '☃', ',', ';', '"', '\n', '\r', ' ') })
  const written = (text: string) => (/[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
      fc.constantFrom('\n', '\r\n'),
      fc.integer({ min: 1, max: 7 }),
      (rows, end, chunk) => {
        const text = [['x', 'y'], ...rows].map((row) => row.map(written).join(',')).join(end)
        const expected = rows.map(([x, y]) => ({ ...(x === '' ? {} : { x }), ...(y === '' ? {} : { y }) }))
        expect(read(text, {}, chunk).map((record) => JSON.parse(record) as unknown)).toEqual(expected)
      },
    ),
  )
})
