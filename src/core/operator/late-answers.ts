import type { ModelStatistics } from '../statistics.ts'
import type { Answers } from './answers.ts'
import { BatchChain } from './batch-chain.ts'
import type { Lane } from './lane.ts'
import { writeLogRecord } from './policy-decisions.ts'

export interface LateAnswersOptions {
  /** Whether decisions are written for their topic. */
  readonly decisions: boolean
  readonly maxBatchBytes: number
  /** Where the lane goes on. */
  readonly nextOffset: bigint
  /** Now, in ms since the epoch. */
  readonly at: number
}

/** What came too late for its batch, for a commit of its own where no batch comes that could take it along. */
export function lateAnswers({ late }: Lane, { decisions, maxBatchBytes, nextOffset, at }: LateAnswersOptions): Answers {
  const changed = new Set<ModelStatistics>()
  const out = new BatchChain(maxBatchBytes)
  const records = late.take(changed)
  if (decisions) for (const record of records) writeLogRecord(out, record)
  return {
    outputs: [],
    deadLetters: [],
    decisions: out.finish(),
    markers: [],
    statistics: [...changed],
    states: [],
    scored: 0,
    rejected: 0,
    nextOffset,
    at,
  }
}
