import type { Learner } from './learner.ts'

export interface ExponentialOptions {
  readonly eta: number
  /** The part of the probability that is spread evenly. */
  readonly explore: number
}

/**
 * Exp3 and Exp4 as Clipper has them: each member has a weight s, its probability is p = s / sum(s), and a loss L makes s smaller by
 * exp(-eta * L / p), with the propensity of the decision for p (1 for exp4, in which every member's loss is known). Weights are kept as
 * logarithms, the greatest 0, so that they neither vanish nor overflow.
 */
export function createExponential(members: number, { eta, explore }: ExponentialOptions): Learner {
  const logs = new Float64Array(members)
  const probabilities = new Float64Array(members)
  const update = (): void => {
    const greatest = logs.reduce((most, log) => Math.max(most, log), -Infinity)
    let sum = 0
    for (let i = 0; i < members; i++) {
      logs[i] = Math.max(logs[i]! - greatest, -700)
      sum += Math.exp(logs[i]!)
    }
    for (let i = 0; i < members; i++) probabilities[i] = (1 - explore) * (Math.exp(logs[i]!) / sum) + explore / members
  }
  update()
  return {
    probabilities,
    learn({ member, propensity, loss }) {
      logs[member]! -= (eta * loss) / propensity
      update()
    },
    state: () => [...logs],
    restore(state) {
      logs.set(state)
      update()
    },
  }
}
