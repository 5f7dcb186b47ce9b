import { BALLOT } from './ballots.ts'
import { allGone, ANSWERED, type Draw, EMPTY, ModelRule, type Moment, planAll, type Rule, type Verdict, WAIT } from './rule.ts'
import { Tally } from './tally.ts'

/**
 * The value that more than half of the members in service give, as soon as they do. Where all have answered or time is up, and none
 * has more than half: the value with most votes, of those with equally many the one of the member named first, without quorum.
 * The confidence is the share of the members in service that agree.
 */
export class ConsensusRule implements Rule {
  readonly #tally: Tally
  readonly #majority: string
  readonly #plurality: string
  /** The arms of members that are all models; none where any is a rule. */
  readonly #models: readonly number[]

  constructor(members: readonly Rule[], prefix: string) {
    this.#tally = new Tally(members)
    this.#models = members.every((member) => member instanceof ModelRule) ? members.map(({ arm }) => arm) : []
    this.#majority = `${prefix}consensus:majority`
    this.#plurality = `${prefix}consensus:plurality`
  }

  plan(draw: Draw): void {
    planAll(this.#tally.members, draw)
  }

  evaluate(moment: Moment, verdict: Verdict): number {
    if (this.#isUnanimous(moment, verdict)) return ANSWERED
    const tally = this.#tally
    tally.take(moment, verdict)
    let winner = -1
    let votes = 0
    for (let i = 0; i < tally.members.length; i++) {
      if (tally.kinds[i] === 0) continue
      let same = 1
      for (let j = i + 1; j < tally.members.length; j++) if (tally.kinds[j] !== 0 && tally.agree(i, j)) same++
      if (same > votes) {
        winner = i
        votes = same
      }
    }
    const majority = votes * 2 > tally.serving
    if (!majority && tally.waiting > 0) return WAIT
    if (winner === -1) return EMPTY
    tally.elect(winner, verdict)
    verdict.confidence = votes / tally.serving
    verdict.quorum = majority
    verdict.rule = majority ? this.#majority : this.#plurality
    return ANSWERED
  }

  /** The ordinary case, in short: models that all say the same. */
  #isUnanimous({ ballots, row }: Moment, verdict: Verdict): boolean {
    const models = this.#models
    if (models.length === 0) return false
    const { status, values } = ballots
    const base = row * ballots.arms
    const first = base + models[0]!
    const said = status[first]!
    const value = values[first]!
    if (said !== BALLOT.number && said !== BALLOT.label) return false
    for (let i = 1; i < models.length; i++) if (status[base + models[i]!] !== said || values[base + models[i]!] !== value) return false
    verdict.value = value
    verdict.label = said === BALLOT.label
    verdict.confidence = 1
    verdict.arm = models[0]!
    verdict.quorum = true
    verdict.rule = this.#majority
    return true
  }

  gone(moment: Moment): boolean {
    return allGone(this.#tally.members, moment)
  }
}
