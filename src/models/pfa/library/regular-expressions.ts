import type { Value } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { PatternError } from './regex/pattern-reader.ts'
import { BYTES_KIND, createRegexes, type Kind, searchAll, searchFrom, type Spans, STRING_KIND, type Subject } from './regex/searches.ts'

/** A text and the ways to search it, for one call. */
interface Search<T> {
  readonly subject: Subject<T>
  readonly kind: Kind<T>
  readonly first: () => Spans | undefined
  readonly all: () => Iterable<Spans>
}

type Answer = <T>(search: Search<T>, replacement: T) => Value

/** The last item of an iterable that may be empty. */
function lastOf<T>(items: Iterable<T>): T | undefined {
  let last: T | undefined
  for (const item of items) last = item
  return last
}

/** From and to of the match and of its groups, in the units of the value. */
function placesOf<T>({ placeOf }: Subject<T>, spans: Spans): number[][] {
  const out: number[][] = []
  for (let i = 0; i < spans.length; i += 2) out.push(spans[i]! < 0 ? [-1, -1] : [placeOf(spans[i]!), placeOf(spans[i + 1]!)])
  return out
}

/** The match and its groups; a group that took no part is empty. */
function partsOf<T>({ subject, kind }: Search<T>, spans: Spans): T[] {
  const out: T[] = []
  for (let i = 0; i < spans.length; i += 2) out.push(spans[i]! < 0 ? kind.empty : subject.slice(spans[i]!, spans[i + 1]!))
  return out
}

function matchOf<T>(subject: Subject<T>, spans: Spans): T {
  return subject.slice(spans[0]!, spans[1]!)
}

function replace<T>({ subject, kind }: Search<T>, matches: Iterable<Spans>, replacement: T): T {
  const parts: T[] = []
  let at = 0
  for (const spans of matches) {
    parts.push(subject.slice(at, spans[0]!), replacement)
    at = spans[1]!
  }
  return kind.join([...parts, subject.slice(at, subject.characters.length)])
}

function listOf<T>(item: T | undefined): T[] {
  return item === undefined ? [] : [item]
}

/** The parts between matches; none before a match at the start, nor after one at the end. */
function split<T>({ subject, all }: Search<T>): T[] {
  const { length } = subject.characters
  const parts: T[] = []
  let at = 0
  let found = false
  for (const spans of all()) {
    if (found || spans[0]! > 0) parts.push(subject.slice(at, spans[0]!))
    at = spans[1]!
    found = true
  }
  if (!found || at < length) parts.push(subject.slice(at, length))
  return parts
}

const ANSWERS: readonly (readonly [name: string, result: string, answer: Answer])[] = [
  [
    'index',
    'array(int)',
    ({ subject, first }) => {
      const spans = first()
      return spans === undefined ? [] : placesOf(subject, spans)[0]
    },
  ],
  ['contains', 'boolean', ({ first }) => first() !== undefined],
  ['count', 'int', ({ all }) => [...all()].length],
  [
    'rindex',
    'array(int)',
    ({ subject, all }) => {
      const spans = lastOf(all())
      return spans === undefined ? [] : placesOf(subject, spans)[0]
    },
  ],
  [
    'groups',
    'array(array(int))',
    ({ subject, first }) => {
      const spans = first()
      return spans === undefined ? [] : placesOf(subject, spans)
    },
  ],
  ['indexall', 'array(array(int))', ({ subject, all }) => Array.from(all(), (spans) => placesOf(subject, spans)[0])],
  ['findall', 'array(T)', ({ subject, all }) => Array.from(all(), (spans) => matchOf(subject, spans))],
  [
    'findfirst',
    '(T|null)',
    ({ subject, first }) => {
      const spans = first()
      return spans === undefined ? null : matchOf(subject, spans)
    },
  ],
  [
    'findgroupsfirst',
    'array(T)',
    (search) => {
      const spans = search.first()
      return spans === undefined ? [] : partsOf(search, spans)
    },
  ],
  ['findgroupsall', 'array(array(T))', (search) => Array.from(search.all(), (spans) => partsOf(search, spans))],
  ['groupsall', 'array(array(array(int)))', ({ subject, all }) => Array.from(all(), (spans) => placesOf(subject, spans))],
  ['replacefirst', 'T', (search, replacement) => replace(search, listOf(search.first()), replacement)],
  ['replacelast', 'T', (search, replacement) => replace(search, listOf(lastOf(search.all())), replacement)],
  ['split', 'array(T)', split],
  ['replaceall', 'T', (search, replacement) => replace(search, search.all(), replacement)],
]

function build<T>(site: CallSite, kind: Kind<T>, { code, answer }: { readonly code: number; readonly answer: Answer }): Callable {
  const regexes = createRegexes(kind)
  const { checkTime } = site.engine
  const regexOf = (pattern: T): ReturnType<typeof regexes> => {
    try {
      return regexes(pattern)
    } catch (error) {
      if (error instanceof PatternError) return site.fail(code)
      throw error
    }
  }
  return (haystack: T, pattern: T, replacement: T) => {
    const regex = regexOf(pattern)
    const subject = kind.subject(haystack)
    const search: Search<T> = {
      subject,
      kind,
      first: () => searchFrom(regex, subject.characters, { from: 0, checkTime }),
      all: () => searchAll(regex, subject.characters, checkTime),
    }
    return answer(search, replacement)
  }
}

/** PFA 0.8.1, Regular expression library (`re.*`): POSIX extended regular expressions on strings and bytes. */
export const REGULAR_EXPRESSIONS: readonly LibraryFunction[] = ANSWERS.map(([name, result, answer], index) => {
  const code = 35000 + 10 * index
  const replaces = name.startsWith('replace')
  return {
    name: `re.${name}`,
    signatures: ['string', 'bytes'].map((type) => {
      return `(haystack: ${type}, pattern: ${type}${replaces ? `, replacement: ${type}` : ''}) -> ${result.replace('T', type)}`
    }),
    errors: { [code]: 'bad pattern' },
    build: (site) => {
      return site.signature === 0 ? build(site, STRING_KIND, { code, answer }) : build(site, BYTES_KIND, { code, answer })
    },
  }
})
