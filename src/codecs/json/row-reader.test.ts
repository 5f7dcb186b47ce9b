import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BoundField } from '../../core/codec.ts'
import { SluiceError } from '../../core/errors.ts'
import { batchOf } from '../../core/testing/batch-of.ts'
import { bound, INVALID, MISSING, readRows, readRowsWith, type Row } from '../testing/read-rows.ts'
import { createJsonCodec } from './json-codec.ts'

const codec = createJsonCodec()

function rowOf(json: string | Uint8Array, ...fields: BoundField[]): Row | string {
  const [row] = readRows(codec, fields, batchOf([json])).rows
  return row instanceof SluiceError ? row.code : row!
}

describe('Numbers', () => {
  const x = bound('x')

  test('a number, a boolean, and a text that is a number are numbers', () => {
    for (const [json, expected] of [
      ['1.5', 1.5],
      ['-0', -0],
      ['true', 1],
      ['false', 0],
      ['"2.5"', 2.5],
      ['" 7 "', 7],
      ['"+.5e1"', 5],
      ['"007"', 7],
      ['"5."', 5],
      ['"\\u0031"', 1],
      ['"1e999"', Infinity],
      ['"-Infinity"', -Infinity],
      ['"NaN"', Number.NaN],
      ['1e999', Infinity],
    ] as const)
      expect([json, rowOf(`{"x":${json}}`, x)]).toEqual([json, [expected]])
  })

  test('null and absence are missing; other texts, lists and objects are invalid', () => {
    for (const json of ['{"x":null}', '{}', '{"y":1}', '{"y":{"x":1}}', ' {\n} ']) expect(rowOf(json, x)).toEqual([MISSING])
    for (const json of [
      '""',
      '" "',
      '"high"',
      '"1,5"',
      '"0x10"',
      '"1 2"',
      '"1e"',
      '"."',
      '"nan"',
      '[]',
      '[1]',
      '{}',
      '{"x":1}',
      '"\\u0000"',
    ])
      expect([json, rowOf(`{"x":${json}}`, x)]).toEqual([json, [INVALID]])
  })

  test('a long text that is nearly a number takes no time', () => {
    expect(rowOf(`{"x":"${'1'.repeat(200_000)}x"}`, x)).toEqual([INVALID])
  })
})

describe('Categories', () => {
  test('a closed dictionary knows its texts, and codes others -1', () => {
    const colour = bound('colour', ['red', 'grün', 'true', '1', '0.5'])
    for (const [json, expected] of [
      ['"red"', 'red'],
      ['"gr\u00fcn"', 'grün'],
      ['"gr\\u00fcn"', 'grün'],
      ['"blue"', -1],
      ['""', -1],
      ['"\\u0062"', -1],
      ['true', 'true'],
      ['false', -1],
      ['1.0', '1'],
      ['5e-1', '0.5'],
      ['2', -1],
    ] as const)
      expect([json, rowOf(`{"colour":${json}}`, colour)]).toEqual([json, [[expected]]])
    expect(colour.field.dictionary!.size).toBe(5)
    expect(rowOf('{"colour":null}', colour)).toEqual([MISSING])
    expect(rowOf('{"colour":["red"]}', colour)).toEqual([INVALID])
  })

  test('an open dictionary learns texts, numbers and booleans, in the order of the records', () => {
    const colour = bound('colour', 'category', { open: true })
    const values = ['"red"', '"gr\\u00fcn"', 'true', '1', '"red"', '""']
    const { rows } = readRows(codec, [colour], batchOf(values.map((json) => `{"colour":${json}}`)))
    expect(rows).toEqual(['red', 'grün', 'true', '1', 'red', ''].map((text) => [[text]]))
    expect(colour.field.dictionary!.texts).toEqual(['red', 'grün', 'true', '1', ''])
  })

  test('a text too long to learn is an unknown one', () => {
    const colour = bound('colour', 'category', { open: true })
    expect(rowOf(`{"colour":"${'x'.repeat(2000)}"}`, colour)).toEqual([[-1]])
    expect(rowOf(`{"colour":"${'\\n'.repeat(2000)}"}`, colour)).toEqual([[-1]])
  })
})

