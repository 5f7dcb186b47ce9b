import { ANSWERED, allGone, type Draw, EMPTY, type Moment, planAll, type Rule, type Verdict, WAIT } from './rule.ts'

/** From `after` microseconds on, the first of `accept` that has answered is the answer. */
export interface Step {
  readonly after: number
  readonly accept: readonly Rule[]
  /** What decisions call it, for each of `accept`. */
  readonly names: readonly string[]
}

/**
 * An ordered schedule (Rendezvous §3): the last step that has come says which answers are taken, in its order of preference. When none of
 * a step's models can answer any more, the next step comes at once. At the deadline, and when no step can answer, any answer that is there is
 * taken, in the final order of preference.
 */
export class ScheduleRule implements Rule {
  readonly #steps: readonly Step[]
  readonly #atDeadline: readonly Rule[]
  readonly #finalNames: readonly string[]

  constructor(steps: readonly Step[], atDeadline: readonly Rule[], finalNames: readonly string[]) {
    this.#steps = steps
    this.#atDeadline = atDeadline
    this.#finalNames = finalNames
  }

  plan(draw: Draw): void {
    planAll(this.#atDeadline, draw)
    for (const step of this.#steps) for (const rule of step.accept) if (!this.#atDeadline.includes(rule)) rule.plan(draw)
  }

  evaluate(moment: Moment, verdict: Verdict): number {
    if (moment.final) return this.#last(moment, verdict)
    let k = -1
    while (k + 1 < this.#steps.length && this.#steps[k + 1]!.after <= moment.elapsed) k++
    if (k === -1) return this.#canAnswer(moment, verdict) ? WAIT : EMPTY
    for (; k < this.#steps.length; k++) {
      const { accept, names } = this.#steps[k]!
      let waiting = false
      for (let i = 0; i < accept.length; i++) {
        const result = accept[i]!.evaluate(moment, verdict)
        if (result === ANSWERED) {
          verdict.rule = names[i]!
          return ANSWERED
        }
        if (result === WAIT) waiting = true
      }
      if (waiting) return WAIT
    }
    return this.#last(moment, verdict)
  }

  gone(moment: Moment): boolean {
    return allGone(this.#atDeadline, moment)
  }

  #last(moment: Moment, verdict: Verdict): number {
    let waiting = false
    for (let i = 0; i < this.#atDeadline.length; i++) {
      const result = this.#atDeadline[i]!.evaluate(moment, verdict)
      if (result === ANSWERED) {
        verdict.rule = this.#finalNames[i]!
        return ANSWERED
      }
      if (result === WAIT) waiting = true
    }
    return waiting ? WAIT : EMPTY
  }

  /** Before the first step: whether any model that a step takes has answered or still may. */
  #canAnswer(moment: Moment, verdict: Verdict): boolean {
    for (const { accept } of this.#steps) for (const rule of accept) if (rule.evaluate(moment, verdict) !== EMPTY) return true
    return this.#atDeadline.some((rule) => rule.evaluate(moment, verdict) !== EMPTY)
  }
}
