import { describe, expect, it } from 'vitest'
import { regularExpression, replaceIn } from './regular-expression.ts'
import { splitAtAny, splitAtEach } from './split-text.ts'

describe('a regular expression of RE2', () => {
  // What tf.strings.regex_replace of TensorFlow 2.21 gives, for all places and for the first.
  it.each([
    ['abc', 'b*', '-', '-a-c-', '-abc'],
    ['a1b22', '[0-9]+', '<\\0>', 'a<1>b<22>', 'a<1>b22'],
    ['x.y', '\\.', '\\\\', 'x\\y', 'x\\y'],
    ['Hello World', '(?i)WORLD', '\\0!', 'Hello World!', 'Hello World!'],
    ["a-b_c'd", '[!"#$%&()\\*\\+,-\\./:;<=>?@\\[\\\\\\]^_`{|}~\\\']', '', 'abcd', "ab_c'd"],
    ['äöü ABC', '[[:alpha:]]', '*', 'äöü ***', 'äöü *BC'],
    ['äöü ABC', '\\pL', '*', '*** ***', '*öü ABC'],
    ['a\u00a0b c', '\\s', '_', 'a\u00a0b_c', 'a\u00a0b_c'],
    ['key=val', '(\\w+)=(\\w+)', '\\2=\\1', 'val=key', 'val=key'],
    ['a\nb', '.', 'x', 'x\nx', 'x\nb'],
    ['aaa', 'a{2}', 'b', 'ba', 'ba'],
    ['foo', '', '-', '-f-o-o-', '-foo'],
    ['line\n', '\\n$', '!', 'line!', 'line!'],
    [']a[', '[]a]', 'z', 'zz[', 'za['],
    ['tél', '\\w', 'w', 'wéw', 'wél'],
    ['x{1}', 'x\\{1\\}', 'y', 'y', 'y'],
  ])('%j with %j replaced by %j', (text, pattern, rewrite, all, first) => {
    const expression = regularExpression(pattern)
    expect(replaceIn(text, expression, { rewrite, all: true })).toBe(all)
    expect(replaceIn(text, expression, { rewrite, all: false })).toBe(first)
  })

  it.each(['(a+)+$', '(a|b)*', '(a*){2,}', '(?=a)', 'a(?i)b', '\\1', '\\Qa\\E', 'a**', '[a', 'a)', '(a', '[[:none:]]', 'a\\'])(
    'is refused where it is %j',
    (pattern) => {
      expect(() => regularExpression(pattern)).toThrow(expect.objectContaining({ code: 'model.unsupported' }))
    },
  )
})

describe('a text that is split', () => {
  // What tf.strings.split gives.
  it.each([
    ['  a b\t c ', '', -1, ['a', 'b', 'c']],
    ['', '', -1, []],
    ['a,,b', ',', -1, ['a', '', 'b']],
    ['', ',', -1, ['']],
    [' , ', ',', -1, [' ', ' ']],
    ['a b c d ', '', 2, ['a', 'b', 'c d ']],
    ['  a  ', '', 2, ['a']],
    ['a,b,c,d', ',', 2, ['a', 'b', 'c,d']],
    ['abXXcdXX', 'XX', -1, ['ab', 'cd', '']],
    [' a b ', '', 0, [' a b ']],
    [' a  b c', '', 1, ['a', 'b c']],
  ])('%j at %j, at most %d times', (text, separator, maxSplits, parts) => {
    expect(splitAtEach(text, separator, maxSplits)).toEqual(parts)
  })

  // What tf.compat.v1.string_split gives.
  it('at any of some characters', () => {
    expect(splitAtAny('a b,,c', ' ,', true)).toEqual(['a', 'b', 'c'])
    expect(splitAtAny('a b,,c', ' ,', false)).toEqual(['a', 'b', '', 'c'])
    expect(splitAtAny('', ' ,', false)).toEqual([])
  })
})
