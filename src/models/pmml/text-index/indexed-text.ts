import { editDistance } from './edit-distance.ts'
import { normalizeText } from './normalize-text.ts'
import type { TextIndex } from './text-index-plan.ts'
import { comparable, wordsOf } from './words.ts'

/** Some words that follow each other, and how they are looked up. */
export interface Term {
  readonly words: readonly string[]
  readonly key: string
}

/** The words of a text or a term, normalized and ready to be compared. */
export function termOf(text: string, plan: TextIndex): Term {
  const words = wordsOf(normalizeText(text, plan), plan).map((word) => comparable(word.text, plan))
  return { words, key: keyOf(words, 0, words.length) }
}

/** A text in which terms are counted: words that follow each other are counted once for all terms of as many words. */
export class IndexedText {
  readonly #plan: TextIndex
  readonly #words: readonly string[]
  readonly #counts = new Map<number, ReadonlyMap<string, number>>()

  constructor(text: string, plan: TextIndex) {
    this.#plan = plan
    this.#words = termOf(text, plan).words
  }

  /** How often a term is in the text. */
  count(term: Term): number {
    const { maxEdits, tokenize } = this.#plan
    if (term.words.length === 0) return 0
    if (!tokenize) return this.#occurrences(term.words[0]!)
    return maxEdits === 0 ? (this.#countsOf(term.words.length).get(term.key) ?? 0) : this.#similar(term.words)
  }

  /** How often the most frequent term of as many words is in the text. */
  mostFrequent(term: Term): number {
    let most = 0
    for (const count of this.#countsOf(term.words.length).values()) if (count > most) most = count
    return most
  }

  #countsOf(length: number): ReadonlyMap<string, number> {
    const known = this.#counts.get(length)
    if (known !== undefined) return known
    const counts = new Map<string, number>()
    for (let i = 0; i + length <= this.#words.length; i++) {
      const key = keyOf(this.#words, i, length)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    this.#counts.set(length, counts)
    return counts
  }

  #occurrences(part: string): number {
    const text = this.#words[0] ?? ''
    let count = 0
    for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++
    return count
  }

  /** With edits allowed: all that are near enough count, or only the nearest. */
  #similar(wanted: readonly string[]): number {
    const { maxEdits, bestHits } = this.#plan
    let [least, count] = [maxEdits, 0]
    for (let i = 0; i + wanted.length <= this.#words.length; i++) {
      let edits = 0
      for (let w = 0; w < wanted.length && edits <= least; w++) edits += editDistance(this.#words[i + w]!, wanted[w]!, least)
      if (edits > least) continue
      if (bestHits && edits < least) [least, count] = [edits, 0]
      count++
    }
    return count
  }
}

function keyOf(words: readonly string[], from: number, length: number): string {
  return length === 1 ? words[from]! : words.slice(from, from + length).join('\0')
}
