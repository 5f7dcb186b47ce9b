import { CHARACTER_CLASSES } from './character-classes.ts'
import type { CharacterTest } from './syntax.ts'

/** A pattern that is no regular expression. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/** Reads a pattern, which is code points or bytes, one character after the other. */
export class PatternReader {
  readonly #pattern: ArrayLike<number>
  #at = 0

  constructor(pattern: ArrayLike<number>) {
    this.#pattern = pattern
  }

  get ended(): boolean {
    return this.#at >= this.#pattern.length
  }

  /** The next character as text, or an empty text at the end. */
  peek(ahead = 0): string {
    const character = this.#pattern[this.#at + ahead]
    return character === undefined ? '' : String.fromCodePoint(character)
  }

  next(): number {
    const character = this.#pattern[this.#at++]
    if (character === undefined) throw new PatternError('the pattern ends too early')
    return character
  }

  /** Takes the next characters where they are this text. */
  take(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.peek(i) !== text[i]) return false
    this.#at += text.length
    return true
  }

  /** Digits as a number; undefined where there are none. */
  number(): number | undefined {
    let digits = ''
    while (this.peek() >= '0' && this.peek() <= '9' && this.peek() !== '' && digits.length < 8) digits += String.fromCodePoint(this.next())
    return digits === '' ? undefined : Number(digits)
  }

  /** Text up to one of these ends, which is taken too. */
  until(end: string): string {
    let text = ''
    while (!this.take(end)) text += String.fromCodePoint(this.next())
    return text
  }
}

type Item = CharacterTest | number

/** A bracket expression whose `[` has been read (IEEE 1003.1, 9.3.5). */
export function readBracket(reader: PatternReader): CharacterTest {
  const negated = reader.take('^')
  const tests: CharacterTest[] = []
  for (let first = true; first || reader.peek() !== ']'; first = false) {
    const item = readItem(reader)
    if (typeof item === 'number' && reader.peek() === '-' && reader.peek(1) !== ']' && reader.peek(1) !== '') {
      reader.take('-')
      const last = readItem(reader)
      if (typeof last !== 'number' || last < item) throw new PatternError('the range of a bracket expression ends before its start')
      tests.push((character) => character >= item && character <= last)
    } else tests.push(typeof item === 'number' ? (character) => character === item : item)
  }
  reader.take(']')
  return (character) => tests.some((test) => test(character)) !== negated
}

function readItem(reader: PatternReader): Item {
  if (reader.take('[:')) {
    const name = reader.until(':]')
    const test = CHARACTER_CLASSES.get(name)
    if (test === undefined) throw new PatternError(`there is no character class '${name}'`)
    return test
  }
  for (const kind of ['.', '=']) {
    if (!reader.take(`[${kind}`)) continue
    const element = Array.from(reader.until(`${kind}]`))
    if (element.length !== 1) throw new PatternError(`'${element.join('')}' is not one character`)
    return element[0]!.codePointAt(0)!
  }
  return reader.next()
}
