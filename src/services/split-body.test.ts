import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RecordsFormat } from '../api/services.ts'
import { SluiceError } from '../core/errors.ts'
import { splitBody } from './split-body.ts'

function split(body: string | Uint8Array, format: RecordsFormat): string[] {
  return [...splitBody(typeof body === 'string' ? Buffer.from(body) : body, format)].map((value) => Buffer.from(value).toString())
}

test.each<[string, string[]]>([
  ['{"a":1}', ['{"a":1}']],
  [' {"a":1}\n', [' {"a":1}\n']],
  ['[]', []],
  [' [ ] ', []],
  ['[{"a":1}]', ['{"a":1}']],
  [' [ {"a":[1,{"b":2}]} ,\n{"c":"],\\"{"}, 7 ] ', ['{"a":[1,{"b":2}]}', '{"c":"],\\"{"}', '7']],
  ['[{"id":12345678901234567890},{"x":1.10}]', ['{"id":12345678901234567890}', '{"x":1.10}']],
  ['["\\\\",{}]', ['"\\\\"', '{}']],
])('the JSON body %j holds %j, each as it stands', (body, records) => {
  expect(split(body, 'json')).toEqual(records)
})

test.each(['[', '[{}', '[{},', '[{},]', '[,]', '[{}]]', '[{}] {}', '[{"a":"]', '[{"a":1]', '["\\"]'])(
  'the JSON body %j is refused',
  (body) => {
    expect(() => split(body, 'json')).toThrow(expect.objectContaining({ code: 'api.request.invalid' }))
  },
)

test('any JSON array is taken apart into its items, however it is spaced', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue({ maxDepth: 3 })), fc.constantFrom(undefined, ' ', '\t', 3), (items, space) => {
      expect(split(JSON.stringify(items, null, space), 'json').map((item) => JSON.parse(item) as unknown)).toEqual(
        JSON.parse(JSON.stringify(items)),
      )
    }),
  )
})

test('any bytes are records or a refusal, and never more than they were', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom<RecordsFormat>('json', 'ndjson', 'protobuf', 'protobuf-delimited'),
      (body, format) => {
        const total = lengthOrRefusal(body, format)
        expect(total).toBeLessThanOrEqual(body.length)
      },
    ),
    { numRuns: 2000 },
  )
})

function lengthOrRefusal(body: Uint8Array, format: RecordsFormat): number {
  try {
    return [...splitBody(body, format)].reduce((sum, value) => sum + value.length, 0)
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'api.request.invalid') return 0
    throw error
  }
}

test('lines may end as on any system, and those of white space are left out', () => {
  expect(split('{"a":1}\r\n\n  \r\n{"b":2}\n{"c":3}', 'ndjson')).toEqual(['{"a":1}', '{"b":2}', '{"c":3}'])
})

test('delimited messages stand after their lengths, which may take several bytes', () => {
  const long = 'x'.repeat(300)
  expect(
    split(
      Buffer.concat([Buffer.from([2]), Buffer.from('ab'), Buffer.from([0]), Buffer.from([0xac, 0x02]), Buffer.from(long)]),
      'protobuf-delimited',
    ),
  ).toEqual(['ab', '', long])
  for (const body of [[3, 1], [0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 1], [0xff, 0xff, 0xff, 0xff, 0x7f]])
    expect(() => split(Uint8Array.from(body), 'protobuf-delimited')).toThrow(expect.objectContaining({ code: 'api.request.invalid' }))
})
