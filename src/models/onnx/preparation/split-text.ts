/**
 * The parts of a text between a separator, after so many of which the rest is one more; all for a negative number. Where the separator
 * is empty: between white space, of which there is none at the begin of a part (TensorFlow's StringSplitV2).
 */
export function splitAtEach(text: string, separator: string, maxSplits: number): readonly string[] {
  if (maxSplits === 0) return [text]
  if (separator === '') return splitAtSpaces(text, maxSplits)
  const parts: string[] = []
  let at = 0
  while (parts.length !== maxSplits) {
    const next = text.indexOf(separator, at)
    if (next < 0) break
    parts.push(text.slice(at, next))
    at = next + separator.length
  }
  return [...parts, text.slice(at)]
}

function splitAtSpaces(text: string, maxSplits: number): readonly string[] {
  const parts: string[] = []
  const word = /([^ \t\n\v\f\r]+)[ \t\n\v\f\r]*/g
  for (const match of text.matchAll(word)) {
    parts.push(match[1]!)
    if (parts.length === maxSplits) return [...parts, text.slice(match.index + match[0].length)]
  }
  return parts
}

/** The parts of a text between any of these characters (TensorFlow's StringSplit). An empty text has none. */
export function splitAtAny(text: string, separators: string, skipsEmpty: boolean): readonly string[] {
  if (text === '') return []
  const parts: string[] = []
  let part = ''
  for (const char of text) {
    if (!separators.includes(char)) part += char
    else {
      parts.push(part)
      part = ''
    }
  }
  parts.push(part)
  return skipsEmpty ? parts.filter((one) => one !== '') : parts
}
