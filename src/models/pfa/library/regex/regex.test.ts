import { describe, expect, it } from 'vitest'
import { PatternError } from './pattern-reader.ts'
import { compileRegex } from './regex.ts'

const codes = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0)!)

/** The spans of the first match and of its groups: `0-3 1-2 -`. */
function match(pattern: string, text: string): string | undefined {
  const spans = compileRegex(codes(pattern)).search(codes(text), 0, () => {})
  if (spans === undefined) return undefined
  return Array.from({ length: spans.length / 2 }, (_span, i) => (spans[2 * i]! < 0 ? '-' : `${spans[2 * i]}-${spans[2 * i + 1]}`)).join(' ')
}

describe('a regular expression matches leftmost, then longest', () => {
  // The expectations are from IEEE 1003.1 and from Fowler's test cases for it.
  it.each([
    ['abc', 'xabcy', '1-4'],
    ['a|ab', 'ab', '0-2'],
    ['xyz|xy|xyzw', 'axyzw', '1-5'],
    ['a*', 'baa', '0-0'],
    ['a+', 'baac', '1-3'],
    ['(a|ab)(c|bcd)(d*)', 'abcd', '0-4 0-2 2-3 3-4'],
    ['(a|ab)(bcd|c)(d*)', 'abcd', '0-4 0-2 2-3 3-4'],
    ['(ab|a)(c|bcd)(d*)', 'abcd', '0-4 0-2 2-3 3-4'],
    ['(a*)(b|abc)(c*)', 'abc', '0-3 0-1 1-2 2-3'],
    ['(a+|b)*', 'ab', '0-2 1-2'],
    ['(a+|b){0,1}', 'ab', '0-1 0-1'],
    ['((a)|(b))*', 'ab', '0-2 1-2 - 1-2'],
    ['(a*)*', 'b', '0-0 0-0'],
    ['(a*)+', 'b', '0-0 0-0'],
    ['(a|b)?.*', 'b', '0-1 0-1'],
    ['(.a|.b).*|.*(.a|.b)', 'xa', '0-2 0-2 -'],
    ['a{2,3}', 'aaaa', '0-3'],
    ['(ab){2}', 'ababab', '0-4 2-4'],
    ['[[:alpha:]_]+', '12ab_3', '2-5'],
    ['[^]a]', ']ab', '2-3'],
    ['[]-]+', 'a]-b', '1-3'],
    ['[a-c[.x.]]+', 'zxab', '1-4'],
    ['^b|^a$', 'a', '0-1'],
    ['$', 'ab', '2-2'],
    ['a\\.b', 'axba.b', '3-6'],
    ['.', '\u{1f600}', '0-1'],
    ['\\<b', 'ab b', '3-4'],
    ['()b', 'b', '0-1 0-0'],
    ['a||b', 'b', '0-1'],
    ['a)', 'a)', '0-2'],
  ])('%s in %s', (pattern, text, spans) => {
    expect(match(pattern, text)).toBe(spans)
  })

  it('back-references repeat what a group matched', () => {
    expect(match('(.)\\1', 'hello')).toBe('2-4 2-3')
    expect(match('(a*)b\\1', 'aabaa')).toBe('0-5 0-2')
    expect(match('(.)\\1', 'helo')).toBeUndefined()
  })

  it('what is no regular expression is refused', () => {
    for (const pattern of [
      '\\1',
      '(\\1)',
      '(',
      '*a',
      'a|*',
      'a{2,1}',
      'a{',
      '{1}',
      '[a',
      '[b-a]',
      '[[:nothing:]]',
      'a\\',
      '(((a{9999}){9999}){9999})',
    ]) {
      expect(() => compileRegex(codes(pattern))).toThrow(PatternError)
    }
    expect(() => compileRegex(codes('('.repeat(5000)))).toThrow(PatternError)
  })

  it('patterns on which backtracking would never end take linear time', () => {
    const text = 'a'.repeat(20_000)
    const started = performance.now()
    expect(match('(a*)*b', text)).toBeUndefined()
    expect(match('(a|aa)+$', text)).toBe('0-20000 19998-20000')
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('a large expression on a long text asks for the time', () => {
    const regex = compileRegex(codes('(a{0,30000})b'))
    let asked = 0
    const checkTime = (): void => {
      if (++asked > 20) throw new RangeError('time')
    }
    expect(() => regex.search(codes('a'.repeat(60_000)), 0, checkTime)).toThrow('time')
  })

  it('a search with back-references asks for the time', () => {
    const regex = compileRegex(codes('(a*)*(a*)*(a*)*\\1b'))
    let asked = 0
    const checkTime = (): void => {
      if (++asked > 20) throw new RangeError('time')
    }
    expect(() => regex.search(codes('a'.repeat(60)), 0, checkTime)).toThrow('time')
  })
})
