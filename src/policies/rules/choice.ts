import { unitHash } from '../hash/murmur.ts'
import { type Draw, EMPTY, type Moment, type Rule, type Verdict } from './rule.ts'

export interface ChoiceOptions {
  /** The place of this choice among the policy's. */
  readonly at: number
  /** How likely each member is; may change while the rule is in use. They add up to 1. */
  readonly probabilities: ArrayLike<number>
  readonly seed: number
  /** What is hashed. */
  readonly by: 'key' | 'id'
}

/** One of several rules for each record, drawn by a hash when the record arrives; the others have no part in it. */
export class ChoiceRule implements Rule {
  readonly #members: readonly Rule[]
  readonly #options: ChoiceOptions

  constructor(members: readonly Rule[], options: ChoiceOptions) {
    this.#members = members
    this.#options = options
  }

  plan(draw: Draw): void {
    const { at, probabilities, seed, by } = this.#options
    const cell = draw.row * draw.ballots.choices + at
    if (draw.ballots.chosen[cell] !== -1) return
    const unit = by === 'key' ? unitHash(draw.key, seed, draw.keyRange) : unitHash(draw.id, seed, draw.idRange)
    const member = drawFrom(probabilities, unit)
    draw.ballots.chosen[cell] = member
    draw.ballots.propensities[cell] = probabilities[member]!
    this.#members[member]!.plan(draw)
  }

  evaluate(moment: Moment, verdict: Verdict): number {
    return this.#chosen(moment)?.evaluate(moment, verdict) ?? EMPTY
  }

  gone(moment: Moment): boolean {
    return this.#chosen(moment)?.gone(moment) ?? false
  }

  #chosen({ ballots, row }: Moment): Rule | undefined {
    return this.#members[ballots.chosen[row * ballots.choices + this.#options.at]!]
  }
}

/** The member in whose share of [0, 1) `unit` is. A member of probability 0 is never drawn. */
export function drawFrom(probabilities: ArrayLike<number>, unit: number): number {
  let sum = 0
  let last = 0
  for (let i = 0; i < probabilities.length; i++) {
    if (!(probabilities[i]! > 0)) continue
    last = i
    sum += probabilities[i]!
    if (unit < sum) return i
  }
  return last
}