describe('Members', () => {
  test('a dotted path leads into objects, and an escaped dot is part of a name', () => {
    const fields = [bound('age', 'number', { path: 'customer.age' }), bound('dotted', 'number', { path: 'a\\.b' })]
    expect(rowOf('{"customer":{"name":"x","age":41},"a.b":2,"a":{"b":3}}', ...fields)).toEqual([41, 2])
    expect(rowOf('{"customer":[{"age":41}],"a":{"b":3}}', ...fields)).toEqual([MISSING, MISSING])
  })

  test('an object and a member of it can both be asked for', () => {
    const fields = [bound('a'), bound('b', 'number', { path: 'a.b' }), bound('c', 'number', { path: 'a.b.c' })]
    expect(rowOf('{"a":{"b":{"c":1}}}', ...fields)).toEqual([INVALID, INVALID, 1])
    expect(rowOf('{"a":{"b":2}}', ...fields)).toEqual([INVALID, 2, MISSING])
    expect(rowOf('{"a":3}', ...fields)).toEqual([3, MISSING, MISSING])
  })

  test('a name may be written with escapes, and be that of something else in JavaScript', () => {
    expect(
      rowOf('{"\\u0078":1,"__proto__":2,"constructor":3,"":4}', bound('x'), bound('__proto__'), bound('constructor'), bound('')),
    ).toEqual([1, 2, 3, 4])
    expect(rowOf('{}', bound('__proto__'), bound('toString'))).toEqual([MISSING, MISSING])
  })

  test('two inputs can take the same field, and an input that is bound to nothing is missing', () => {
    const fields = [
      bound('a', 'number', { path: 'x' }),
      bound('b', ['1'], { path: 'x' }),
      bound('c', 'number', { path: undefined }),
      bound('d', 'value', { path: 'x' }),
    ]
    expect(rowOf('{"x":1}', ...fields)).toEqual([1, ['1'], MISSING, 'present'])
  })

  test('of several members with one name the last counts, also where they are objects', () => {
    const fields = [bound('x'), bound('b', 'number', { path: 'a.b' })]
    expect(rowOf('{"x":1,"a":{"b":2},"x":"3","a":{}}', ...fields)).toEqual([3, MISSING])
    expect(rowOf('{"x":1,"a":{"b":2},"x":null,"a":5}', ...fields)).toEqual([MISSING, MISSING])
    expect(rowOf('{"a":5,"a":{"b":2,"b":4}}', ...fields)).toEqual([MISSING, 4])
  })
})

