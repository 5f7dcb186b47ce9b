import { allGone, ANSWERED, type Draw, EMPTY, type Moment, planAll, type Rule, type Verdict, WAIT } from './rule.ts'

/**
 * Stages in sequence: the answer of the last one; where it fails or time is up, that of the last one that finished. A stage that is
 * confident enough ends the cascade before.
 */
export class CascadeRule implements Rule {
  readonly #stages: readonly Rule[]
  readonly #enough: number
  readonly #names: readonly string[]

  constructor(stages: readonly Rule[], enough: number | undefined, prefix: string) {
    this.#stages = stages
    this.#enough = enough ?? Infinity
    this.#names = stages.map((_, i) => `${prefix}cascade:stage-${i + 1}`)
  }

  plan(draw: Draw): void {
    planAll(this.#stages, draw)
  }

  evaluate(moment: Moment, verdict: Verdict): number {
    if (this.#enough !== Infinity) {
      for (let i = 0; i < this.#stages.length - 1; i++) {
        const result = this.#stages[i]!.evaluate(moment, verdict)
        if (result === WAIT) break
        if (result === ANSWERED && verdict.confidence >= this.#enough) return this.#end(i, true, verdict)
      }
    }
    for (let i = this.#stages.length - 1; i >= 0; i--) {
      const result = this.#stages[i]!.evaluate(moment, verdict)
      if (result === WAIT) return WAIT
      if (result === ANSWERED) return this.#end(i, i === this.#stages.length - 1, verdict)
    }
    return EMPTY
  }

  gone(moment: Moment): boolean {
    return allGone(this.#stages, moment)
  }

  #end(stage: number, whole: boolean, verdict: Verdict): number {
    verdict.quorum = whole
    verdict.rule = this.#names[stage]!
    return ANSWERED
  }
}
