import { describe, expect, it } from 'vitest'
import { DEPTH_LIMIT, parseJson, Real } from './json.ts'
import { parseYaml } from './yaml.ts'

describe('JSON of documents', () => {
  it('tells integers from real numbers, and keeps large integers exact', () => {
    expect(parseJson('[2, 2.0, 2e0, -0, 9007199254740993, 0.5]')).toEqual([2, new Real(2), new Real(2), 0, 9007199254740993n, 0.5])
    expect(Object.is(parseJson('-0'), 0)).toBe(true)
    expect(parseJson('1e999')).toEqual(new Real(Infinity))
  })

  it('keeps objects in their order, whatever their keys', () => {
    const json = parseJson('{"b": 1, "1": 2, "__proto__": {"a": null}}') as ReadonlyMap<string, unknown>
    expect([...json.keys()]).toEqual(['b', '1', '__proto__'])
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })

  it('reads escapes as JSON.parse does', () => {
    const text = String.raw`"a\"\\\/\b\f\n\r\té😀z"`
    expect(parseJson(text)).toBe(JSON.parse(text))
  })

  it.each([
    ['', 'ends early'],
    ['{"a":1,}', 'a key is wanted'],
    ['[1 2]', "',' or ']'"],
    ['{"a":1,"a":2}', 'twice'],
    ['"a\nb"', 'does not end'],
    ['"\\x"', 'no escape'],
    ['01', 'follows'],
    ['nul', 'a value is wanted'],
    ['[1] 2', 'follows'],
  ])('refuses %j', (text, reason) => {
    expect(() => parseJson(text)).toThrow(reason)
  })

  it('says line and column', () => {
    expect(() => parseJson('{\n  "a": }')).toThrow('line 2, column 8')
  })

  it('refuses what nests too deep', () => {
    expect(() => parseJson('['.repeat(DEPTH_LIMIT + 1))).toThrow('nests deeper')
  })
})

describe('YAML of documents', () => {
  it('reads plain words as YAML 1.1, and quoted ones as texts', () => {
    const json = parseYaml('a: yes\nb: "yes"\nc: ~\nd: 12\ne: 1.0\nf: 0x1F\ng: .5\n') as ReadonlyMap<string, unknown>
    expect([...json].filter(([key]) => key !== '@')).toEqual([
      ['a', true],
      ['b', 'yes'],
      ['c', null],
      ['d', 12],
      ['e', new Real(1)],
      ['f', '0x1F'],
      ['g', 0.5],
    ])
  })

  it('does not write out aliases without end', () => {
    const bomb = ['a0: &a0 [1,1,1,1,1,1,1,1,1,1]']
    for (let i = 1; i < 12; i++)
      bomb.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      )
    expect(() => parseYaml(bomb.join('\n'))).toThrow(/model.malformed|parts|no YAML/)
  })
})