describe('Guessed names', () => {
  const guess = (...names: string[]): BoundField[] => names.map((name) => bound(name, 'number', { guessed: true }))

  test('a member of a similar name counts, and one of the exact name before it wherever it stands', () => {
    expect(rowOf('{"Fixed_Acidity":1,"PH":2}', ...guess('fixed acidity', 'pH'))).toEqual([1, 2])
    expect(rowOf('{"pH":1,"PH":2}', ...guess('pH'))).toEqual([1])
    expect(rowOf('{"PH":2,"pH":1}', ...guess('pH'))).toEqual([1])
    expect(rowOf('{"PH":2,"pH":null}', ...guess('pH'))).toEqual([MISSING])
    expect(rowOf('{"p\\u0048":1,"P\\u0048":2}', ...guess('pH'))).toEqual([1])
    expect(rowOf('{"P\\u0048":2}', ...guess('pH'))).toEqual([2])
  })

  test('each record is judged by itself', () => {
    const fields = guess('pH')
    const { rows } = readRows(codec, fields, batchOf(['{"pH":1,"PH":2}', '{"PH":3}', '{"ph":4}', '{"pH":5}']))
    expect(rows).toEqual([[1], [3], [4], [5]])
  })

  test('a guessed name is never a path, and names that were declared are not guessed', () => {
    expect(rowOf('{"a":{"b":1}}', ...guess('a.b'))).toEqual([MISSING])
    expect(rowOf('{"a.b":1}', ...guess('a.b'))).toEqual([1])
    expect(rowOf('{"A":1}', bound('a'))).toEqual([MISSING])
  })

  test('a name that is similar to those of two inputs feeds neither', () => {
    expect(rowOf('{"ab":1}', ...guess('a b', 'a_b', 'c'))).toEqual([MISSING, MISSING, MISSING])
    expect(rowOf('{"a b":1,"a_b":2,"A-B":3}', ...guess('a b', 'a_b'))).toEqual([1, 2])
    expect(rowOf('{"ab":1}', ...guess('ab', 'a_b'))).toEqual([1, MISSING])
  })

  test('a similar name is found however many names came before it, long ones too', () => {
    const fields = guess('pH')
    const reader = codec.reader(fields)
    const noise = Array.from({ length: 5000 }, (_, i) => `{"n${i}":1,"${'x'.repeat(200)}${i}":1}`)
    const { rows } = readRowsWith(
      { reader, fields },
      batchOf([...noise, '{"PH":2}', '{"ph":3}', '{"-p-h-":4}', `{"${'_'.repeat(500)}PH":5}`]),
    )
    expect(rows.slice(0, 5000).every((row) => !(row instanceof SluiceError) && row[0] === MISSING)).toBe(true)
    expect(rows.slice(5000)).toEqual([[2], [3], [4], [5]])
  })
})

describe('Records that are no JSON object', () => {
  test('are rejected, and say where', () => {
    for (const json of [
      '',
      ' ',
      '5',
      '[]',
      'null',
      '"a"',
      '{',
      '{"x":1',
      '{"x" 1}',
      '{"x":1}}',
      '{"x":1} x',
      '{x:1}',
      '{"x":1,}',
      '\uFEFF{}',
      '{"y":[1,}',
    ])
      expect([json, rowOf(json, bound('x'))]).toEqual([json, 'record.json.malformed'])
    const [error] = readRows(codec, [bound('x')], batchOf(['{"x":1.}'])).rows
    expect(error).toMatchObject({
      message: 'the value is not a JSON object: a number that is not written as JSON writes numbers (at byte 7 of 8)',
      details: { at: 7, bytes: 8 },
    })
  })

  test('are rejected where a string is not UTF-8, also one that nobody wants', () => {
    for (const hex of ['7b2278223a22ff227d', '7b2279223a22c328227d', '7b22ff223a317d'])
      expect(rowOf(Buffer.from(hex, 'hex'), bound('x'))).toBe('record.json.malformed')
  })

  test('leave nothing behind in the rows after them, nor in frames that are used again', () => {
    const fields = [bound('x'), bound('y'), bound('c', ['a']), bound('v', 'value')]
    const reader = codec.reader(fields)
    const { frame } = readRowsWith({ reader, fields }, batchOf(['{"x":1,"y":"bad","c":"a"}', '{"x":"bad","c":[]}']))
    const batch = batchOf(['{"x":7,"y":8,"c":"a",', '{"x":2}', '{"y":"bad","x":[],"c":{},', '{}', '{"x":3,"y":4,"c":"a"}'])
    const { rows } = readRowsWith({ reader, fields, frame }, batch)
    expect(rows.map((row) => (row instanceof SluiceError ? row.code : row))).toEqual([
      'record.json.malformed',
      [2, MISSING, MISSING, 'present'],
      'record.json.malformed',
      [MISSING, MISSING, MISSING, 'present'],
      [3, 4, ['a'], 'present'],
    ])
  })
})

