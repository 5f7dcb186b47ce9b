import type { Clock } from '../clock.ts'
import type { ArmPart, ArmRun } from './arm-run.ts'
import type { Scorer } from './part-frame.ts'
import type { PolicyGroup } from './policy-group.ts'
import { copyRows } from './prediction-cache.ts'
import type { Outcomes } from '../outcomes.ts'
import { BatchDraw } from './record-draw.ts'
import { failFrame, rejectUnusable } from './rejections.ts'

const draw = new BatchDraw()

/** Gives each arm the records that it is asked for. Arms without a model are noted as absent. */
export function planArms(group: PolicyGroup): void {
  const { records, count, runs, served, policy, decider } = group
  const { batch } = group.context
  if (group.positionOf.length < batch.count) group.positionOf = new Int32Array(batch.count * 2)
  for (let i = 0; i < count; i++) group.positionOf[records[i]!] = i
  for (const run of runs) {
    const model = served.arms[run.arm]
    run.begin(batch.count)
    if (model === undefined) {
      run.served = undefined
      run.count = 0
    } else run.reset({ type: group.type, dataType: group.dataType, served: model })
    run.slot = policy.arms[run.arm]!.model
  }
  if (policy.asksAll) askAll(group)
  else {
    if (group.asked.length < count) group.asked = new Uint32Array(Math.max(count, group.asked.length * 2))
    for (let i = 0; i < count; i++) {
      draw.set(batch, records[i]!, i)
      const asked = decider.plan(draw)
      group.asked[i] = asked
      for (let rest = asked; rest !== 0; rest &= rest - 1) {
        const arm = 31 - Math.clz32(rest & -rest)
        if (served.arms[arm] === undefined) decider.putAbsent(arm, i)
        else runs[arm]!.add(records[i]!)
      }
    }
  }
}

function askAll({ records, count, runs, served, decider }: PolicyGroup): void {
  for (const run of runs) {
    if (served.arms[run.arm] !== undefined) run.take(records, count)
    else for (let i = 0; i < count; i++) decider.putAbsent(run.arm, i)
  }
}

/** Decodes the records of each arm; those that are read in the same way, once. */
export function decodeArms({ runs, context, policy, positionOf }: PolicyGroup): void {
  for (const run of runs) {
    if (run.count === 0) continue
    const { frameKey, reader } = run.served!
    const same = policy.asksAll && frameKey !== undefined ? runs.find((other) => other.served?.frameKey === frameKey) : undefined
    if (same !== undefined && same !== run) run.share(same)
    else reader.read(context.batch, run.records, run.count, run.frame, run.outcomes)
    run.place(positionOf)
  }
}

/** Scores the frame of an arm, or a part of it. A failure of the model is the arm's. */
export function callArm(run: ArmRun | ArmPart, model: Scorer, clock: Clock): Promise<void> | undefined {
  const began = clock.monotonic()
  let scoring: void | Promise<void>
  try {
    scoring = model.score(run.frame, run.scores)
  } catch (error) {
    return failFrame(run, error)
  }
  const note = (): void => {
    run.elapsedMs = clock.monotonic() - began
  }
  if (scoring instanceof Promise) return scoring.then(note, (error: unknown) => failFrame(run, error))
  note()
  return undefined
}

/** Has the policy's only arm, which answered at once, answer. */
export function takeAnswers({ decider }: PolicyGroup, run: ArmRun): void {
  refuseUnusable(run, run.outcomes)
  decider.answerAlone(run.scores, run.positions)
}

function refuseUnusable(scored: ArmRun | ArmPart, outcomes: Outcomes): void {
  const { frame, scores } = scored
  rejectUnusable(scored, outcomes)
  if (outcomes.rejections === 0) return
  for (let row = 0; row < frame.rows; row++) {
    const record = frame.records[row]!
    if (outcomes.rejected[record] === 1) scores.reject(row, outcomes.error(record)!)
  }
}

/** Gives the decider what an arm said. */
export function takeScores(group: PolicyGroup, run: ArmRun, arrivedMs: number): void {
  const { scores, outcomes, arm, positions } = run
  refuseUnusable(run, outcomes)
  group.decider.put({ arm, scores, records: positions, confidence: run.served!.confidence, arrivedMs })
  putUndecoded(group, run, arrivedMs)
}

/** Likewise for some of its rows. */
export function takePart({ decider }: PolicyGroup, { run, part }: { run: ArmRun; part: ArmPart }, arrivedMs: number): void {
  const { scores, positions, frame } = part
  run.hasSome = true
  refuseUnusable(part, run.outcomes)
  copyRows(scores, run.scores, frame.places)
  decider.put({ arm: run.arm, scores, records: positions, confidence: run.served!.confidence, arrivedMs })
}

/** An arm has failed the records that could not be decoded for it. */
export function putUndecoded({ decider, positionOf }: PolicyGroup, run: ArmRun, arrivedMs: number): void {
  if (run.frame.rows === run.count) return
  for (let i = 0; i < run.count; i++) {
    const record = run.records[i]!
    if (run.outcomes.rejected[record] === 1) decider.putFailed(run.arm, positionOf[record]!, arrivedMs)
  }
}
