import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BoundField } from '../../core/codec.ts'
import type { SluiceError } from '../../core/errors.ts'
import { featureError } from '../../core/feature-error.ts'
import { batchOf } from '../../core/testing/batch-of.ts'
import { boundList } from '../testing/bound-list.ts'
import { bound, INVALID, MISSING, readRows, type Row } from '../testing/read-rows.ts'
import { createJsonCodec } from './json-codec.ts'

const codec = createJsonCodec()

function read(fields: readonly BoundField[], ...texts: string[]) {
  return readRows(codec, fields, batchOf(texts.map((text) => Buffer.from(text)))).rows
}

const all = (cell: string, size: number): Row => Array.from({ length: size }, () => cell)

describe('a list that feeds a vector', () => {
  test('is taken as one list, and as lists of the vector’s shape, in row-major order', () => {
    const fields = boundList('x', [2, 3])
    const rows = read(fields, '{"x":[1,2,3,4,5,6]}', '{"x":[[1,2,3],[4,5,6]]}', ' { "x" : [ [ 1 , 2 , 3 ] , [ 4 , 5 , 6 ] ] } ')
    expect(rows).toEqual([1, 2, 3].map(() => [1, 2, 3, 4, 5, 6]))
  })

  test('may have lists of one around and in it', () => {
    const rows = read(boundList('x', [1, 3]), '{"x":[1,2,3]}', '{"x":[[1,2,3]]}', '{"x":[[[1],[2],[3]]]}', '{"x":[[1],[2],[3]]}')
    expect(rows).toEqual([1, 2, 3, 4].map(() => [1, 2, 3]))
  })

  test('of a single dimension may be lists of any one shape', () => {
    expect(read(boundList('x', [6]), '{"x":[[1,2],[3,4],[5,6]]}', '{"x":[[[1,2,3]],[[4,5,6]]]}')).toEqual([
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6],
    ])
  })

  test('is invalid as a whole where its lengths or depths are others', () => {
    const texts = [
      '[1,2,3]',
      '[1,2,3,4,5]',
      '[]',
      '[[]]',
      '[[1,2],[3]]',
      '[[1,2,3],[4]]',
      '[[1],[2],[3],[4]]',
      '[1,[2],3,4]',
      '[[1,2],3,4]',
    ].concat([
      '[[1,2],[[3],[4]]]',
      '[[[1],[2]],[3,4]]',
      '[[[1,2],[3,4]],[]]',
      '[[1,2,3,4],[]]',
      '7',
      '"1"',
      'true',
      '{}',
      '{"x":[1,2,3,4]}',
    ])
    const misfits = texts.filter((text) => text !== '[[1],[2],[3],[4]]')
    expect(read(boundList('x', [2, 2]), ...misfits.map((text) => `{"x":${text}}`))).toEqual(misfits.map(() => all(INVALID, 4)))
    // Lists of one are as good as what is in them.
    expect(read(boundList('x', [2, 2]), '{"x":[[1],[2],[3],[4]]}')).toEqual([[1, 2, 3, 4]])
  })

  test('is missing where it is null or absent', () => {
    expect(read(boundList('x', [2]), '{"x":null}', '{}', '{"x":[1,2]}')).toEqual([all(MISSING, 2), all(MISSING, 2), [1, 2]])
  })

  test('has values that are as good as single ones: numbers in texts, true, false, null; and not others', () => {
    expect(read(boundList('x', [7]), '{"x":["1.5",true,false,null,"a",{"y":[1]},-0.0]}')).toEqual([
      [1.5, 1, 0, MISSING, INVALID, INVALID, -0],
    ])
  })

  test('of texts are categories', () => {
    const dictionary = bound('x', ['red', 'blue']).field
    const fields = boundList('x', [3]).map((one) => ({ ...one, field: { ...dictionary, vector: one.field.vector! } }))
    expect(read(fields, '{"x":["blue","red","green"]}')).toEqual([[['blue'], ['red'], [-1]]])
  })

  test('the last one counts, whatever was before', () => {
    const texts = [
      '{"x":[1,null],"x":[3,4]}',
      '{"x":"a","x":[3,4]}',
      '{"x":[3,4],"x":null}',
      '{"x":[3,4],"x":[1]}',
      '{"x":[1,2,3],"x":[3,4]}',
    ]
    expect(read(boundList('x', [2]), ...texts)).toEqual([[3, 4], [3, 4], all(MISSING, 2), all(INVALID, 2), [3, 4]])
  })

  test('in another object goes with it', () => {
    const fields = [...boundList('v', [2], { path: 'a.v' }), bound('b', 'number', { path: 'a.b' })]
    expect(read(fields, '{"a":{"v":[1,2],"b":3}}', '{"a":{"v":[1,2]},"a":{"b":3}}', '{"a":[1,2]}')).toEqual([
      [1, 2, 3],
      [MISSING, MISSING, 3],
      all(MISSING, 3),
    ])
  })

  test('a guessed name is that of a similar member, where none has it exactly', () => {
    const fields = boundList('float_input', [2], { guessed: true })
    expect(
      read(fields, '{"FloatInput":[1,2]}', '{"float_input":[3,4],"floatInput":[1,2]}', '{"floatInput":[1],"float_input":[3,4]}'),
    ).toEqual([
      [1, 2],
      [3, 4],
      [3, 4],
    ])
  })

  test('a vector of one may stand as its value', () => {
    const fields = boundList('x', [1])
    expect(read(fields, '{"x":[5]}', '{"x":5}', '{"x":"6"}', '{"x":[5,6]}', '{"x":null}', '{"x":{}}')).toEqual([
      [5],
      [5],
      [6],
      [INVALID],
      [MISSING],
      [INVALID],
    ])
  })

  test('several vectors may be fed by one list, beside other columns', () => {
    const fields = [bound('a'), ...boundList('x', [2]), bound('b'), ...boundList('y', [1, 2], { path: 'x' }), bound('x')]
    expect(read(fields, '{"b":2,"x":[3,4],"a":1}', '{"x":[3],"a":1,"b":2}')).toEqual([
      [1, 3, 4, 2, 3, 4, INVALID],
      [1, INVALID, INVALID, 2, INVALID, INVALID, INVALID],
    ])
  })

  test.each([
    ['{"x":[1,2', 'a comma or a closing bracket is missing (at byte 9 of 9)'],
    ['{"x":[1,2}', 'a comma or a closing bracket is missing (at byte 9 of 10)'],
    ['{"x":[1,]}', 'a value that is not JSON (at byte 8 of 10)'],
    ['{"x":[,1]}', 'a value that is not JSON (at byte 6 of 10)'],
    ['{"x":[1 2]}', 'a comma or a closing bracket is missing (at byte 8 of 11)'],
    ['{"x":[01]}', 'a number that is not written as JSON writes numbers (at byte 8 of 10)'],
    ['{"x":[1.]}', 'a number that is not written as JSON writes numbers (at byte 8 of 10)'],
    ['{"x":[-]}', 'a number that is not written as JSON writes numbers (at byte 7 of 9)'],
    ['{"x":[1,', 'it ends where a value should be (at byte 8 of 8)'],
    ['{"x":[1,2', 'a comma or a closing bracket is missing (at byte 9 of 9)'],
  ])('that is not JSON rejects the record: %s', (text, problem) => {
    // What follows in the batch would go on where the record ends.
    const { rows } = readRows(codec, boundList('x', [2]), batchOf([Buffer.from(text), Buffer.from('{"x":[1,2]}')]))
    expect(rows[1]).toEqual([1, 2])
    expect(rows[0]).toMatchObject({ code: 'record.json.malformed', message: `the value is not a JSON object: ${problem}` })
  })

  test('nested too deep is refused, as in all other places', () => {
    const text = `{"x":${'['.repeat(70)}1${']'.repeat(70)}}`
    expect(read(boundList('x', [1]), text)[0]).toMatchObject({
      code: 'record.json.malformed',
      message: expect.stringContaining('more than 64 deep') as string,
    })
  })

  test('numbers are those of JSON.parse, in lists of any nesting', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,2})?$/)
    const numeral = fc.oneof(
      digits,
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc.integer().map(String),
    )
    const space = fc.constantFrom('', '', '', ' ', '\n\t')
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        fc.infiniteStream(numeral),
        fc.infiniteStream(space),
        (height, width, nested, numerals, spaces) => {
          const some = (): string => spaces.next().value as string
          const numberText = (): string => some() + (numerals.next().value as string) + some()
          const lists = Array.from({ length: height }, () => Array.from({ length: width }, numberText).join(','))
          const text = `{"x":[${nested ? lists.map((one) => `${some()}[${one}]${some()}`).join(',') : lists.join(',')}]}`
          const expected = (JSON.parse(text) as { x: number[] | number[][] }).x.flat()
          expect(read(boundList('x', [height, width]), text)).toEqual([expected])
        },
      ),
      { numRuns: 400 },
    )
  })
})

