import { describe, expect, it } from 'vitest'
import { regularExpression } from './regular-expression.ts'

const found = (pattern: string, text: string): readonly string[] =>
  [...text.matchAll(regularExpression(pattern, 'g'))].map((match) => match[0])

describe('a pattern', () => {
  it('may name classes of characters', () => {
    expect(found('\\p{Punct}+', 'a, b! (c) €5')).toEqual([',', '!', '(', ')'])
    expect(found('[\\p{Alpha}_]+', 'ab_c 1 d')).toEqual(['ab_c', 'd'])
    expect(found('\\p{L}+', 'naïve 12 Ωμ')).toEqual(['naïve', 'Ωμ'])
    expect(found('\\P{L}+', 'a 1 b')).toEqual([' 1 '])
    expect(found('\\p{IsLu}', 'aBcÄ')).toEqual(['B', 'Ä'])
  })

  it('may fold case', () => {
    expect(found('(?i)fox|[a-c]+', 'FOX fOx AbC')).toEqual(['FOX', 'fOx', 'AbC'])
    expect(found('(?iu)(?:the) \\w', 'THE q')).toEqual(['THE q'])
    expect(found('fox', 'FOX fox')).toEqual(['fox'])
  })

  it('may quote, and anchor as others do', () => {
    expect(found('\\Qa.b\\E+', 'a.b a.bb axb')).toEqual(['a.b', 'a.bb'])
    expect(found('\\Aab\\z', 'ab')).toEqual(['ab'])
  })

  it('is refused where it means something else elsewhere, or may take long', () => {
    for (const pattern of [
      'a++',
      '(a)\\1',
      '(?=a)',
      'a{1000}',
      '(',
      '\\p{Nonsense}',
      '[a',
      '[a[b]',
      '[a&&[b]',
      '['.repeat(1000),
      '[a]\\',
    ]) {
      expect(() => regularExpression(pattern), pattern).toThrow(/is not understood, or could take very long/)
    }
  })

  it('may have classes inside of classes: unions, intersections and subtractions', () => {
    // Examples of java.util.regex.Pattern and of XML Schema, part 2, appendix G.
    const all = 'abcdefghijklmnopqrstuvwxyz0123'
    expect(found('[a-d[m-p]]', all).join('')).toBe('abcdmnop')
    expect(found('[a-z&&[def]]', all).join('')).toBe('def')
    expect(found('[a-z&&[^bc]]+', 'abcd')).toEqual(['a', 'd'])
    expect(found('[a-z&&[^m-p]]', all).join('')).toBe('abcdefghijklqrstuvwxyz')
    expect(found('[a-z-[aeiou]]+', 'banana split')).toEqual(['b', 'n', 'n', 'spl', 't'])
    expect(found('[^a-c[e]]+', 'abcdef')).toEqual(['d', 'f'])
    expect(found('[\\p{Alpha}&&[^x]&&[w-z]]', 'vwxyz')).toEqual(['w', 'y', 'z'])
    expect(found('(?i)[a-f&&[c-z]]+', 'abcDEFg')).toEqual(['cDEF'])
    expect(found('[a&&b]', 'ab&')).toEqual([])
    expect(found('[\\[a&]+', '[a&b')).toEqual(['[a&'])
  })

  it('takes time that is linear in the text', () => {
    expect(regularExpression('(a+)+$').test(`${'a'.repeat(50_000)}b`)).toBe(false)
  })
})