describe('Any object', () => {
  const key = fc.constantFrom('x', 'y', 'n', '', 'é', '__proto__', '"', 'z')
  const { value } = fc.letrec<{ value: unknown; object: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
      fc.constantFrom('null', 'true', 'false', '"1.5"', '"red"', '""', '[1,{"x":2}]', '-0'),
      tie('object'),
    ),
    object: fc
      .tuple(fc.array(fc.tuple(key, tie('value')), { maxLength: 5 }), fc.constantFrom('', ' ', '\n\t'))
      .map(
        ([members, space]) =>
          `{${space}${members.map(([name, json]) => `${space}${JSON.stringify(name)}${space}:${space}${String(json)}`).join(`${space},`)}${space}}`,
      ),
  }))
  const object = fc
    .array(fc.tuple(key, value), { maxLength: 8 })
    .map((members) => ` {${members.map(([name, json]) => `${JSON.stringify(name)}: ${String(json)}`).join(' ,')}} `)

  test('gives the numbers and categories that JSON.parse finds at their paths', () => {
    const paths = ['x', 'y', 'n.x', 'n.n.y', '__proto__', 'é', 'n']
    const fields = paths.flatMap((path) => [bound(path, 'number', { path }), bound(path, ['red', 'true', '1.5'], { path })])
    const reader = codec.reader(fields)
    fc.assert(
      fc.property(fc.array(object, { minLength: 1, maxLength: 5 }), (texts) => {
        const { rows, frame } = readRowsWith({ reader, fields }, batchOf(texts))
        for (const [i, text] of texts.entries()) {
          const record = JSON.parse(text) as unknown
          expect(frame.value(i)).toEqual(record)
          expect(rows[i]).toEqual(paths.flatMap((path) => expectedCells(at(record, path.split('.')))))
        }
      }),
      { numRuns: 500 },
    )
  })

  function at(record: unknown, steps: readonly string[]): unknown {
    return steps.reduce<unknown>(
      (inner, step) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner) && Object.hasOwn(inner, step)
          ? (inner as Record<string, unknown>)[step]
          : undefined,
      record,
    )
  }

  function expectedCells(found: unknown): Row {
    if (found === undefined || found === null) return [MISSING, MISSING]
    if (typeof found === 'object') return [INVALID, INVALID]
    const category = ['red', 'true', '1.5'].find((text) => text === (typeof found === 'string' ? found : JSON.stringify(found))) ?? -1
    if (typeof found === 'string') return [found === '1.5' ? 1.5 : INVALID, [category]]
    return [Number(found), [category]]
  }
})

describe('The text of a field, for messages', () => {
  const texts = (json: string, ...fields: BoundField[]): (string | undefined)[] => {
    const { frame } = readRows(codec, fields, batchOf([json]))
    return fields.map((_, column) => frame.text(0, column))
  }

  test('is what stands in the record, shortened, also under a similar name', () => {
    expect(
      texts(
        '{"x":"high","n":{"y":[1,2]},"PH":7}',
        bound('x'),
        bound('y', 'number', { path: 'n.y' }),
        bound('pH', 'number', { guessed: true }),
        bound('z'),
        bound('u', 'number', { path: undefined }),
      ),
    ).toEqual(['high', '[1,2]', '7', undefined, undefined])
    expect(texts('{"a.b":1,"a":{"b":2}}', bound('a.b', 'number', { guessed: true }))).toEqual(['1'])
    expect(texts(`{"x":"${'é'.repeat(200)}"}`, bound('x'))[0]).toBe(`${'é'.repeat(80)}…`)
  })
})

test('random bytes are rejected or are a row, and nothing is thrown', () => {
  const fields = [bound('x'), bound('a', 'category', { open: true, guessed: true }), bound('n', 'number', { path: 'n.x' })]
  const reader = codec.reader(fields)
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc
      .constantFrom('{', '}', '"x"', '"A"', ':', ',', '1', '[', ']', '"n"', '{"x":1}', '"\\u00e9"', ' ', '\u00e9')
      .map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { rows } = readRowsWith({ reader, fields }, batchOf([Buffer.concat(pieces), '{"x":1}']))
      expect(rows[1]).toEqual([1, MISSING, MISSING])
      const [row] = rows
      expect(row instanceof SluiceError ? row.code : 'record.json.malformed').toBe('record.json.malformed')
    }),
    { numRuns: 2000 },
  )
})