describe('one value of a list', () => {
  const fields = [bound('a', 'number', { path: 'v', list: { at: 2 } }), bound('b', 'number', { path: 'v', list: { at: 0 } }), bound('c')]

  test('is that of its place; missing where the list is shorter', () => {
    expect(
      read(fields, '{"v":[1,2,3,4],"c":9}', '{"v":[1,2]}', '{"v":[[1,2],[3,4]]}', '{"v":["5",null,null]}', '{"v":[]}', '{"v":null}', '{}'),
    ).toEqual([[3, 1, 9], [MISSING, 1, MISSING], [3, 1, MISSING], [MISSING, 5, MISSING], all(MISSING, 3), all(MISSING, 3), all(MISSING, 3)])
  })

  test('is invalid where there is no list, and nothing remains of lists before it', () => {
    expect(read(fields, '{"v":7}', '{"v":[1,2,3],"v":[4]}', '{"v":[1,[2],3]}')).toEqual([
      [INVALID, INVALID, MISSING],
      [MISSING, 4, MISSING],
      [INVALID, INVALID, MISSING],
    ])
  })

  test('may be a member of that very name', () => {
    expect(read(fields, '{"v[2]":8,"v[0]":7}')).toEqual([[8, 7, MISSING]])
  })

  test('may go to several columns', () => {
    const twice = [...fields, bound('d', 'number', { path: 'v', list: { at: 2 } })]
    expect(read(twice, '{"v":[1,2,3]}')).toEqual([[3, 1, MISSING, 3]])
  })
})

