import { regularExpression, replacement } from '../functions/regular-expression.ts'
import { editDistance } from './edit-distance.ts'
import type { NormalizationRow, TextIndex, TextIndexNormalization } from './text-index-plan.ts'
import { comparable, type Word, wordsOf } from './words.ts'

const MOST_ROUNDS = 100
const LONGEST_TEXT = 1_000_000

/** A text with all normalizations done to it, in order. */
export function normalizeText(text: string, { normalizations }: TextIndex): string {
  return normalizations.reduce(normalize, text)
}

/** Recursive normalizations are done again until nothing changes any more, or until that has taken too long. */
function normalize(text: string, normalization: TextIndexNormalization): string {
  let current = text
  for (let round = 0; round < (normalization.recursive ? MOST_ROUNDS : 1); round++) {
    const before = current
    for (const row of normalization.rows) current = replaceIn(current, row, normalization)
    if (current === before || current.length > LONGEST_TEXT) break
  }
  return current.length > LONGEST_TEXT ? current.slice(0, LONGEST_TEXT) : current
}

function replaceIn(text: string, row: NormalizationRow, normalization: TextIndexNormalization): string {
  if (row.isPattern) {
    const pattern = normalization.caseSensitive ? row.find : `(?i)${row.find.replace(/^\(\?u\)/, '')}`
    return text.replace(regularExpression(pattern, 'g'), replacement(row.replacement))
  }
  return normalization.tokenize ? replaceWords(text, row, normalization) : replaceParts(text, row, normalization)
}

/** Replaces words that follow each other, without what is between them and others. */
function replaceWords(text: string, { find, replacement: by }: NormalizationRow, normalization: TextIndexNormalization): string {
  const wanted = wordsOf(find, normalization).map((word) => comparable(word.text, normalization))
  const words = wordsOf(text, normalization)
  if (wanted.length === 0 || words.length < wanted.length) return text
  let result = ''
  let done = 0
  for (let i = 0; i + wanted.length <= words.length; i++) {
    let edits = 0
    for (let w = 0; w < wanted.length && edits <= normalization.maxEdits; w++)
      edits += editDistance(comparable(words[i + w]!.text, normalization), wanted[w]!, normalization.maxEdits)
    if (edits > normalization.maxEdits || !followEachOther(text, words.slice(i, i + wanted.length), normalization)) continue
    result += text.slice(done, words[i]!.from) + by
    i += wanted.length - 1
    done = words[i]!.to
  }
  return result + text.slice(done)
}

/** Whether there is nothing but one separator between words. */
function followEachOther(text: string, words: readonly Word[], { word, separator }: TextIndexNormalization): boolean {
  const gap = regularExpression(`^(?:${word === undefined ? separator : '\\s+'})$`)
  return words.every((one, i) => i === 0 || gap.test(text.slice(words[i - 1]!.to, one.from)))
}

function replaceParts(text: string, { find, replacement: by }: NormalizationRow, normalization: TextIndexNormalization): string {
  if (find === '') return text
  if (normalization.caseSensitive) return text.replaceAll(find, () => by)
  const [folded, wanted] = [text.toLowerCase(), find.toLowerCase()]
  // Where the lower case of a text is not as long as the text, positions in it mean nothing.
  if (folded.length !== text.length) return folded.replaceAll(wanted, () => by)
  let result = ''
  let done = 0
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, done)) {
    result += text.slice(done, at) + by
    done = at + wanted.length
  }
  return result + text.slice(done)
}
