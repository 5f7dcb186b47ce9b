import type { CompiledModel, ModelContext } from '../assembly/model-compiler.ts'
import type { Scope } from '../assembly/scope.ts'
import { compilePredicate, type Test } from '../predicates/compile-predicate.ts'
import type { MiningPlan, SegmentPlan } from './mining-plan.ts'

/** A segment with its parts put together. */
export interface Segment {
  readonly plan: SegmentPlan
  /** Undefined where the predicate is always true. */
  readonly test: Test | undefined
  readonly model: CompiledModel
}

/** The segments of a model, each in a scope of its own. */
export function compileSegments(plan: MiningPlan, context: ModelContext): readonly Segment[] {
  return plan.segments.map((segment) => compileSegment(segment, context, context.scope))
}

export function compileSegment(plan: SegmentPlan, context: ModelContext, scope: Scope): Segment {
  return {
    plan,
    test: plan.predicate.kind === 'True' ? undefined : compilePredicate(plan.predicate, scope),
    model: context.compileModel(plan.model, scope),
  }
}

/** By id; a segment without one goes by its position (PMML 4.4.1, MultipleModels, Segment). */
export function byId(segments: readonly Segment[]): ReadonlyMap<string, CompiledModel> {
  return new Map(segments.map((segment, i) => [segment.plan.id ?? String(i + 1), segment.model]))
}