describe('what is wrong is said of the list as a whole, or of the value in it', () => {
  const fields = boundList('pixels', [2, 2], { path: 'image.pixels' })

  test.each([
    ['{"image":{"pixels":[1,2,3]}}', 'invalid', "'image.pixels' has 3 values; the model needs a list of 4 numbers, or lists of 2 by 2"],
    [
      '{"image":{"pixels":[[1,2,3,4],[5,6,7,8]]}}',
      'invalid',
      "'image.pixels' has lists of 2 by 4; the model needs a list of 4 numbers, or lists of 2 by 2",
    ],
    [
      '{"image":{"pixels":[[1,2],[3]]}}',
      'invalid',
      "'image.pixels' has lists of different lengths or depths; the model needs a list of 4 numbers, or lists of 2 by 2",
    ],
    [
      '{"image":{"pixels":"abc"}}',
      'invalid',
      "'image.pixels' is abc, and no list; the model needs a list of 4 numbers, or lists of 2 by 2",
    ],
    ['{"image":{"pixels":null}}', 'missing', "'image.pixels' is absent; the model needs a list of 4 numbers, or lists of 2 by 2"],
    ['{}', 'missing', "'image.pixels' is absent; the model needs a list of 4 numbers, or lists of 2 by 2"],
    ['{"image":{"pixels":[[1,2],["x",4]]}}', 'invalid', "'pixels[2]' is 'x'; the model needs a number"],
    ['{"image":{"pixels":[1,null,3,4]}}', 'missing', "'pixels[1]' is absent; the model needs a number"],
  ])('%s', (text, kind, message) => {
    const { frame } = readRows(codec, fields, batchOf([Buffer.from(text)]))
    const column = frame.cells.indexOf(kind === 'missing' ? 1 : 2)
    const error: SluiceError = featureError(frame, 0, column)
    expect({ code: error.code, message: error.message }).toEqual({ code: `record.feature.${kind}`, message: `feature ${message}` })
  })
})
