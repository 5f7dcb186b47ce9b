import { SluiceError } from '../../../core/errors.ts'

const PATTERN_LIMIT = 1000
/** A group that repeats and is itself repeated, or a reference to a group: matching those can take time exponential in the text. */
const EXPLOSIVE = /\([^()]*[*+}][^()]*\)[*+{]|\\[1-9]/

const known = new Map<string, RegExp>()

/**
 * The compiled form of a pattern (XQuery's and Java's syntax as far as JavaScript shares it). Throws `model.unsupported` for one
 * that can't be compiled, or whose matching could take very long.
 */
export function regularExpression(pattern: string, flags = ''): RegExp {
  const key = `${flags}/${pattern}`
  let compiled = known.get(key)
  if (compiled === undefined) {
    compiled = compile(pattern, flags)
    if (known.size > 1000) known.clear()
    known.set(key, compiled)
  }
  compiled.lastIndex = 0
  return compiled
}

/** The text to put in place of a match: `$1` is a group, a backslash takes `$` and itself literally. */
export function replacement(text: string): string {
  return text.replaceAll(/\\([\\$])|\$0/g, (match, escaped: string | undefined) =>
    escaped === undefined ? '$&' : escaped === '$' ? '$$' : escaped,
  )
}

function compile(pattern: string, flags: string): RegExp {
  if (pattern.length > PATTERN_LIMIT || EXPLOSIVE.test(pattern)) {
    throw new SluiceError(
      'model.unsupported',
      `the regular expression ${JSON.stringify(pattern.slice(0, 60))} could take very long to match; use a simpler one`,
    )
  }
  const unicode = pattern.startsWith('(?u)') ? pattern.slice(4) : pattern
  try {
    return new RegExp(unicode, `${flags}u`)
  } catch (error) {
    throw new SluiceError('model.unsupported', `the regular expression ${JSON.stringify(pattern.slice(0, 60))} is not understood`, {
      cause: error,
    })
  }
}
