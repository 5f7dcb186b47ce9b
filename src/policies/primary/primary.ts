import type { Arm, Decision, Policy } from '../../core/policy.ts'
import type { Clock } from '../../core/clock.ts'
import type { Frame } from '../../core/frame.ts'
import type { Scores } from '../../core/scores.ts'

/** The policy of a single model: the primary arm answers every record. */
export function createPrimaryPolicy(): Policy {
  return { name: 'primary', decide }
}

function decide(frame: Frame, arms: readonly Arm[], scores: Scores, clock: Clock): Decision | Promise<Decision> {
  const at = arms.findIndex((arm) => arm.role === 'primary')
  const arm = arms[at]
  if (arm === undefined) throw new RangeError('the primary policy was given no primary arm')
  const started = clock.monotonic()
  scores.reset(arm.model.outputs, frame.rows)
  const pending = arm.model.score(frame, scores)
  if (pending === undefined) return decided(at, started, clock)
  return pending.then(() => decided(at, started, clock))
}

function decided(arm: number, started: number, clock: Clock): Decision {
  return { arm, rule: 'primary', elapsedMs: clock.monotonic() - started }
}
