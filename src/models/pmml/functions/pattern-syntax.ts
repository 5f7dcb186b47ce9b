import { flattenedClass, rangesWhere } from './character-class.ts'

/**
 * A pattern in the syntax that XQuery, Java and Python share, in JavaScript's without flags: classes of characters by name are written
 * out, and, where case is folded, letters stand for both cases. Throws where a construct means something else in JavaScript.
 */
export function translatedPattern(pattern: string, { foldsCase }: { foldsCase: boolean }): string {
  let result = ''
  let inClass = false
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!
    const rest = pattern.slice(i)
    const named = /^\\([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(rest)
    const quoted = inClass ? undefined : /^\\Q([\s\S]*?)(?:\\E|$)/.exec(rest)
    // The letters of a group's opening mean something else.
    const opening = inClass ? undefined : /^\(\?(?:[:=!]|<[=!]|P?<\w+>|[a-z-]+[:)])/i.exec(rest)?.[0]
    const range = inClass && /^([a-zA-Z])-([a-zA-Z])/.exec(rest)
    if (named !== null) {
      const ranges = rangesOf(named[3] ?? named[4]!, (named[1] === 'P') !== (named[2] === '^'))
      result += inClass ? ranges : `[${ranges}]`
      i += named[0].length - 1
    } else if (quoted) {
      result += quoted[1]!
        .split('')
        .map((letter) => folded(letter.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), foldsCase))
        .join('')
      i += quoted[0].length - 1
    } else if (c === '\\') {
      const [, escaped = ''] = /^\\(u[\da-fA-F]{4}|x[\da-fA-F]{2}|[\s\S])/.exec(rest) ?? []
      result += inClass ? `\\${escaped}` : (ANCHORS[escaped] ?? `\\${escaped}`)
      i += escaped.length
    } else if (opening !== undefined) {
      result += opening.replace('(?P<', '(?<')
      i += opening.length - 1
    } else if (range) {
      result += foldsCase ? `${range[0]}${swapped(range[1]!)}-${swapped(range[2]!)}` : range[0]
      i += 2
    } else {
      if (!inClass && /^[*+?}]\+/.test(rest)) throw new SyntaxError('possessive quantifiers are not understood')
      const flat = c === '[' && !inClass ? flattenedClass(pattern, i, (inner) => innerOf(inner, foldsCase)) : undefined
      if (flat !== undefined) {
        result += `[${flat.ranges}]`
        i = flat.end
        continue
      }
      if (c === '[') inClass = true
      else if (c === ']' && inClass) inClass = false
      result += inClass ? (foldsCase && swapped(c) !== c ? c + swapped(c) : c) : folded(c, foldsCase)
    }
  }
  return result
}

/** What stands between the brackets of a class. */
function innerOf(inner: string, foldsCase: boolean): string {
  // What is written first must not become the sign that negates.
  return translatedPattern(`[${inner.startsWith('^') ? '\\' : ''}${inner}]`, { foldsCase }).slice(1, -1)
}

const ANCHORS: Readonly<Record<string, string>> = {
  A: '^',
  Z: '$',
  z: '$',
  h: '[ \\t\\u00A0\\u2000-\\u200A\\u202F\\u205F\\u3000]',
  R: '(?:\\r\\n|[\\n-\\r\\u0085\\u2028\\u2029])',
}

function folded(c: string, foldsCase: boolean): string {
  return foldsCase && swapped(c) !== c ? `[${c}${swapped(c)}]` : c
}

/** A letter in its other case; anything else as it is. */
function swapped(c: string): string {
  const [lower, upper] = [c.toLowerCase(), c.toUpperCase()]
  return c.length !== 1 || lower.length !== 1 || upper.length !== 1 ? c : c === lower ? upper : lower
}

/** The classes of POSIX, which Java and others know by these names: of ASCII. */
const POSIX: Readonly<Record<string, string>> = {
  Punct: '!-\\/:-@\\[-`{-~',
  Alpha: 'A-Za-z',
  Digit: '0-9',
  Alnum: '0-9A-Za-z',
  Upper: 'A-Z',
  Lower: 'a-z',
  Space: '\\t-\\r ',
  Blank: ' \\t',
  Cntrl: '\\0-\\x1F\\x7F',
  XDigit: '0-9A-Fa-f',
  Graph: '!-~',
  Print: ' -~',
  ASCII: '\\0-\\x7F',
}

const known = new Map<string, string>()

/** The characters of a class, as ranges. */
function rangesOf(name: string, negated: boolean): string {
  const key = `${negated ? '^' : ''}${name}`
  let ranges = known.get(key)
  if (ranges === undefined) {
    const posix = POSIX[name]
    const category = name.replace(/^Is(?=[A-Z])/, '')
    const test = posix === undefined ? new RegExp(`^\\p{${category}}$`, 'u') : new RegExp(`^[${posix}]$`)
    ranges = !negated && posix !== undefined ? posix : rangesWhere((unit) => test.test(String.fromCharCode(unit)) !== negated)
    known.set(key, ranges)
  }
  return ranges
}
