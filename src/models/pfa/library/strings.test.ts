import { describe, expect, it } from 'vitest'
import { callFunction } from './testing/call-function.ts'

const int = (value: number) => ['int', value] as const
const bytes = (...values: readonly number[]) => ['bytes', Buffer.from(values).toString('latin1')] as const
const base64 = (...values: readonly number[]): string => Buffer.from(values).toString('base64')

describe('strings', () => {
  it('places count from the end where they are negative', () => {
    const substr = (start: number, end: number) => callFunction('s.substr', 'string', ['hello', int(start), int(end)])
    expect([substr(1, 3), substr(-3, -1), substr(-99, 99), substr(3, 1)]).toEqual(['el', 'll', 'hello', ''])
    expect(callFunction('s.substrto', 'string', ['hello', int(3), int(1), 'X'])).toBe('helXlo')
  })

  it('replacements are text, not patterns', () => {
    const replace = (name: string, original: string, replacement: string) =>
      callFunction(name, 'string', ['a.b.a.b', original, replacement])
    expect(replace('s.replaceall', '.', '$&')).toBe('a$&b$&a$&b')
    expect(replace('s.replacefirst', 'a', '$1')).toBe('$1.b.a.b')
    expect(replace('s.replacelast', 'a', 'x')).toBe('a.b.x.b')
    expect(callFunction('s.count', 'int', ['aaaa', 'aa'])).toBe(2)
    expect(callFunction('s.translate', 'string', ['hello', 'elo', 'ip'])).toBe('hipp')
    expect(callFunction('s.strip', 'string', ['xyhixy', 'yx'])).toBe('hi')
  })

  it('what would be too large is refused before it is made', () => {
    expect(() => callFunction('s.repeat', 'string', ['abc', int(2_000_000_000)])).toThrow(/items/)
    expect(() => callFunction('s.int', 'string', [['long', 1], int(2_000_000_000), true])).toThrow(/items/)
    expect(() =>
      callFunction('cast.fanoutInt', { type: 'array', items: 'int' }, [int(1), int(-2_000_000_000), int(2_000_000_000), false]),
    ).toThrow(/items/)
  })
})

describe('bytes', () => {
  it('decoding is strict', () => {
    expect(callFunction('bytes.decodeUtf8', 'string', [bytes(0xe2, 0x82, 0xac)])).toBe('€')
    expect(callFunction('bytes.decodeUtf8', 'string', [bytes(0xc0, 0x80)])).toEqual({ error: 16_110 })
    expect(callFunction('bytes.decodeAscii', 'string', [bytes(0x80)])).toEqual({ error: 16_090 })
    expect(callFunction('bytes.decodeLatin1', 'string', [bytes(0x80, 0xe9)])).toBe('\u0080é')
    expect(callFunction('bytes.decodeUtf16', 'string', [bytes(0xff, 0xfe, 0xac, 0x20)])).toBe('€')
    expect(callFunction('bytes.decodeUtf16', 'string', [bytes(0x20, 0xac)])).toBe('€')
    expect(callFunction('bytes.decodeUtf16le', 'string', [bytes(0x3d, 0xd8)])).toEqual({ error: 16_140 })
  })

  it('encoding is strict too', () => {
    expect(callFunction('bytes.encodeUtf16be', 'bytes', ['a€'])).toBe(base64(0, 0x61, 0x20, 0xac))
    expect(callFunction('bytes.encodeUtf16', 'bytes', ['a'])).toBe(base64(0xfe, 0xff, 0, 0x61))
    expect(callFunction('bytes.encodeLatin1', 'bytes', ['€'])).toEqual({ error: 16_160 })
    expect(callFunction('bytes.fromBase64', 'bytes', ['aGk='])).toBe(base64(0x68, 0x69))
    expect(callFunction('bytes.fromBase64', 'bytes', ['a*b='])).toEqual({ error: 16_220 })
  })

  it('are searched by value, also where they are no text', () => {
    const args = [bytes(1, 0xff, 0xfe, 0xff, 2), bytes(0xff)]
    expect(callFunction('re.indexall', { type: 'array', items: { type: 'array', items: 'int' } }, args)).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(callFunction('re.replaceall', 'bytes', [...args, bytes(7, 7)])).toBe(base64(1, 7, 7, 0xfe, 7, 7, 2))
  })
})

describe('regular expressions on strings', () => {
  const strings = { type: 'array', items: 'string' }

  it('places are in the units of s.substr, and a character beyond them is one', () => {
    const places = callFunction('re.index', { type: 'array', items: 'int' }, ['a\u{1f600}b', '.b']) as [number, number]
    expect(places).toEqual([1, 4])
    expect(callFunction('s.substr', 'string', ['a\u{1f600}b', int(places[0]), int(places[1])])).toBe('\u{1f600}b')
  })

  it('all matches, groups, splits and replacements', () => {
    expect(callFunction('re.findall', strings, ['one two  three', '[a-z]+'])).toEqual(['one', 'two', 'three'])
    expect(callFunction('re.findgroupsfirst', strings, ['k=v', '([a-z])=([a-z])(x)?'])).toEqual(['k=v', 'k', 'v', ''])
    expect(callFunction('re.split', strings, [',a,,b,', ','])).toEqual(['a', '', 'b'])
    expect(callFunction('re.replacelast', 'string', ['aXbXc', 'X', '\\1'])).toBe('aXb\\1c')
    expect(callFunction('re.findfirst', ['string', 'null'], ['abc', 'x'])).toBeNull()
    expect(callFunction('re.contains', 'boolean', ['abc', '('])).toEqual({ error: 35_010 })
  })

  it('empty matches end', () => {
    expect(callFunction('re.replaceall', 'string', ['baac', 'a*', '-'])).toBe('-b-c')
    expect(callFunction('re.count', 'int', ['abc', 'x*'])).toBe(3)
  })
})
