import type { RuleSpec } from '../core/policy-spec.ts'
import type { ModelStatistics } from '../core/statistics.ts'
import { modelOf, partsOf } from '../policies/spec/rule-parts.ts'

/** Fewer batches than this say nothing of a 99th percentile. */
const ENOUGH = 1000
/** Where more of its records were taken back before it began, a model's scores that came are not the whole of it. */
const FEW_CANCELLED = 0.01

/**
 * What is wrong with the times of a rule's speculations, in words: `afterMs` must be more than the fast model takes, or nobody has answered by
 * then, and less than the smart one takes, or the fast one is never needed (Rendezvous §6: T2 < T < T1). Each is judged by the 99th percentile of
 * its times, once enough of them were measured.
 */
export function speculationWarnings(rule: RuleSpec, playing: (arm: string) => ModelStatistics | undefined): string[] {
  const within = partsOf(rule).flatMap((part) => speculationWarnings(part.rule, playing))
  if (typeof rule === 'string' || !('speculative' in rule)) return within
  const { smart, fast, afterMs } = rule.speculative
  const warnings: string[] = []
  const [quick, slow] = [fast, smart].map((part) => measured(modelOf(part), playing))
  if (quick !== undefined && quick.p99 >= afterMs)
    warnings.push(
      `speculative: the fast model, ${quick.model}, takes ${text(quick.p99)} ms (p99), which must be less than afterMs, ${afterMs}: at that time nobody may have answered`,
    )
  if (slow !== undefined && slow.p99 <= afterMs && !slow.isPartial)
    warnings.push(
      `speculative: the smart model, ${slow.model}, takes ${text(slow.p99)} ms (p99), which is no more than afterMs, ${afterMs}: the fast one is hardly ever needed`,
    )
  return [...warnings, ...within]
}

/** How long a model takes nearly always, in ms, where enough of its times were measured, and hardly any were cut short. */
export function usualMs(statistics: ModelStatistics | undefined): number | undefined {
  const times = statistics && measured(statistics.model, () => statistics)
  return times === undefined || times.isPartial ? undefined : Number(text(times.p99))
}

interface Measured {
  readonly model: string
  readonly p99: number
  readonly isPartial: boolean
}

function measured(arm: string | undefined, playing: (arm: string) => ModelStatistics | undefined): Measured | undefined {
  const statistics = arm === undefined ? undefined : playing(arm)
  if (statistics?.arm === undefined || statistics.arrival.total < ENOUGH) return undefined
  const { scored, failed, cancelled } = statistics.arm
  const isPartial = cancelled > (scored + failed + cancelled) * FEW_CANCELLED
  return { model: statistics.model, p99: statistics.arrival.quantile(0.99)!, isPartial }
}

function text(ms: number): string {
  return String(Number(ms.toPrecision(3)))
}
