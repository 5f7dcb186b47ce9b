import type { DecisionAbout } from '../arms-policy.ts'
import { keyOf } from '../batch.ts'
import type { ArmRun } from './arm-run.ts'
import type { BatchChain } from './batch-chain.ts'
import type { LateRecord } from './late-news.ts'
import { countRun, fallbackOf } from './policy-answers.ts'
import type { PolicyGroup } from './policy-group.ts'
import { recordId } from './record-draw.ts'

const encoder = new TextEncoder()

/** Writes the decisions about all records of a group, and the scores that came too late for them: a record each, under the id of its input. */
export function writeDecisions(group: PolicyGroup, out: BatchChain): void {
  const { count, records, decider, context } = group
  const at = context.clock.now()
  for (let i = 0; i < count; i++) {
    const about = aboutOf(group, records[i]!, at)
    const timestamp = Math.trunc(at)
    writeLogRecord(out, { timestamp, key: encoder.encode(about.id), value: encoder.encode(decider.decisionText(i, about)) })
  }
  for (const run of group.runs)
    if (run.count > 0 && run.settled && !run.cancelled) for (const record of lateRecords(group, run)) writeLogRecord(out, record)
}

/** An arm came when the answers had been written: the next commit of the lane tells of it. */
export function noteLate(group: PolicyGroup, run: ArmRun, decisions: boolean): void {
  const { late } = group.context.lane
  if (late.isClosed) return
  late.change(countRun(group, run))
  if (decisions && !run.cancelled) for (const record of lateRecords(group, run)) late.add(record)
}

function* lateRecords(group: PolicyGroup, run: ArmRun): Generator<LateRecord> {
  const at = group.context.clock.now()
  for (let n = 0; n < run.count; n++) {
    const record = run.records[n]!
    const place = group.positionOf[record]!
    if (!group.decider.isLate(run.arm, place)) continue
    const about = aboutOf(group, record, at)
    const value = encoder.encode(group.decider.lateText(place, run.arm, about))
    yield { timestamp: Math.trunc(at), key: encoder.encode(about.id), value }
  }
}

function aboutOf(group: PolicyGroup, record: number, at: number): DecisionAbout {
  const { batch } = group.context
  return {
    id: recordId(batch, record),
    dataType: group.dataType,
    key: keyOf(batch, record),
    versions: group.served.versions,
    at,
    fallback: fallbackOf(group, record),
  }
}

/** Each text is bounded, and far below what brokers take. */
export function writeLogRecord(out: BatchChain, record: LateRecord): void {
  out.next().append(record)
}
