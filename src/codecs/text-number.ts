/** Decimal numbers as people and programs write them: `5.`, `.5`, `+5` and `007` too, which JSON has not. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i
const WORD = /^(?:NaN|[+-]?Infinity)$/

/**
 * The number that a text is where a number is wanted, as records that were born as CSV have it; undefined where not all of the text
 * is a number. White space around it does not count.
 */
export function numberOfText(text: string): number | undefined {
  const trimmed = text.trim()
  return DECIMAL.test(trimmed) || WORD.test(trimmed) ? Number(trimmed) : undefined
}
