import { SluiceError } from '../../../core/errors.ts'

/**
 * JSON as a PFA document needs it: 2 and 2.0 differ, and integers are exact.
 * - an integer that is a safe integer is a number; a larger one a bigint
 * - a number with a fraction or exponent is a number, or a `Real` where its value is an integer
 * - an object is a Map, in the order of the text
 */
export type Json = null | boolean | number | bigint | Real | string | readonly Json[] | JsonObject | Decoded
export type JsonObject = ReadonlyMap<string, Json>

/** A number that is written with a point or an exponent, and is an integer (or not finite). */
export class Real {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** A part of a document that was read as a value already, while its text was read. */
export class Decoded {
  readonly typeKey: string
  readonly value: unknown
  readonly #text: string

  constructor(typeKey: string, value: unknown, text: string) {
    this.typeKey = typeKey
    this.value = value
    this.#text = text
  }

  /** The part as JSON. */
  json(): Json {
    return parseJson(this.#text)
  }
}

/** Reads the value under "init" of an object in `cells`, given what stands before it and where it begins in the text; undefined where the general reader is to do it. */
export type DecodeCell = (
  cell: JsonObject,
  at: number,
) => { readonly typeKey: string; readonly value: unknown; readonly end: number } | undefined

/** How deep a document may nest. */
export const DEPTH_LIMIT = 1500

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
const ESCAPES: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const WORDS: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

/** Reads a JSON text. Throws `model.malformed` with line and column where it is none, nests deeper than `DEPTH_LIMIT`, or repeats a key. */
export function parseJson(text: string, decodeCell?: DecodeCell): Json {
  return new JsonReader(text, decodeCell).document()
}

class JsonReader {
  readonly #text: string
  #at = 0
  #depth = 0
  readonly #decodeCell: DecodeCell | undefined
  /** Whether the object at depth 1 is being read whose name is `cells`. */
  #inCells = false

  constructor(text: string, decodeCell?: DecodeCell) {
    this.#text = text
    this.#decodeCell = decodeCell
  }

  document(): Json {
    const value = this.#value()
    this.#space()
    if (this.#at < this.#text.length) this.#fail('something follows the document')
    return value
  }

  #value(): Json {
    this.#space()
    switch (this.#text.charCodeAt(this.#at)) {
      case 0x7b:
        return this.#object()
      case 0x5b:
        return this.#array()
      case 0x22:
        return this.#string()
      case 0x74:
      case 0x66:
      case 0x6e:
        return this.#word()
      default:
        return this.#number()
    }
  }

  #object(): JsonObject {
    this.#enter()
    const object = new Map<string, Json>()
    this.#space()
    if (this.#peek() === 0x7d) return this.#leave(object)
    for (;;) {
      this.#space()
      if (this.#peek() !== 0x22) this.#fail('a key is wanted')
      const key = this.#string()
      if (object.has(key)) this.#fail(`the key ${JSON.stringify(key)} occurs twice`)
      this.#space()
      if (this.#peek() !== 0x3a) this.#fail("':' is wanted")
      this.#at++
      if (this.#depth === 1) this.#inCells = key === 'cells'
      object.set(key, (this.#depth === 3 && this.#inCells && key === 'init' && this.#decoded(object)) || this.#value())
      this.#space()
      const next = this.#peek()
      if (next === 0x7d) return this.#leave(object)
      if (next !== 0x2c) this.#fail("',' or '}' is wanted")
      this.#at++
    }
  }

  #decoded(cell: JsonObject): Decoded | undefined {
    const start = this.#at
    const decoded = this.#decodeCell?.(cell, start)
    if (decoded === undefined) return undefined
    this.#at = decoded.end
    return new Decoded(decoded.typeKey, decoded.value, this.#text.slice(start, decoded.end))
  }

  #array(): readonly Json[] {
    this.#enter()
    const array: Json[] = []
    this.#space()
    if (this.#peek() === 0x5d) return this.#leave(array)
    for (;;) {
      array.push(this.#value())
      this.#space()
      const next = this.#peek()
      if (next === 0x5d) return this.#leave(array)
      if (next !== 0x2c) this.#fail("',' or ']' is wanted")
      this.#at++
    }
  }

  #string(): string {
    const text = this.#text
    const start = ++this.#at
    for (let at = start; ; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x22) {
        this.#at = at + 1
        return text.slice(start, at)
      }
      if (code === 0x5c) return this.#escapedString(start, at)
      if (!(code >= 0x20)) {
        this.#at = at
        this.#fail('a text does not end')
      }
    }
  }

  #escapedString(start: number, escape: number): string {
    const text = this.#text
    let result = text.slice(start, escape)
    let at = escape
    for (;;) {
      const code = text.charCodeAt(at)
      if (code === 0x22) {
        this.#at = at + 1
        return result
      }
      if (code === 0x5c) {
        const letter = text[at + 1] ?? ''
        if (letter === 'u') {
          const digits = text.slice(at + 2, at + 6)
          if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('\\u needs four hexadecimal digits', at)
          result += String.fromCharCode(Number.parseInt(digits, 16))
          at += 6
        } else {
          const meant = ESCAPES[letter]
          if (meant === undefined) this.#fail(`'\\${letter}' is no escape`, at)
          result += meant
          at += 2
        }
      } else {
        if (!(code >= 0x20)) this.#fail('a text does not end', at)
        const from = at
        for (let next = code; next >= 0x20 && next !== 0x22 && next !== 0x5c; next = text.charCodeAt(at)) at++
        result += text.slice(from, at)
      }
    }
  }

  #number(): Json {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) this.#fail(this.#at < this.#text.length ? 'a value is wanted' : 'the document ends early')
    this.#at = NUMBER.lastIndex
    return jsonNumber(match[0], match[1] === undefined && match[2] === undefined)
  }

  #word(): Json {
    for (const [word, value] of WORDS) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length
        return value
      }
    }
    return this.#fail('a value is wanted')
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #peek(): number {
    return this.#text.charCodeAt(this.#at)
  }

  #enter(): void {
    this.#at++
    if (++this.#depth > DEPTH_LIMIT) this.#fail(`the document nests deeper than ${DEPTH_LIMIT}`)
  }

  #leave<T>(value: T): T {
    this.#at++
    this.#depth--
    return value
  }

  #fail(problem: string, at = this.#at): never {
    const before = this.#text.slice(0, at)
    const line = before.split('\n').length
    const column = at - before.lastIndexOf('\n')
    throw new SluiceError('model.malformed', `the document is no JSON: line ${line}, column ${column}: ${problem}`, {
      details: { line, column },
    })
  }
}

/** The number that a text of JSON's form stands for. */
export function jsonNumber(text: string, integer: boolean): number | bigint | Real {
  const value = Number(text)
  if (!integer) return Number.isInteger(value) || !Number.isFinite(value) ? new Real(value) : value
  // -0 as an integer is 0.
  return Number.isSafeInteger(value) ? value + 0 : BigInt(text)
}

/** The numeric value of a JSON number, rounded; undefined for what is none. */
export function numberOf(json: unknown): number | undefined {
  if (typeof json === 'number') return json
  if (json instanceof Real) return json.value
  return typeof json === 'bigint' ? Number(json) : undefined
}

export function isObject(json: Json | undefined): json is JsonObject {
  return json instanceof Map
}

export function isArray(json: Json | undefined): json is readonly Json[] {
  return Array.isArray(json)
}
