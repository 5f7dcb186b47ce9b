import { type LibraryFunction, plain } from './library-function.ts'
import { bounds } from './subsequence.ts'

/** The number of times that a needle, which isn't empty, is found in a haystack, one after the other. */
function count(haystack: string, needle: string): number {
  if (needle === '') return 0
  let found = 0
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + needle.length)) found++
  return found
}

function stripStart(s: string, chars: string): string {
  let from = 0
  while (from < s.length && chars.includes(s[from]!)) from++
  return s.slice(from)
}

function stripEnd(s: string, chars: string): string {
  let to = s.length
  while (to > 0 && chars.includes(s[to - 1]!)) to--
  return s.slice(0, to)
}

function replaceLast(s: string, original: string, replacement: string): string {
  const at = s.lastIndexOf(original)
  return at < 0 ? s : s.slice(0, at) + replacement + s.slice(at + original.length)
}

function translate(s: string, oldchars: string, newchars: string): string {
  let out = ''
  for (const char of s) {
    const at = oldchars.indexOf(char)
    out += at < 0 ? char : newchars.slice(at, at + char.length)
  }
  return out
}

const PAIR = '(haystack: string, needle: string) -> '
const STRIP = ['(s: string, chars: string) -> string']
const REPLACE = ['(s: string, original: string, replacement: string) -> string']

/** PFA 0.8.1, String library (`s.*`), but for numbers as text. Places and lengths are in UTF-16 code units, as in the JVM's engine. */
export const STRINGS: readonly LibraryFunction[] = [
  { name: 's.len', signatures: ['(s: string) -> int'], build: plain((s: string) => s.length) },
  {
    name: 's.substr',
    signatures: ['(s: string, start: int, end: int) -> string'],
    build: plain((s: string, start: number, end: number) => s.slice(start, end)),
  },
  {
    name: 's.substrto',
    signatures: ['(s: string, start: int, end: int, replacement: string) -> string'],
    build: plain((s: string, start: number, end: number, replacement: string) => {
      const [from, to] = bounds(s.length, start, end)
      return s.slice(0, from) + replacement + s.slice(to)
    }),
  },
  { name: 's.contains', signatures: [`${PAIR}boolean`], build: plain((haystack: string, needle: string) => haystack.includes(needle)) },
  { name: 's.count', signatures: [`${PAIR}int`], build: plain(count) },
  { name: 's.index', signatures: [`${PAIR}int`], build: plain((haystack: string, needle: string) => haystack.indexOf(needle)) },
  { name: 's.rindex', signatures: [`${PAIR}int`], build: plain((haystack: string, needle: string) => haystack.lastIndexOf(needle)) },
  { name: 's.startswith', signatures: [`${PAIR}boolean`], build: plain((haystack: string, needle: string) => haystack.startsWith(needle)) },
  { name: 's.endswith', signatures: [`${PAIR}boolean`], build: plain((haystack: string, needle: string) => haystack.endsWith(needle)) },
  {
    name: 's.join',
    signatures: ['(array: array(string), sep: string) -> string'],
    build: (site) => (array: string[], sep: string) => {
      let length = sep.length * Math.max(0, array.length - 1)
      for (const item of array) length += item.length
      site.engine.checkSize(length)
      return array.join(sep)
    },
  },
  {
    name: 's.split',
    signatures: ['(s: string, sep: string) -> array(string)'],
    build: plain((s: string, sep: string) => (sep === '' ? [] : s.split(sep))),
  },
  {
    name: 's.concat',
    signatures: ['(x: string, y: string) -> string'],
    build: (site) => (x: string, y: string) => {
      site.engine.checkSize(x.length + y.length)
      return x + y
    },
  },
  {
    name: 's.repeat',
    signatures: ['(s: string, n: int) -> string'],
    build: (site) => (s: string, n: number) => {
      if (n <= 0) return ''
      site.engine.checkSize(s.length * n)
      return s.repeat(n)
    },
  },
  { name: 's.lower', signatures: ['(s: string) -> string'], build: plain((s: string) => s.toLowerCase()) },
  { name: 's.upper', signatures: ['(s: string) -> string'], build: plain((s: string) => s.toUpperCase()) },
  { name: 's.lstrip', signatures: STRIP, build: plain(stripStart) },
  { name: 's.rstrip', signatures: STRIP, build: plain(stripEnd) },
  { name: 's.strip', signatures: STRIP, build: plain((s: string, chars: string) => stripStart(stripEnd(s, chars), chars)) },
  {
    name: 's.replaceall',
    signatures: REPLACE,
    build: (site) => (s: string, original: string, replacement: string) => {
      if (replacement.length > original.length) {
        const places = original === '' ? s.length + 1 : count(s, original)
        site.engine.checkSize(s.length + places * (replacement.length - original.length))
      }
      return s.replaceAll(original, () => replacement)
    },
  },
  {
    name: 's.replacefirst',
    signatures: REPLACE,
    build: plain((s: string, original: string, replacement: string) => s.replace(original, () => replacement)),
  },
  { name: 's.replacelast', signatures: REPLACE, build: plain(replaceLast) },
  { name: 's.translate', signatures: ['(s: string, oldchars: string, newchars: string) -> string'], build: plain(translate) },
]
