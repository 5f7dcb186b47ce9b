// oxlint-disable unicorn/no-thenable -- `then` is a word of PFA
import { DEPTH_LIMIT, jsonNumber } from '../json.ts'
import type { AssignSyntax, CastCase, FunctionSyntax, IfCase, Syntax } from './syntax.ts'
import { prettyError, stringOf, type Token, tokensOf } from './tokens.ts'

/** The sections of a PrettyPFA document by name, each with its items. Throws `model.malformed` with the line of what is wrong. */
export function parsePretty(text: string): ReadonlyMap<string, readonly Syntax[]> {
  return new PrettyReader(tokensOf(text)).sections()
}

/** How strongly operators bind, and the functions that they call. Those of one strength group from the left, but for `**`. */
const OPERATORS: ReadonlyMap<string, readonly [strength: number, call: string]> = new Map([
  ['||', [1, '||']],
  ['^^', [2, '^^']],
  ['&&', [3, '&&']],
  ...['==', '!=', '<', '<=', '>', '>='].map((mark) => [mark, [5, mark]] as [string, [number, string]]),
  ['|', [6, '|']],
  ['^', [7, '^']],
  ['&', [8, '&']],
  ['+', [9, '+']],
  ['-', [9, '-']],
  ['*', [10, '*']],
  ['/', [10, '/']],
  ['idiv', [10, '//']],
  ['%', [10, '%']],
  ['%%', [10, '%%']],
  ['**', [12, '**']],
])
const NOT = 4
const UNARY = 11

class PrettyReader {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  sections(): ReadonlyMap<string, readonly Syntax[]> {
    const sections = new Map<string, readonly Syntax[]>()
    while (this.#peek().kind !== 'end') {
      const header = this.#next()
      if (header.kind !== 'section') throw prettyError(header.line, 'a section is wanted, such as "input:", at the start of a line')
      if (sections.has(header.text)) throw prettyError(header.line, `there are two sections '${header.text}'`)
      sections.set(header.text, this.#items(header.text))
    }
    return sections
  }

  #items(section: string): readonly Syntax[] {
    const items: Syntax[] = []
    for (;;) {
      while (this.#skip(';'));
      const { kind } = this.#peek()
      if (kind === 'end' || kind === 'section') return items
      items.push(section === 'cells' || section === 'pools' ? this.#store() : section === 'fcns' ? this.#namedFunction() : this.#argument())
      if (this.#peek().kind !== 'end' && this.#peek().kind !== 'section') this.#take(';')
    }
  }

  /** `name(type, rollback: true) = value` */
  #store(): Syntax {
    const { text: name, line } = this.#name()
    this.#take('(')
    const args = this.#list(')')
    this.#take('=')
    return { kind: 'store', line, name, args, init: this.#argument() }
  }

  #namedFunction(): Syntax {
    const { text: name, line } = this.#name()
    this.#take('=')
    return { kind: 'param', line, name, value: this.#function() }
  }

  #function(): FunctionSyntax {
    const { line } = this.#take('fcn')
    this.#take('(')
    const params: Syntax[] = []
    while (!this.#skip('->')) {
      if (params.length > 0) this.#take(',')
      params.push(this.#param())
    }
    const ret = this.#expression()
    this.#take(')')
    return { kind: 'fcn', line, params, ret, body: this.#expression() }
  }

  /** Up to what closes, which is taken. */
  #list(close: string): readonly Syntax[] {
    const items: Syntax[] = []
    while (!this.#skip(close)) {
      if (items.length > 0) this.#take(',')
      items.push(this.#argument())
    }
    return items
  }

  #argument(): Syntax {
    const token = this.#peek()
    if (token.text === 'fcn' && token.kind === 'word') return this.#function()
    if (token.kind !== 'end' && this.#ahead(1).text === ':' && (token.kind === 'name' || token.kind === 'string')) return this.#param()
    if (token.kind !== 'mark' || token.text !== '[') return this.#expression()
    this.#next()
    return { kind: 'list', line: token.line, items: this.#nested(() => this.#list(']')) }
  }

  #param(): Syntax {
    const token = this.#next()
    if (token.kind !== 'name' && token.kind !== 'string') throw prettyError(token.line, `a name is wanted, not '${token.text}'`)
    this.#take(':')
    const name = token.kind === 'string' ? stringOf(token) : token.text
    return { kind: 'param', line: token.line, name, value: this.#nested(() => this.#argument()) }
  }

  #expression(least = 0): Syntax {
    return this.#nested(() => {
      let left = this.#operand()
      for (;;) {
        const token = this.#peek()
        const operator = token.kind === 'mark' || token.text === 'idiv' ? OPERATORS.get(token.text) : undefined
        if (operator === undefined || operator[0] < least) return left
        this.#next()
        const right = this.#expression(operator[0] + 1)
        left = { kind: 'call', line: left.line, name: operator[1], args: [left, right] }
      }
    })
  }

  #operand(): Syntax {
    let operand = this.#simple()
    while (this.#peek().kind === 'mark' && this.#peek().text === '[') {
      const { line } = this.#next()
      const path = this.#list(']')
      operand = this.#put(operand, path) ?? { kind: 'get', line, from: operand, path }
    }
    return operand
  }

