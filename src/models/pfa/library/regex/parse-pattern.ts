import { isSpace } from './character-classes.ts'
import { PatternError, PatternReader, readBracket } from './pattern-reader.ts'
import { type Assertion, type CharacterTest, choice, EMPTY, isWord, type Node, sequence, sizeOf } from './syntax.ts'

/** The most times that a part may be asked to be there (POSIX's RE_DUP_MAX). */
const MAX_REPEATS = 32_767
const MAX_NODES = 50_000
const MAX_DEPTH = 250

export interface Pattern {
  readonly root: Node
  /** How many groups there are; they are numbered from 1. */
  readonly groups: number
  readonly hasBackReferences: boolean
}

/**
 * Reads an extended regular expression of POSIX (IEEE 1003.1, 9.4), with what GNU adds: back-references, `\w \W \s \S \b \B \< \>`; `\n`
 * and the like are control characters. Throws `PatternError`.
 */
export function parsePattern(pattern: ArrayLike<number>): Pattern {
  const parser = new Parser(new PatternReader(pattern))
  const root = parser.choice(0)
  return { root, groups: parser.groups, hasBackReferences: parser.hasBackReferences }
}

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['t', 0x09],
  ['r', 0x0d],
  ['f', 0x0c],
  ['v', 0x0b],
  ['a', 0x07],
  ['e', 0x1b],
])

const ESCAPED_TESTS: ReadonlyMap<string, CharacterTest> = new Map<string, CharacterTest>([
  ['w', isWord],
  ['W', (code) => !isWord(code)],
  ['s', isSpace],
  ['S', (code) => !isSpace(code)],
])

const ESCAPED_ASSERTIONS: ReadonlyMap<string, Assertion> = new Map<string, Assertion>([
  ['b', 'word-edge'],
  ['B', 'no-word-edge'],
  ['<', 'word-start'],
  ['>', 'word-end'],
])

class Parser {
  groups = 0
  hasBackReferences = false
  readonly #reader: PatternReader
  readonly #closed = new Set<number>()
  #nodes = 0

  constructor(reader: PatternReader) {
    this.#reader = reader
  }

  choice(depth: number): Node {
    if (depth > MAX_DEPTH) throw new PatternError('the pattern is nested too deeply')
    const parts = [this.#sequence(depth)]
    while (this.#reader.take('|')) parts.push(this.#sequence(depth))
    return choice(parts)
  }

  #sequence(depth: number): Node {
    const parts: Node[] = []
    for (;;) {
      const next = this.#reader.peek()
      if (next === '' || next === '|' || (next === ')' && depth > 0)) return sequence(parts)
      if (next === '*' || next === '+' || next === '?' || next === '{') throw new PatternError(`there is nothing that '${next}' repeats`)
      parts.push(this.#repeated(this.#atom(depth)))
    }
  }

  #repeated(atom: Node): Node {
    const reader = this.#reader
    let node = atom
    for (;;) {
      if (reader.take('*')) node = this.#times(node, 0, Infinity)
      else if (reader.take('+')) node = this.#times(node, 1, Infinity)
      else if (reader.take('?')) node = this.#times(node, 0, 1)
      else if (reader.take('{')) node = this.#times(node, ...this.#interval())
      else return node
    }
  }

  #interval(): readonly [least: number, most: number] {
    const least = this.#reader.number()
    const most = this.#reader.take(',') ? (this.#reader.number() ?? Infinity) : least
    if (!this.#reader.take('}') || (least === undefined && most === Infinity))
      throw new PatternError('an interval is not {n}, {n,} or {n,m}')
    const from = least ?? 0
    if (from > MAX_REPEATS || (most !== Infinity && most! > MAX_REPEATS) || most! < from)
      throw new PatternError('an interval is out of range')
    return [from, most!]
  }

  /** Writes a repetition out: `x{2,}` as `xxx*`, `x{0,2}` as `(x|)(|x)`. */
  #times(node: Node, least: number, most: number): Node {
    const copies = most === Infinity ? least + 1 : most
    this.#nodes += sizeOf(node) * copies
    if (this.#nodes > MAX_NODES) throw new PatternError('the pattern is too large')
    const parts: Node[] = Array.from({ length: least }, () => node)
    if (most === Infinity) parts.push({ kind: 'star', inner: node, again: least > 0 })
    else parts.push(...optional(node, most - least, least > 0))
    return sequence(parts)
  }

  #atom(depth: number): Node {
    const reader = this.#reader
    if (++this.#nodes > MAX_NODES) throw new PatternError('the pattern is too large')
    if (reader.take('(')) return this.#group(depth)
    if (reader.take('[')) return { kind: 'character', test: readBracket(reader) }
    if (reader.take('.')) return { kind: 'character', test: () => true }
    if (reader.take('^')) return { kind: 'assertion', assertion: 'start' }
    if (reader.take('$')) return { kind: 'assertion', assertion: 'end' }
    return reader.take('\\') ? this.#escaped() : character(reader.next())
  }

  #group(depth: number): Node {
    const number = ++this.groups
    const inner = this.choice(depth + 1)
    if (!this.#reader.take(')')) throw new PatternError('a group is not closed')
    this.#closed.add(number)
    return { kind: 'group', inner, number }
  }

  #escaped(): Node {
    const code = this.#reader.next()
    const letter = String.fromCodePoint(code)
    if (letter >= '1' && letter <= '9') {
      if (!this.#closed.has(Number(letter))) throw new PatternError(`there is no group ${letter} before \\${letter}`)
      this.hasBackReferences = true
      return { kind: 'back-reference', number: Number(letter) }
    }
    const test = ESCAPED_TESTS.get(letter)
    if (test !== undefined) return { kind: 'character', test }
    const assertion = ESCAPED_ASSERTIONS.get(letter)
    return assertion === undefined ? character(CONTROLS.get(letter) ?? code) : { kind: 'assertion', assertion }
  }
}

function character(code: number): Node {
  return { kind: 'character', test: (other) => other === code }
}

/** Up to so many times. After a round there is no empty one: what is empty is then tried first. */
function optional(node: Node, times: number, again: boolean): readonly Node[] {
  const first = choice(again ? [EMPTY, node] : [node, EMPTY])
  const other = choice([EMPTY, node])
  return Array.from({ length: times }, (_round, i) => (i === 0 ? first : other))
}
