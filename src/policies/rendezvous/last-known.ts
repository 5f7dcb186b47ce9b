import type { AnswerValue } from '../decisions/decision.ts'

/** The last answer for each key of each data type, for the keys that were answered last. */
export class LastKnown {
  readonly #answers = new Map<string, AnswerValue>()
  readonly #max: number

  constructor(max: number) {
    this.#max = max
  }

  get(dataType: string, key: string): AnswerValue | undefined {
    return this.#answers.get(nameOf(dataType, key))
  }

  set(dataType: string, key: string, answer: AnswerValue): void {
    const name = nameOf(dataType, key)
    this.#answers.delete(name)
    this.#answers.set(name, answer)
    if (this.#answers.size <= this.#max) return
    for (const oldest of this.#answers.keys()) {
      this.#answers.delete(oldest)
      return
    }
  }

  entries(): [name: string, answer: AnswerValue][] {
    return [...this.#answers]
  }

  /** Takes over entries, the oldest first. */
  restore(entries: Iterable<readonly [name: string, answer: AnswerValue]>): void {
    for (const [name, answer] of entries) this.#answers.set(name, answer)
  }
}

/** The length keeps data type and key apart. */
function nameOf(dataType: string, key: string): string {
  return `${dataType.length}:${dataType}${key}`
}