  /** What may follow a target: `= value`, or `to function init value`. */
  #put(target: Syntax, path: readonly Syntax[]): Syntax | undefined {
    const { line } = target
    if (this.#skip('=')) return { kind: 'put', line, target, path, value: this.#expression(), by: '=' }
    if (!this.#skip('to')) return undefined
    const value = this.#argument()
    return { kind: 'put', line, target, path, value, by: 'to', ...(this.#skip('init') && { init: this.#expression() }) }
  }

  #simple(): Syntax {
    const token = this.#next()
    const { line, text } = token
    if (token.kind === 'number')
      return { kind: 'number', line, value: jsonNumber(text.replace(/\.(?=$|[eE])/, '.0'), /^-?\d+$/.test(text)) }
    if (token.kind === 'string') return { kind: 'string', line, value: stringOf(token) }
    if (token.kind === 'name') return this.#named(token)
    if (token.kind === 'word') return this.#word(token)
    if (text === '(') {
      const inner = this.#expression()
      this.#take(')')
      return inner
    }
    if (text === '{') return this.#block(line)
    const unary = text === '-' ? ['u-', UNARY] : text === '~' ? ['~', UNARY] : text === '!' ? ['!', NOT] : undefined
    if (unary === undefined) throw prettyError(line, text === '' ? 'the document ends early' : `'${text}' can't stand here`)
    return { kind: 'call', line, name: unary[0] as string, args: [this.#expression(unary[1] as number)] }
  }

  #named({ text: name, line }: Token): Syntax {
    if (this.#skip('(')) return { kind: 'call', line, name, args: this.#list(')') }
    if (this.#skip('@')) return { kind: 'symbol', line, type: name, symbol: this.#name().text }
    const target: Syntax = { kind: 'name', line, name }
    const { text } = this.#peek()
    if (text === 'to') return this.#put(target, [])!
    return text === '=' ? this.#assignments({ first: name, line, declares: false }) : target
  }

  /** `a = 1, b = 2`: the first name was read already where it is given. */
  #assignments({ first, line, declares }: { first?: string; line: number; declares: boolean }): AssignSyntax {
    const pairs: (readonly [string, Syntax])[] = []
    let name = first
    do {
      name ??= this.#name().text
      this.#take('=')
      pairs.push([name, this.#expression()])
      name = undefined
    } while (this.#ahead(1).kind === 'name' && this.#ahead(2).text === '=' && this.#skip(','))
    return { kind: 'assign', line, pairs, declares }
  }

  /** Expressions, or the fields of an object. */
  #block(line: number): Syntax {
    const first = this.#peek()
    const isObject = first.text === '}' || ((first.kind === 'name' || first.kind === 'string') && this.#ahead(1).text === ':')
    if (isObject) return { kind: 'object', line, params: this.#list('}') }
    const args: Syntax[] = []
    for (;;) {
      while (this.#skip(';'));
      if (this.#skip('}')) return { kind: 'call', line, name: 'do', args }
      if (args.length > 0 && this.#tokens[this.#at - 1]!.text !== ';') throw prettyError(this.#peek().line, "';' is wanted")
      args.push(this.#expression())
    }
  }

  #word({ text, line }: Token): Syntax {
    switch (text) {
      case 'var':
        return this.#assignments({ line, declares: true })
      case 'if':
        return this.#if(line)
      case 'while':
        return { kind: 'while', line, test: this.#inParentheses(), body: this.#expression() }
      case 'do': {
        const body = this.#expression()
        this.#take('until')
        return { kind: 'until', line, test: this.#inParentheses(), body }
      }
      case 'for':
        return this.#for(line)
      case 'foreach':
        return this.#foreach(line)
      case 'cast':
        return this.#cast(line)
      case 'ifnotnull': {
        this.#take('(')
        return { kind: 'ifnotnull', line, params: this.#list(')'), ...this.#clauses() }
      }
      case 'unpack': {
        this.#take('(')
        const value = this.#expression()
        this.#take(',')
        return { kind: 'unpack', line, value, params: this.#list(')'), ...this.#clauses() }
      }
      case 'try':
        return this.#try(line)
      default:
        throw prettyError(line, `'${text}' can't stand here`)
    }
  }

  #clauses(): { then: Syntax; otherwise?: Syntax } {
    const then = this.#expression()
    return { then, ...(this.#skip('else') && { otherwise: this.#expression() }) }
  }

  #if(line: number): Syntax {
    const cases: IfCase[] = [{ test: this.#inParentheses(), then: this.#expression() }]
    while (this.#skip('else')) {
      if (!this.#skip('if')) return { kind: 'if', line, cases, otherwise: this.#expression() }
      cases.push({ test: this.#inParentheses(), then: this.#expression() })
    }
    return { kind: 'if', line, cases }
  }

  #for(line: number): Syntax {
    this.#take('(')
    const start = this.#assignments({ line, declares: true })
    this.#take(';')
    const test = this.#expression()
    this.#take(';')
    const step = this.#assignments({ line, declares: false })
    this.#take(')')
    return { kind: 'for', line, start, test, step, body: this.#expression() }
  }

  #foreach(line: number): Syntax {
    this.#take('(')
    const token = this.#next()
    const key = token.kind === 'string' ? stringOf(token) : token.text
    if (this.#skip(',')) {
      const param = this.#param() as Syntax & { kind: 'param' }
      this.#take(')')
      return { kind: 'forkey', line, key, value: param.name, in: param.value, body: this.#expression() }
    }
    this.#take(':')
    const array = this.#argument()
    const seq = this.#skip(',') && this.#flag('seq')
    this.#take(')')
    return { kind: 'foreach', line, name: key, in: array, body: this.#expression(), seq }
  }

  #cast(line: number): Syntax {
    this.#take('(')
    const value = this.#expression()
    const partial = this.#skip(',') && this.#flag('partial')
    this.#take(')')
    this.#take('{')
    const cases: CastCase[] = []
    while (!this.#skip('}')) {
      this.#take('as')
      this.#take('(')
      const param = this.#param()
      this.#take(')')
      cases.push({ param, body: this.#expression() })
    }
    return { kind: 'cast', line, value, cases, partial }
  }

  #try(line: number): Syntax {
    if (this.#peek().text !== '(') return { kind: 'try', line, body: this.#expression() }
    this.#next()
    const filter = this.#list(')')
    return { kind: 'try', line, filter, body: this.#expression() }
  }

  #flag(name: string): boolean {
    const param = this.#param() as Syntax & { kind: 'param' }
    const { value } = param
    if (param.name !== name || value.kind !== 'name' || !['true', 'false'].includes(value.name)) {
      throw prettyError(param.line, `'${name}: true' or '${name}: false' is wanted`)
    }
    return value.name === 'true'
  }

  #inParentheses(): Syntax {
    this.#take('(')
    const inner = this.#expression()
    this.#take(')')
    return inner
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > DEPTH_LIMIT / 4) throw prettyError(this.#peek().line, `the document nests deeper than ${DEPTH_LIMIT / 4}`)
    const result = read()
    this.#depth--
    return result
  }

  #name(): Token {
    const token = this.#next()
    return token.kind === 'name' ? token : this.#unwanted(token, 'a name')
  }

  #peek(): Token {
    return this.#tokens[this.#at]!
  }

  #ahead(by: number): Token {
    return this.#tokens[Math.min(this.#at + by, this.#tokens.length - 1)]!
  }

  #next(): Token {
    const token = this.#tokens[this.#at]!
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Takes a mark or word where it is next. */
  #skip(text: string): boolean {
    const token = this.#peek()
    if ((token.kind !== 'mark' && token.kind !== 'word') || token.text !== text) return false
    this.#at++
    return true
  }

  #take(text: string): Token {
    const token = this.#peek()
    return this.#skip(text) ? token : this.#unwanted(token, `'${text}'`)
  }

  #unwanted(token: Token, wanted: string): never {
    throw prettyError(token.line, `${wanted} is wanted, not ${token.kind === 'end' ? 'the end' : `'${token.text}'`}`)
  }
}
