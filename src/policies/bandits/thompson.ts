import type { Learner } from './learner.ts'

/** Points at which each member's density is looked at, and how many standard deviations to each side. */
const POINTS = 129
const REACH = 8

/**
 * Thompson sampling with a Beta(1 + rewards, 1 + losses) belief for each member. To sample all beliefs and take the greatest is to choose
 * each member as likely as it is the best one, so that likelihood is worked out when a belief changes, and decisions know their propensity.
 */
export function createThompson(members: number): Learner {
  const rewards = new Float64Array(members).fill(1)
  const losses = new Float64Array(members).fill(1)
  const probabilities = new Float64Array(members)
  // It takes 0.1 ms to work them out, which is too long for each of a million rewards that are read again.
  let isOld = true
  return {
    get probabilities() {
      if (isOld) bestOf(rewards, losses, probabilities)
      isOld = false
      return probabilities
    },
    learn({ member, loss }) {
      rewards[member]! += 1 - loss
      losses[member]! += loss
      isOld = true
    },
    state: () => [...rewards, ...losses],
    restore(state) {
      rewards.set(state.slice(0, members))
      losses.set(state.slice(members))
      isOld = true
    },
  }
}

/** How likely each of some Beta-distributed numbers is the greatest: the integral of its density times the others' distributions. */
function bestOf(a: Float64Array, b: Float64Array, into: Float64Array): void {
  const grid = gridOf(a, b)
  const densities = Array.from(a, (_, i) => densityOn(grid, a[i]! - 1, b[i]! - 1))
  const cumulated = densities.map((density) => cumulate(grid, density))
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const integrand = densities[i]!.map((density, x) =>
      cumulated.reduce((product, other, j) => (j === i ? product : product * other[x]!), density),
    )
    into[i] = Math.max(0, cumulate(grid, integrand).at(-1)!)
    sum += into[i]!
  }
  for (let i = 0; i < a.length; i++) into[i]! /= sum
}

/** Points from 0 to 1, dense where the densities are. */
function gridOf(a: Float64Array, b: Float64Array): Float64Array {
  const points: number[] = [0, 1]
  for (let i = 0; i < a.length; i++) {
    const n = a[i]! + b[i]!
    const mean = a[i]! / n
    const deviation = Math.sqrt((mean * (1 - mean)) / (n + 1))
    for (let p = 0; p < POINTS; p++) {
      const x = mean + deviation * REACH * ((2 * p) / (POINTS - 1) - 1)
      if (x > 0 && x < 1) points.push(x)
    }
  }
  return Float64Array.from(points).sort()
}

/** x^a (1-x)^b, scaled so that it integrates to 1 over the grid. */
function densityOn(grid: Float64Array, a: number, b: number): Float64Array {
  const log = (power: number, x: number): number => (power === 0 ? 0 : power * Math.log(x))
  const logs = grid.map((x) => log(a, x) + log(b, 1 - x))
  const greatest = logs.reduce((most, value) => Math.max(most, value), -Infinity)
  const density = logs.map((value) => Math.exp(value - greatest))
  const whole = cumulate(grid, density).at(-1)!
  return density.map((value) => value / whole)
}

/** The integral from 0 to each point of the grid, by trapezoids. */
function cumulate(grid: Float64Array, values: Float64Array): Float64Array {
  const sums = new Float64Array(grid.length)
  for (let i = 1; i < grid.length; i++) sums[i] = sums[i - 1]! + ((values[i]! + values[i - 1]!) / 2) * (grid[i]! - grid[i - 1]!)
  return sums
}
