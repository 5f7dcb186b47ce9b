import type { ByteRange } from '../hash/murmur.ts'
import { BALLOT, type Ballots } from './ballots.ts'

/** What a rule comes to: it must wait, it has an answer (in the verdict), or it will never have one. */
export const WAIT = 0
export const ANSWERED = 1
export const EMPTY = 2

/** The record and the time at which rules are asked. One object is used again and again. */
export interface Moment {
  ballots: Ballots
  row: number
  /** Microseconds since the input arrived. */
  elapsed: number
  /** Whether no more can be waited for. A rule that is asked so does not answer `WAIT`. */
  final: boolean
}

/** The answer that a rule came to. */
export class Verdict {
  value = Number.NaN
  /** Whether the value is the code of a label. */
  label = false
  confidence = Number.NaN
  /** The arm whose answer it is; -1 for one that was made of several. */
  arm = -1
  /** Whether all that the rule wanted took part, and, for a consensus, whether more than half agree. */
  quorum = true
  rule = ''
}

/** What a record is drawn by. The same record with the same policy draws the same. */
export interface Draw {
  readonly ballots: Ballots
  readonly row: number
  /** What splits go by: the record's key, or its id where it has none. */
  readonly key: Uint8Array
  /** What bandits draw by. */
  readonly id: Uint8Array
  /** Where they stand in these bytes; all of them where absent. */
  readonly keyRange?: ByteRange | undefined
  readonly idRange?: ByteRange | undefined
}

/** A rule that is ready to be asked. It keeps nothing about a record, and makes no object while it is asked. */
export interface Rule {
  /** Makes the choices for a record, and asks for the arms that are wanted. */
  plan(draw: Draw): void
  evaluate(moment: Moment, verdict: Verdict): number
  /** Whether nothing is left that could have answered, because the models were taken out of service. */
  gone(moment: Moment): boolean
}

/** Milliseconds as whole microseconds: times are compared, so they must be exact. */
export const micros = (ms: number): number => Math.round(ms * 1000)

/** The answer of one model. */
export class ModelRule implements Rule {
  readonly arm: number
  /** What decisions call it. */
  readonly name: string

  constructor(arm: number, name: string) {
    this.arm = arm
    this.name = name
  }

  plan({ ballots, row }: Draw): void {
    ballots.asked[row]! |= 1 << this.arm
  }

  evaluate({ ballots, row, final }: Moment, verdict: Verdict): number {
    const cell = row * ballots.arms + this.arm
    const status = ballots.status[cell]!
    if (status === BALLOT.none) return final ? EMPTY : WAIT
    if (status !== BALLOT.number && status !== BALLOT.label) return EMPTY
    verdict.value = ballots.values[cell]!
    verdict.label = status === BALLOT.label
    verdict.confidence = ballots.confidences[cell]!
    verdict.arm = this.arm
    verdict.quorum = true
    verdict.rule = this.name
    return ANSWERED
  }

  gone({ ballots, row }: Moment): boolean {
    return ballots.status[row * ballots.arms + this.arm] === BALLOT.removed
  }
}

/** All of a record's members must be gone for a rule that is made of them to be. */
export function allGone(members: readonly Rule[], moment: Moment): boolean {
  for (const member of members) if (!member.gone(moment)) return false
  return true
}

export function planAll(members: readonly Rule[], draw: Draw): void {
  for (const member of members) member.plan(draw)
}
