import { SluiceError } from '../../../../core/errors.ts'

export type TokenKind = 'section' | 'name' | 'word' | 'number' | 'string' | 'mark' | 'end'

export interface Token {
  readonly kind: TokenKind
  readonly text: string
  readonly line: number
}

/** Words that are no names. */
const WORDS: ReadonlySet<string> = new Set(
  'idiv fcn if else while do until for foreach cast as ifnotnull unpack try var to init'.split(' '),
)

const NAME = /[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/y
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?/y
const STRING = /"(?:[^\\\n"]|\\.)*"|'[^']*'/y
const SECTION = /[a-z]+:/y
const MARK = /->|\*\*|%%|==|!=|<=|>=|&&|\|\||\^\^|[()[\]{}+\-*/%<>!&|^~,;:=@]/y
const SPACE = /[ \t]+|\/\/.*/y

/** The tokens of a PrettyPFA text, with a last one of kind `end`. Throws `model.malformed` for a character that begins none. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let line = 1
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at += found.length
    return found
  }
  const push = (kind: TokenKind, found: string): void => void tokens.push({ kind, text: found, line })
  while (at < text.length) {
    const lineStart = at === 0 || text[at - 1] === '\n'
    if (text[at] === '\n' || text[at] === '\r') {
      if (text[at] === '\n') line++
      at++
      continue
    }
    const section = lineStart ? take(SECTION) : undefined
    if (section !== undefined) {
      push('section', section.slice(0, -1))
      continue
    }
    if (take(SPACE) !== undefined) continue
    const name = take(NAME)
    if (name !== undefined) {
      push(WORDS.has(name) ? 'word' : 'name', name)
      continue
    }
    const number = text[at] === '-' && isOperand(tokens.at(-1)) ? undefined : take(NUMBER)
    if (number !== undefined) {
      push('number', number)
      continue
    }
    const string = take(STRING)
    if (string !== undefined) {
      push('string', string)
      line += string.split('\n').length - 1
      continue
    }
    const mark = take(MARK)
    if (mark === undefined) throw prettyError(line, `${JSON.stringify(text[at])} begins nothing`)
    push('mark', mark)
  }
  push('end', '')
  return tokens
}

/** Whether what follows a minus is taken away from this. */
function isOperand(token: Token | undefined): boolean {
  if (token === undefined) return false
  return token.kind === 'name' || token.kind === 'number' || token.kind === 'string' || [')', ']', '}'].includes(token.text)
}

export function prettyError(line: number, problem: string): SluiceError {
  return new SluiceError('model.malformed', `PrettyPFA line ${line}: ${problem}`, { details: { line } })
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0', a: '\u0007', v: '\v' }

/** What a string token stands for: between apostrophes everything as it is. */
export function stringOf({ text }: Token): string {
  const inner = text.slice(1, -1)
  if (text.startsWith("'")) return inner
  return inner.replaceAll(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/g, (_, wide?: string, narrow?: string, letter?: string) => {
    const code = wide ?? narrow
    return code === undefined ? (ESCAPES[letter!] ?? letter!) : String.fromCharCode(Number.parseInt(code, 16))
  })
}
