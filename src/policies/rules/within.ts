import type { Draw, Moment, Rule, Verdict } from './rule.ts'

/** A rule with a deadline of its own: from then on it answers with what there is, or never. */
export class WithinRule implements Rule {
  readonly #rule: Rule
  readonly #until: number

  constructor(rule: Rule, until: number) {
    this.#rule = rule
    this.#until = until
  }

  plan(draw: Draw): void {
    this.#rule.plan(draw)
  }

  evaluate(moment: Moment, verdict: Verdict): number {
    const { final } = moment
    moment.final = final || moment.elapsed >= this.#until
    const result = this.#rule.evaluate(moment, verdict)
    moment.final = final
    return result
  }

  gone(moment: Moment): boolean {
    return this.#rule.gone(moment)
  }
}
