import { SluiceError } from '../../../core/errors.ts'

const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
}
const SPACES = '\\t\\n\\f\\r '
const ALONE = new Set('dDwWbB')
const LETTERS: Readonly<Record<string, string>> = { a: '\\x07', f: '\\f', n: '\\n', r: '\\r', t: '\\t', v: '\\v' }

/**
 * A pattern of RE2 (syntax.txt of google/re2) as a regular expression of JavaScript that finds the same. Throws `model.unsupported` for
 * what JavaScript lacks or reads otherwise, and for repetitions of what repeats or has choices: these take JavaScript exponentially long.
 */
export function regularExpression(pattern: string): RegExp {
  const flags = /^\(\?([is]+)\)/.exec(pattern)
  const source = new Translation(flags === null ? pattern : pattern.slice(flags[0].length), flags?.[1]?.includes('s') === true).source()
  try {
    return new RegExp(source, `gu${flags?.[1]?.includes('i') === true ? 'i' : ''}`)
  } catch (cause) {
    throw unsupported(pattern, "can't be read", cause)
  }
}

class Translation {
  readonly #pattern: string
  readonly #dotAll: boolean
  #at = 0

  constructor(pattern: string, dotAll: boolean) {
    this.#pattern = pattern
    this.#dotAll = dotAll
  }

  source(): string {
    let out = ''
    /** Per open group: whether what is in it may match in several ways. */
    const groups: { isManifold: boolean }[] = [{ isManifold: false }]
    let closed: { isManifold: boolean } | undefined
    while (this.#at < this.#pattern.length) {
      const char = this.#pattern[this.#at]!
      const before: { isManifold: boolean } | undefined = closed
      closed = undefined
      if (char === '[') out += this.#set()
      else if (char === '\\') out += this.#escape(false)
      else {
        this.#at++
        if (char === '(') {
          out += `(${this.#groupStart()}`
          groups.push({ isManifold: false })
        } else if (char === ')') {
          if (groups.length === 1) throw this.#unsupported('closes a group that is not open')
          closed = groups.pop()!
          if (closed.isManifold) groups.at(-1)!.isManifold = true
          out += char
        } else if (char === '|') {
          groups.at(-1)!.isManifold = true
          out += char
        } else if (char === '.') out += this.#dotAll ? '[^]' : '[^\\n]'
        else if ('*+?'.includes(char) || (char === '{' && /^\d+(,\d*)?\}/.test(this.#pattern.slice(this.#at)))) {
          if (char !== '?') {
            if (before?.isManifold === true) throw this.#unsupported('repeats what itself repeats or has choices')
            groups.at(-1)!.isManifold = true
          }
          const bounds = char === '{' ? this.#pattern.slice(this.#at, this.#pattern.indexOf('}', this.#at) + 1) : ''
          this.#at += bounds.length
          out += char + bounds
          if (this.#pattern[this.#at] === '?') out += this.#pattern[this.#at++]!
          if ('*+'.includes(this.#pattern[this.#at] ?? ' ')) throw this.#unsupported('repeats a repetition')
        } else out += '{}]/'.includes(char) ? `\\${char}` : char
      }
    }
    return out
  }

  #groupStart(): string {
    if (this.#pattern[this.#at] !== '?') return ''
    const rest = this.#pattern.slice(this.#at)
    const named = /^\?P?<([A-Za-z_]\w*)>/.exec(rest)
    const start = named === null ? (rest.startsWith('?:') ? '?:' : undefined) : `?<${named[1]!}>`
    if (start === undefined) throw this.#unsupported('has flags or a look around in its middle')
    this.#at += named === null ? 2 : named[0].length
    return start
  }

  #set(): string {
    this.#at++
    let out = '['
    if (this.#pattern[this.#at] === '^') out += this.#pattern[this.#at++]!
    for (let first = true; ; first = false) {
      const char = this.#pattern[this.#at]
      if (char === undefined) throw this.#unsupported('has a set of characters without an end')
      const named = /^\[:([a-z]+):\]/.exec(this.#pattern.slice(this.#at))
      if (named !== null) {
        const content = POSIX[named[1]!]
        if (content === undefined) throw this.#unsupported(`has the set ${named[0]}`)
        out += content
        this.#at += named[0].length
      } else if (char === ']' && !first) {
        this.#at++
        return `${out}]`
      } else if (char === '\\') out += this.#escape(true)
      else {
        this.#at++
        out += '[]^/|(){}'.includes(char) ? `\\${char}` : char
      }
    }
  }

  #escape(inSet: boolean): string {
    const char = this.#pattern[this.#at + 1]
    this.#at += 2
    if (char === undefined) throw this.#unsupported('ends with a \\')
    if (ALONE.has(char) && !(inSet && 'bB'.includes(char))) return `\\${char}`
    if (char === 's') return inSet ? SPACES : `[${SPACES}]`
    if (char === 'S' && !inSet) return `[^${SPACES}]`
    if (LETTERS[char] !== undefined) return LETTERS[char]
    if (!inSet && char === 'A') return '^'
    if (!inSet && char === 'z') return '$'
    const rest = this.#pattern.slice(this.#at)
    const property = /^[pP]/.test(char) ? /^(?:([A-Z])|\{(\^?)([A-Za-z_]+)\})/.exec(rest) : null
    if (property !== null && property[2] !== '^') {
      this.#at += property[0].length
      const name = property[1] ?? property[3]!
      return `\\${char}{${name.length > 2 ? `Script=${name}` : name}}`
    }
    const code = char === 'x' ? /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(rest) : null
    if (code !== null) {
      this.#at += code[0].length
      return `\\u{${code[1] ?? code[2]!}}`
    }
    if (/[A-Za-z0-9]/.test(char)) throw this.#unsupported(`has \\${char}`)
    return /[\^$\\.*+?()[\]{}|/]/.test(char) || (inSet && char === '-') ? `\\${char}` : char
  }

  #unsupported(why: string): SluiceError {
    return unsupported(this.#pattern, why)
  }
}

function unsupported(pattern: string, why: string, cause?: unknown): SluiceError {
  const shown = pattern.length > 100 ? `${pattern.slice(0, 99)}…` : pattern
  return new SluiceError('model.unsupported', `the regular expression '${shown}' ${why}`, { cause })
}

/** Replaces what the expression finds as RE2 does: the first or all, and never nothing right behind what was found before. */
export function replaceIn(text: string, expression: RegExp, { rewrite, all }: { readonly rewrite: string; readonly all: boolean }): string {
  const parts = rewrite.split(/(\\[0-9\\])/)
  let out = ''
  let end = 0
  let lastEnd = -1
  for (const match of text.matchAll(expression)) {
    const at = match.index
    if (match[0] === '' && at === lastEnd) continue
    out += text.slice(end, at)
    for (const part of parts) out += /^\\[0-9]$/.test(part) ? (match[Number(part[1])] ?? '') : part === '\\\\' ? '\\' : part
    end = lastEnd = at + match[0].length
    if (!all) break
  }
  return out + text.slice(end)
}
