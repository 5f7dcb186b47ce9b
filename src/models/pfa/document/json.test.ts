import { describe, expect, it } from 'vitest'
import { DEPTH_LIMIT, numberAt, parseJson, Real } from './json.ts'
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

  it('reads numbers as JavaScript does, bit for bit', () => {
    let state = 7
    for (let i = 0; i < 2000; i++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      const digits = String(state)
        .padStart(10, '0')
        .repeat(1 + (state % 3))
      const point = state % digits.length
      const whole = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0'
      const text = `${state % 2 === 0 ? '-' : ''}${whole}.${digits.slice(point)}${state % 5 === 0 ? 'e-7' : ''}`
      expect(numberAt(text, 0)).toEqual({ value: Number(text), end: text.length })
    }
    for (const bad of ['', '-', '01', '1.', '.5', 'a']) expect(numberAt(bad, 0)).toBeUndefined()
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
