import type { Learner } from './learner.ts'

/**
 * The member with the best mean reward, except that a fraction `epsilon` of records goes to a member at random. Members that were never
 * rewarded count as the best; of equal ones, the first.
 */
export function createEpsilonGreedy(members: number, epsilon: number): Learner {
  const counts = new Float64Array(members)
  const rewards = new Float64Array(members)
  const probabilities = new Float64Array(members)
  const update = (): void => {
    let best = 0
    for (let i = 1; i < members; i++) if (mean(i) > mean(best)) best = i
    probabilities.fill(epsilon / members)
    probabilities[best] = 1 - (epsilon * (members - 1)) / members
  }
  const mean = (i: number): number => (counts[i] === 0 ? Infinity : rewards[i]! / counts[i]!)
  update()
  return {
    probabilities,
    learn({ member, loss }) {
      counts[member]!++
      rewards[member]! += 1 - loss
      update()
    },
    state: () => [...counts, ...rewards],
    restore(state) {
      counts.set(state.slice(0, members))
      rewards.set(state.slice(members))
      update()
    },
  }
}
