/** Shorter texts are never parts of others in memory. */
const SHORTEST_PART = 13

/** Distinct texts by the order of their first use. */
export class DistinctTexts {
  readonly items: string[] = []
  readonly #index = new Map<string, number>()

  of(item: string): number {
    let index = this.#index.get(item)
    if (index === undefined) {
      const own = apart(item)
      index = this.items.push(own) - 1
      this.#index.set(own, index)
    }
    return index
  }
}

/** The same text with memory of its own: what a parser gives is a part of a longer one, all of which would stay with it. */
function apart(text: string): string {
  return text.length < SHORTEST_PART ? text : Buffer.from(text, 'utf8').toString('utf8')
}
