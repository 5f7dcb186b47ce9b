import { setFlagsFromString } from 'node:v8'
import { SluiceError } from '../../../core/errors.ts'
import { translatedPattern } from './pattern-syntax.ts'

// Patterns come with documents and texts with records, so matching must not take longer than the text is long. V8 has an engine of that
// kind behind this flag, which does nothing but allow the RegExp flag "l" to ask for it.
setFlagsFromString('--enable-experimental-regexp-engine')

const LINEAR = 'l'
const PATTERN_LIMIT = 20_000
const KNOWN_LIMIT = 1000

const known = new Map<string, RegExp>()

/**
 * The compiled form of a pattern (XQuery's and Java's syntax as far as JavaScript shares it), which is matched in a time linear in the
 * text. Throws `model.unsupported` for one that can't be: back references, look-around, large counts.
 */
export function regularExpression(pattern: string, flags: '' | 'g' = ''): RegExp {
  const key = `${flags}/${pattern}`
  let compiled = known.get(key)
  if (compiled === undefined) {
    compiled = compile(pattern, flags)
    if (known.size >= KNOWN_LIMIT) known.clear()
    known.set(key, compiled)
  }
  compiled.lastIndex = 0
  return compiled
}

/** The text to put in place of a match: `$0` is all of it, `$1` a group, a backslash takes `$` and itself literally. */
export function replacement(text: string): string {
  return text.replaceAll(/\\([\\$])|\$0/g, (_, escaped: string | undefined) =>
    escaped === undefined ? '$&' : escaped === '$' ? '$$' : escaped,
  )
}

function compile(pattern: string, flags: string): RegExp {
  const [opening = '', modes = ''] = /^\(\?([ius]+)\)/.exec(pattern) ?? []
  const rest = pattern.slice(opening.length)
  try {
    const plain = translatedPattern(rest, { foldsCase: modes.includes('i') })
    if (rest.length <= PATTERN_LIMIT) return new RegExp(plain, flags + (modes.includes('s') ? 's' : '') + LINEAR)
  } catch (error) {
    throw unusable(pattern, error)
  }
  throw unusable(pattern)
}

function unusable(pattern: string, cause?: unknown): SluiceError {
  const shown = JSON.stringify(pattern.slice(0, 60))
  return new SluiceError(
    'model.unsupported',
    `the regular expression ${shown} is not understood, or could take very long to match; use a simpler one`,
    { cause },
  )
}
