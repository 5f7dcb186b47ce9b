import type { PrimitiveKind, Type } from './type.ts'

/** What a parameter of a signature may be: a type with wildcards (PFA 0.8.1, function signatures). */
export type Pattern =
  | { readonly kind: 'type'; readonly type: PrimitiveKind }
  | { readonly kind: 'named'; readonly type: Type }
  | { readonly kind: 'array'; readonly items: Pattern }
  | { readonly kind: 'map'; readonly values: Pattern }
  | { readonly kind: 'union'; readonly types: readonly Pattern[] }
  | { readonly kind: 'fcn'; readonly params: readonly Pattern[]; readonly ret: Pattern }
  | { readonly kind: 'any'; readonly label: string; readonly of?: readonly PrimitiveKind[] }
  | { readonly kind: 'any-record'; readonly label: string; readonly fields: readonly PatternField[] }
  | { readonly kind: 'any-enum'; readonly label: string }
  | { readonly kind: 'any-fixed'; readonly label: string }

export interface PatternField {
  readonly name: string
  readonly pattern: Pattern
}

export interface Signature {
  readonly params: readonly PatternField[]
  readonly ret: Pattern
}

/** The pattern that only this type fits, apart from promotion: for the parameters of user functions. */
export function patternOf(type: Type): Pattern {
  if (type.kind === 'array') return { kind: 'array', items: patternOf(type.items) }
  if (type.kind === 'map') return { kind: 'map', values: patternOf(type.values) }
  if (type.kind === 'union') return { kind: 'union', types: type.types.map(patternOf) }
  if (type.kind === 'record' || type.kind === 'enum' || type.kind === 'fixed') return { kind: 'named', type }
  if (type.kind === 'fcn') return { kind: 'fcn', params: type.params.map(patternOf), ret: patternOf(type.ret) }
  return { kind: 'type', type: type.kind }
}

const TOKEN = /\s*(->|[A-Za-z_]\w*|[(){},:|])/y

/** Reads a signature as functions.json writes them. The text is ours: what is wrong with it is a mistake in the library's tables. */
export function parseSignature(text: string): Signature {
  return new SignatureReader(text).signature()
}

class SignatureReader {
  readonly #tokens: string[] = []
  #at = 0
  /** What each label that was introduced so far stands for, as one mentions it again. */
  readonly #labels = new Map<string, Pattern>()

  constructor(text: string) {
    TOKEN.lastIndex = 0
    for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) this.#tokens.push(match[1]!)
  }

  signature(): Signature {
    this.#take('(')
    const params = this.#fields(')')
    this.#take('->')
    return { params, ret: this.#pattern() }
  }

  #fields(close: string): PatternField[] {
    const fields: PatternField[] = []
    while (this.#tokens[this.#at] !== close) {
      if (fields.length > 0) this.#take(',')
      const name = this.#next()
      this.#take(':')
      fields.push({ name, pattern: this.#pattern() })
    }
    this.#take(close)
    return fields
  }

  #pattern(): Pattern {
    const word = this.#next()
    if (word === '(') return { kind: 'union', types: this.#list('|') }
    if (word === 'array') return { kind: 'array', items: this.#one() }
    if (word === 'map') return { kind: 'map', values: this.#one() }
    if (word === 'fcn') {
      this.#take('(')
      const params = this.#list(',')
      this.#take('->')
      return { kind: 'fcn', params, ret: this.#pattern() }
    }
    if (word === 'any') return this.#any()
    if (word === 'record') return this.#record()
    if (word === 'enum') return this.#introduce((label) => ({ kind: 'any-enum', label }))
    if (word === 'fixed') return this.#introduce((label) => ({ kind: 'any-fixed', label }))
    return this.#labels.get(word) ?? { kind: 'type', type: word as PrimitiveKind }
  }

  #any(): Pattern {
    if (['record', 'enum', 'fixed'].includes(this.#tokens[this.#at]!)) return this.#pattern()
    const plain = this.#introduce((label) => ({ kind: 'any', label }))
    if (this.#tokens[this.#at] !== 'of') return plain
    this.#at++
    this.#take('{')
    const of: PrimitiveKind[] = []
    for (;;) {
      of.push(this.#next() as PrimitiveKind)
      if (this.#next() === '}') break
    }
    const restricted = { ...plain, of }
    this.#labels.set(plain.label, restricted)
    return restricted
  }

  #record(): Pattern {
    const plain = this.#introduce((label) => ({ kind: 'any-record', label, fields: [] }))
    if (this.#tokens[this.#at] !== '{') return plain
    this.#take('{')
    return { ...plain, fields: this.#fields('}') }
  }

  #introduce<P extends Pattern>(make: (label: string) => P): P {
    const label = this.#next()
    const pattern = make(label)
    this.#labels.set(label, pattern)
    return pattern
  }

  #one(): Pattern {
    this.#take('(')
    const pattern = this.#pattern()
    this.#take(')')
    return pattern
  }

  /** Up to the closing parenthesis. */
  #list(separator: string): Pattern[] {
    const patterns: Pattern[] = []
    if (this.#tokens[this.#at] === ')') {
      this.#at++
      return patterns
    }
    for (;;) {
      patterns.push(this.#pattern())
      const next = this.#next()
      if (next === ')') return patterns
      if (next !== separator) throw new RangeError(`'${next}' in a signature: ${this.#tokens.join(' ')}`)
    }
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new RangeError(`a signature ends early: ${this.#tokens.join(' ')}`)
    return token
  }

  #take(token: string): void {
    const next = this.#next()
    if (next !== token) throw new RangeError(`'${next}' for '${token}' in a signature: ${this.#tokens.join(' ')}`)
  }
}
