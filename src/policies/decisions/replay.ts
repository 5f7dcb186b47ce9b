import { keyBytes } from '../hash/key-text.ts'
import { Rendezvous } from '../rendezvous/rendezvous.ts'
import type { PolicySpec } from '../../core/policy-spec.ts'
import type { AnswerValue, Decision, DecisionScore, StrayScore } from './decision.ts'

/** What was answered to an input. */
export interface Result {
  readonly id: string
  readonly dataType: string
  readonly value: AnswerValue | null
  readonly model: string | null
  readonly version: string | null
  readonly rule: string
  readonly reason: Decision['reason']
  readonly elapsedMs: number
}

/**
 * The answer as it was decided. Results are made by this function when they are first written too, so a replay of the decisions gives the same
 * bytes (Rendezvous §7, `as-decided`).
 */
export function resultOf({ id, dataType, value, model, version, rule, reason, elapsedMs }: Decision): Result {
  return { id, dataType, value, model, version, rule, reason, elapsedMs }
}

/** A decision, and the scores that came too late for it: a policy with more time may have taken them. */
export interface Logged {
  readonly decision: Decision
  readonly late?: readonly StrayScore[]
}

export interface RedecideOptions {
  /**
   * How long each input may wait: what the new policy says, or as long as it did: what was allowed (which a request may have said itself), or
   * longer where models in the same process, whose scores are taken in any case, took longer.
   */
  readonly budget?: 'policy' | 'logged'
}

/**
 * Decides logged inputs again, by another policy or by the same, from the arrival times that were logged (Rendezvous §7, `re-decide`).
 * Inputs are taken in the order of the log; `last-known` defaults and elapsed times are then those of the replay. `at` stays as it was logged.
 *
 * @example
 * for (const now of redecide({ answer: { consensus: { of: ['a', 'b', 'c'] } } }, logged)) compare(now)
 */
export function* redecide(spec: PolicySpec, logged: Iterable<Logged>, options: RedecideOptions = {}): Generator<Decision> {
  const time = { ms: 0 }
  const made: Decision[] = []
  const rendezvous = new Rendezvous({
    clock: { now: () => 0, monotonic: () => time.ms },
    decided: (decision) => made.push(decision),
    rememberMs: 0,
    holdMs: Infinity,
  })
  const lookUntil = (end: number): void => {
    for (let next = rendezvous.nextDueMs(); next !== undefined && next <= end; next = rendezvous.nextDueMs()) {
      time.ms = next
      rendezvous.advance()
    }
  }
  const ready = new Set<string>()
  for (const { decision, late = [] } of logged) {
    const { id, dataType, key } = decision
    if (!ready.has(dataType)) rendezvous.setPolicy(dataType, spec)
    ready.add(dataType)
    const events = [...decision.scores, ...late].filter((score): score is TimedScore => score.atMs !== null).sort((a, b) => a.atMs - b.atMs)
    // Far enough on that nothing of the input before is remembered, and whole, so that microseconds stay exact.
    const start = Math.ceil(time.ms) + 1 - Math.floor(Math.min(0, events[0]?.atMs ?? 0))
    const input = {
      id,
      dataType,
      key: key === null ? undefined : keyBytes(key),
      budgetMs: options.budget === 'logged' ? waitedMs(decision) : undefined,
    }
    for (const event of events.filter(({ atMs }) => atMs < 0)) {
      time.ms = start + event.atMs
      feed(rendezvous, decision, event)
    }
    time.ms = start
    rendezvous.open(input)
    for (const event of events.filter(({ atMs }) => atMs >= 0)) {
      lookUntil(start + event.atMs)
      // What comes after the decision would wait for an input that never comes again.
      if (made.length > 0) break
      time.ms = start + event.atMs
      feed(rendezvous, decision, event)
    }
    lookUntil(Infinity)
    for (const { model } of events.filter(({ outcome }) => outcome === 'removed')) rendezvous.setInService(dataType, model, true)
    yield { ...made.pop()!, at: decision.at }
  }
}

/** What a rendezvous server finds after a restart was overdue, and is decided as of its deadline. */
function waitedMs({ budgetMs, elapsedMs, reason }: Decision): number {
  return reason === 'deadline' ? Math.max(budgetMs, elapsedMs) : budgetMs
}

type TimedScore = (DecisionScore | StrayScore) & { readonly atMs: number }

function feed(rendezvous: Rendezvous, { id, dataType }: Decision, event: TimedScore): void {
  const { model, version, outcome, value, confidence } = event
  if (outcome === 'removed') rendezvous.setInService(dataType, model, false)
  else rendezvous.score({ id, model, version: version ?? undefined, value: value ?? undefined, confidence: confidence ?? undefined })
}
