import { allGone, ANSWERED, type Draw, EMPTY, type Moment, planAll, type Rule, type Verdict, WAIT } from './rule.ts'
import { Tally } from './tally.ts'

export interface BaggingOptions {
  readonly by: 'mean' | 'vote'
  /** One for each member. May change while the rule is in use. */
  readonly weights: ArrayLike<number>
  /** What decisions call the rule. */
  readonly name: string
}

/**
 * One answer made of all members' when all have answered or time is up; a vote also ends when the rest can't change it. Members that are
 * missing are stood in for by the mean of those present, and lower the confidence, which is the share of the weight that answered (mean) or
 * agrees (vote). Labels have no mean, so a label counts as missing there.
 */
export class BaggingRule implements Rule {
  readonly #tally: Tally
  readonly #options: BaggingOptions

  constructor(members: readonly Rule[], options: BaggingOptions) {
    this.#tally = new Tally(members)
    this.#options = options
  }

  plan(draw: Draw): void {
    planAll(this.#tally.members, draw)
  }

  evaluate(moment: Moment, verdict: Verdict): number {
    this.#tally.take(moment, verdict)
    return this.#options.by === 'mean' ? this.#mean(moment, verdict) : this.#vote(moment, verdict)
  }

  gone(moment: Moment): boolean {
    return allGone(this.#tally.members, moment)
  }

  #mean(moment: Moment, verdict: Verdict): number {
    const tally = this.#tally
    const { weights, name } = this.#options
    if (tally.waiting > 0) return WAIT
    let sum = 0
    let present = 0
    let counted = 0
    for (let i = 0; i < tally.members.length; i++) {
      if (tally.kinds[i] !== 1) continue
      sum += weights[i]! * tally.values[i]!
      present += weights[i]!
      counted++
    }
    if (!(present > 0)) return EMPTY
    verdict.value = sum / present
    verdict.label = false
    verdict.confidence = present / this.#whole(moment)
    verdict.arm = -1
    verdict.quorum = counted === tally.serving
    verdict.rule = name
    return ANSWERED
  }

  #vote(moment: Moment, verdict: Verdict): number {
    const tally = this.#tally
    const { weights, name } = this.#options
    let winner = -1
    let votes = 0
    for (let i = 0; i < tally.members.length; i++) {
      if (tally.kinds[i] === 0) continue
      let own = 0
      for (let j = 0; j < tally.members.length; j++) if (tally.kinds[j] !== 0 && tally.agree(i, j)) own += weights[j]!
      if (own > votes) {
        winner = i
        votes = own
      }
    }
    const whole = this.#whole(moment)
    if (tally.waiting > 0 && !(votes * 2 > whole)) return WAIT
    if (winner === -1) return EMPTY
    tally.elect(winner, verdict)
    verdict.confidence = votes / whole
    verdict.quorum = votes * 2 > whole || tally.answered === tally.serving
    verdict.rule = name
    return ANSWERED
  }

  /** The weight of all members in service. */
  #whole(moment: Moment): number {
    const { members } = this.#tally
    let whole = 0
    for (let i = 0; i < members.length; i++) if (!members[i]!.gone(moment)) whole += this.#options.weights[i]!
    return whole
  }
}
