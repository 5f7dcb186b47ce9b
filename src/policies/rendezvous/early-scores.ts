import type { Score } from './score.ts'

/** A score that is there before its input, and when it came (monotonic, in microseconds). */
export interface EarlyScore {
  readonly score: Score
  readonly at: number
}

/** Keeps scores whose input has not come yet, for a bounded time and up to a bounded number. */
export class EarlyScores {
  readonly #held = new Map<string, EarlyScore[]>()
  readonly #forMicros: number
  readonly #max: number
  #count = 0

  constructor(forMicros: number, max: number) {
    this.#forMicros = forMicros
    this.#max = max
  }

  get size(): number {
    return this.#count
  }

  /** When the first of them came; infinity where there is none. */
  get oldest(): number {
    for (const [first] of this.#held.values()) return first!.at
    return Infinity
  }

  /** When the first of them expires; infinity where there is none. */
  get next(): number {
    return this.oldest + this.#forMicros
  }

  /** Holds a score. The second one of a model for an input is refused. */
  hold(score: Score, at: number): boolean {
    const others = this.#held.get(score.id)
    if (others === undefined) this.#held.set(score.id, [{ score, at }])
    else if (others.some((other) => other.score.model === score.model)) return false
    else others.push({ score, at })
    this.#count++
    return true
  }

  /** The scores for an input, in the order in which they came. */
  take(id: string): readonly EarlyScore[] {
    const held = this.#held.get(id)
    if (held === undefined) return []
    this.#held.delete(id)
    this.#count -= held.length
    return held
  }

  /** Takes what was held long enough, and the oldest where there are too many. */
  *expire(now: number): Generator<EarlyScore> {
    for (const [id, held] of this.#held) {
      if (held[0]!.at + this.#forMicros > now && this.#count <= this.#max) return
      this.take(id)
      yield* held
    }
  }

  all(): EarlyScore[] {
    return [...this.#held.values()].flat()
  }
}
