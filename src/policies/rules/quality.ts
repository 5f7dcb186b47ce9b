import { allGone, ANSWERED, type Draw, EMPTY, type Moment, planAll, type Rule, type Verdict, WAIT } from './rule.ts'
import { Tally } from './tally.ts'

/** The answer with the highest confidence when all have answered or time is up; of equal ones, the member that is named first. */
export class QualityRule implements Rule {
  readonly #tally: Tally
  readonly #enough: number
  readonly #name: string
  readonly #enoughName: string

  /** An answer with the confidence `enough` is taken at once. */
  constructor(members: readonly Rule[], enough: number | undefined, prefix: string) {
    this.#tally = new Tally(members)
    this.#enough = enough ?? Infinity
    this.#name = `${prefix}quality`
    this.#enoughName = `${prefix}quality:enough`
  }

  plan(draw: Draw): void {
    planAll(this.#tally.members, draw)
  }

  evaluate(moment: Moment, verdict: Verdict): number {
    const tally = this.#tally
    tally.take(moment, verdict)
    let best = -1
    let confidence = Number.NaN
    for (let i = 0; i < tally.members.length; i++) {
      if (tally.kinds[i] === 0) continue
      const own = tally.confidences[i]!
      if (best === -1 || own > confidence || (own === own && confidence !== confidence)) {
        best = i
        confidence = own
      }
    }
    const enough = best !== -1 && confidence >= this.#enough
    if (tally.waiting > 0 && !enough) return WAIT
    if (best === -1) return EMPTY
    tally.elect(best, verdict)
    verdict.quorum = enough || tally.answered === tally.serving
    verdict.rule = enough ? this.#enoughName : this.#name
    return ANSWERED
  }

  gone(moment: Moment): boolean {
    return allGone(this.#tally.members, moment)
  }
}
