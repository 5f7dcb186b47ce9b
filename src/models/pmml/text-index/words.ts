import { regularExpression } from '../functions/regular-expression.ts'
import type { Matching } from './text-index-plan.ts'

/** A word and where it is in its text. */
export interface Word {
  readonly text: string
  readonly from: number
  readonly to: number
}

const PUNCTUATION = /^\p{P}+|\p{P}+$/gu

/**
 * The words of a text, in order: what the pattern for words finds, or what is between separators without the punctuation around it.
 * The whole text is one where it is not to be taken apart.
 */
export function wordsOf(text: string, matching: Matching): readonly Word[] {
  if (!matching.tokenize) return text === '' ? [] : [{ text, from: 0, to: text.length }]
  if (matching.word !== undefined)
    return [...text.matchAll(regularExpression(matching.word, 'g'))].flatMap((match) => wordAt(match[0], match.index))
  const words: Word[] = []
  let from = 0
  for (const match of text.matchAll(regularExpression(matching.separator, 'g'))) {
    words.push(...bareWord(text, from, match.index))
    from = match.index + match[0].length
  }
  words.push(...bareWord(text, from, text.length))
  return words
}

function wordAt(text: string, from: number): readonly Word[] {
  return text === '' ? [] : [{ text, from, to: from + text.length }]
}

function bareWord(text: string, from: number, to: number): readonly Word[] {
  const whole = text.slice(from, to)
  const bare = whole.replaceAll(PUNCTUATION, '')
  return bare === '' ? [] : wordAt(bare, from + whole.indexOf(bare))
}

/** A word in the form in which it is compared. */
export function comparable(word: string, { caseSensitive }: Matching): string {
  return caseSensitive ? word : word.toLowerCase()
}
