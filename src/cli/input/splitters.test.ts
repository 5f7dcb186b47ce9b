import { describe, expect, test } from 'vitest'
import { createJsonSplitter } from './json.ts'
import { createNdjsonSplitter } from './ndjson.ts'
import { createDelimitedSplitter, createProtobufSplitter } from './protobuf.ts'
import type { RecordSplitter } from './record-splitter.ts'

function split(create: () => RecordSplitter, content: string | Uint8Array, chunk: number): Buffer[] {
  const bytes = Buffer.from(content)
  const splitter = create()
  const records: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += chunk) records.push(...splitter.push(bytes.subarray(at, at + chunk)))
  return [...records, ...splitter.end()].map((record) => Buffer.from(record))
}

/** The same, however the bytes are cut. */
function texts(create: () => RecordSplitter, content: string | Uint8Array): string[] {
  const [whole, ...cut] = [1000, 1, 2, 5].map((chunk) => split(create, content, chunk).map(String))
  for (const other of cut) expect(other).toEqual(whole)
  return whole!
}

describe('ndjson', () => {
  test('is a record per line, without blank lines and white space around', () => {
    expect(texts(createNdjsonSplitter, '\ufeff{"a":1}\r\n\n  {"b": 2}  \n{"c":3}')).toEqual(['{"a":1}', '{"b": 2}', '{"c":3}'])
  })

  test('of nothing is nothing', () => {
    expect(texts(createNdjsonSplitter, ' \n\n')).toEqual([])
  })
})

describe('json', () => {
  const objects = ['{"a":[1,{"x":2}]}', '{"b":"}]\\",{\\\\"}', '{}']

  test.each([
    ['an array of objects', `[${objects.join(',')}]`],
    ['with white space', `\ufeff [\n ${objects.join(' ,\r\n ')} \n]\n`],
    ['objects one after the other', objects.join('\n\n')],
    ['objects without anything between', objects.join('')],
  ])('%s', (_, content) => {
    expect(texts(createJsonSplitter, content)).toEqual(objects)
  })

  test('an object over several lines becomes one line', () => {
    expect(texts(createJsonSplitter, '{\n "a":\r\n 1 }')).toEqual(['{  "a":   1 }'])
  })

  test('no objects are no records', () => {
    expect(texts(createJsonSplitter, ' [ ] ')).toEqual([])
    expect(texts(createJsonSplitter, '')).toEqual([])
  })

  test.each([
    ['[1]', 'record 1, at byte 1, is not a JSON object'],
    ['"text"', 'record 1, at byte 0, is not a JSON object'],
    ['[{}, null]', 'record 2, at byte 5, is not a JSON object'],
    ['[[{}]]', 'record 1, at byte 1, is not a JSON object'],
    ['{} x', 'record 2, at byte 3, is not a JSON object'],
    ['[{}] {}', 'byte 5 stands after the end of the array'],
    ['[{"a":1', 'the file ends in the middle of record 1'],
    ['[{}', 'the file ends in the middle of record 2'],
    ['{"a":"}', 'the file ends in the middle of record 1'],
  ])('%s is refused', (content, message) => {
    for (const chunk of [1000, 1]) {
      expect(() => split(createJsonSplitter, content, chunk)).toThrow(expect.objectContaining({ code: 'cli.file.malformed', message }))
    }
  })
})

describe('protobuf', () => {
  test('one message is the whole file', () => {
    const bytes = Buffer.from([0, 10, 13, 255])
    for (const chunk of [1, 100]) expect(split(createProtobufSplitter, bytes, chunk)).toEqual([bytes])
  })

  test('delimited messages keep their lengths, which may take several bytes', () => {
    // 300 = 0b1_0010_1100: the varint AC 02.
    const long = Buffer.concat([Buffer.from([0xac, 0x02]), Buffer.alloc(300, 7)])
    const messages = [Buffer.from([2, 8, 1]), Buffer.from([0]), long, Buffer.from([1, 9])]
    for (const chunk of [1, 3, 299, 1000]) expect(split(createDelimitedSplitter, Buffer.concat(messages), chunk)).toEqual(messages)
  })

  test.each([
    ['a message that ends early', [3, 8, 1], 'the file ends in the middle of record 1'],
    ['a length that ends early', [0, 0x80], 'the file ends in the middle of record 2'],
    [
      'a length beyond any record',
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      'record 1 is longer than 67108864 bytes; is the file of another format?',
    ],
    [
      'a length that never ends',
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
      'record 1 is longer than 67108864 bytes; is the file of another format?',
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => split(createDelimitedSplitter, Buffer.from(bytes), 1)).toThrow(
      expect.objectContaining({ code: 'cli.file.malformed', message }),
    )
  })
})
