import type { Criterion } from './rule-set-plan.ts'

/** What the rules that hold come to. */
export interface Verdict {
  /** The rule whose score is the result; -1 where no rule holds. */
  winner: number
  /** Per class: how sure it is; 0 where none of its rules holds. */
  readonly confidences: Float64Array
}

/** What the criteria need of the rules, by rule. */
export interface Rules {
  readonly holds: (rule: number, cells: Float64Array, at: number) => boolean
  readonly count: number
  /** The class that is the rule's score. */
  readonly classes: Int32Array
  readonly weights: Float64Array
  readonly confidences: Float64Array
  /** Whether more than the winner's confidence is wanted. */
  readonly all: boolean
}

/** Fills a verdict whose winner is -1 and whose confidences are 0. */
export type Judge = (verdict: Verdict, cells: Float64Array, at: number) => void

/** The rule selection methods (PMML 4.4.1, RuleSet, RuleSelectionMethod). Of equals, the first counts. */
export const JUDGES: Readonly<Record<Criterion, (rules: Rules, classes: number) => Judge>> = { firstHit, weightedMax, weightedSum }

function firstHit({ holds, count, classes, confidences, all }: Rules, size: number): Judge {
  const seen = new Uint8Array(size)
  return (verdict, cells, at) => {
    seen.fill(0)
    for (let i = 0; i < count; i++) {
      if (!holds(i, cells, at)) continue
      const own = classes[i]!
      if (verdict.winner < 0) verdict.winner = i
      if (seen[own] === 0) verdict.confidences[own] = confidences[i]!
      seen[own] = 1
      if (!all) return
    }
  }
}

function weightedMax({ holds, count, classes, weights, confidences }: Rules, size: number): Judge {
  const best = new Int32Array(size)
  return (verdict, cells, at) => {
    best.fill(-1)
    for (let i = 0; i < count; i++) {
      const own = classes[i]!
      if ((best[own]! >= 0 && weights[i]! <= weights[best[own]!]!) || !holds(i, cells, at)) continue
      best[own] = i
      verdict.confidences[own] = confidences[i]!
      if (verdict.winner < 0 || weights[i]! > weights[verdict.winner]!) verdict.winner = i
    }
  }
}

/** A class's confidence is the weight of its rules, shared among all rules that hold. */
function weightedSum({ holds, count, classes, weights }: Rules, size: number): Judge {
  const best = new Int32Array(size)
  const first = new Int32Array(size)
  return (verdict, cells, at) => {
    const { confidences: sums } = verdict
    best.fill(-1)
    let fired = 0
    for (let i = 0; i < count; i++) {
      if (!holds(i, cells, at)) continue
      const own = classes[i]!
      fired++
      sums[own]! += weights[i]!
      if (best[own]! < 0) first[own] = i
      if (best[own]! < 0 || weights[i]! > weights[best[own]!]!) best[own] = i
    }
    let winner = -1
    for (let c = 0; c < size; c++) {
      if (best[c]! < 0) continue
      const ahead = winner < 0 ? 1 : sums[c]! - sums[winner]!
      if (ahead > 0 || (ahead === 0 && first[c]! < first[winner]!)) winner = c
    }
    if (winner < 0) return
    verdict.winner = best[winner]!
    for (let c = 0; c < size; c++) sums[c]! /= fired
  }
}
