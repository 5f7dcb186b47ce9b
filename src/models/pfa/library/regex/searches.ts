import { compileRegex, type Regex } from './regex.ts'

/** Spans of a match and of its groups, as `Regex.search` gives them. */
export type Spans = Int32Array

/**
 * What is searched: characters, code points or bytes, and how parts of them become values again. Places are in the units of the value: UTF-16
 * code units of a string.
 */
export interface Subject<T> {
  readonly characters: ArrayLike<number>
  /** The place in the value of a place among the characters. */
  readonly placeOf: (character: number) => number
  readonly slice: (from: number, to: number) => T
}

export interface Kind<T> {
  readonly subject: (value: T) => Subject<T>
  readonly pattern: (value: T) => ArrayLike<number>
  /** What a pattern is remembered by. */
  readonly key: (value: T) => string
  readonly join: (parts: readonly T[]) => T
  readonly empty: T
}

export const STRING_KIND: Kind<string> = {
  subject(value) {
    // Only a string with surrogates has characters that aren't one unit.
    if (!/[\ud800-\udfff]/.test(value)) return unitSubject(value)
    const characters = codePoints(value)
    const places = new Int32Array(characters.length + 1)
    for (let i = 0; i < characters.length; i++) places[i + 1] = places[i]! + (characters[i]! > 0xffff ? 2 : 1)
    return { characters, placeOf: (character) => places[character]!, slice: (from, to) => value.slice(places[from], places[to]) }
  },
  pattern: codePoints,
  key: (value) => value,
  join: (parts) => parts.join(''),
  empty: '',
}

function unitSubject(value: string): Subject<string> {
  const characters = new Uint16Array(value.length)
  for (let i = 0; i < value.length; i++) characters[i] = value.charCodeAt(i)
  return { characters, placeOf: (character) => character, slice: (from, to) => value.slice(from, to) }
}

function codePoints(value: string): number[] {
  return Array.from(value, (character) => character.codePointAt(0)!)
}

export const BYTES_KIND: Kind<Uint8Array> = {
  subject: (value) => ({ characters: value, placeOf: (character) => character, slice: (from, to) => value.slice(from, to) }),
  pattern: (value) => value,
  key: (value) => value.join(),
  join(parts) {
    const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
    let at = 0
    for (const part of parts) {
      out.set(part, at)
      at += part.length
    }
    return out
  },
  empty: new Uint8Array(0),
}

/** A search finds nothing at the end of a text, not even an empty match: so has the reference. */
export function searchFrom(
  regex: Regex,
  text: ArrayLike<number>,
  { from, checkTime }: { from: number; checkTime: () => void },
): Spans | undefined {
  return from < text.length ? regex.search(text, from, checkTime) : undefined
}

/** All matches, one after the other. An empty match isn't taken where the one before it ended. */
export function* searchAll(regex: Regex, text: ArrayLike<number>, checkTime: () => void): Generator<Spans> {
  let end = -1
  for (let from = 0; ;) {
    const spans = searchFrom(regex, text, { from, checkTime })
    if (spans === undefined) return
    const empty = spans[0] === spans[1]
    if (!empty || spans[0] !== end) yield spans
    end = spans[1]!
    from = empty ? end + 1 : end
  }
}

const MAX_REMEMBERED = 200

/** Compiles patterns, and remembers the last ones. Throws `PatternError`. */
export function createRegexes<T>(kind: Kind<T>): (pattern: T) => Regex {
  const known = new Map<string, Regex>()
  let last: { readonly pattern: T; readonly regex: Regex } | undefined
  return (pattern) => {
    if (last?.pattern === pattern) return last.regex
    const key = kind.key(pattern)
    let regex = known.get(key)
    if (regex === undefined) {
      regex = compileRegex(kind.pattern(pattern))
      if (known.size >= MAX_REMEMBERED) known.clear()
      known.set(key, regex)
    }
    last = { pattern, regex }
    return regex
  }
}
