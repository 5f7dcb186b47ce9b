import type { ArmsPolicy } from '../../core/arms-policy.ts'
import type { PolicySpec } from '../../core/policy-spec.ts'
import { CompiledPolicy } from '../rules/compiled-policy.ts'
import { BatchDecider } from './batch-decider.ts'

/** A policy for batches, and the rules and learners behind it. */
export interface CompiledArms extends ArmsPolicy {
  readonly compiled: CompiledPolicy
}

/** Makes a policy ready to decide batches. `epoch` tells it from those of its data type before it. Throws `policy.invalid`. */
export function createArmsPolicy(spec: PolicySpec, epoch: number): CompiledArms {
  const compiled = new CompiledPolicy(spec)
  const { name, arms, budgetMs, ticks, asksAll, isSingle, hasSchedule } = compiled
  return {
    compiled,
    name,
    epoch,
    arms,
    budgetMs,
    ticks,
    default: compiled.default,
    asksAll,
    isSingle,
    hasSchedule,
    createDecider: () => new BatchDecider(compiled, epoch),
  }
}
