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

/** The segments of a model, each in a scope of its own. Where they are combined, each one's result is used up before the next one runs. */
export function compileSegments(plan: MiningPlan, context: ModelContext, options: { combined: boolean }): readonly Segment[] {
  const compile = (segment: SegmentPlan): Segment => compileSegment(segment, context, context.scope)
  const asked = plan.head.outputFields.some((field) => field.segmentId !== undefined)
  return options.combined && !asked ? context.assembly.reusing(plan.segments, compile) : plan.segments.map(compile)
}

export function compileSegment(plan: SegmentPlan, context: ModelContext, scope: Scope): Segment {
  return {
    plan,
    test: plan.predicate.kind === 'True' ? undefined : compilePredicate(plan.predicate, scope),
    model: context.compileModel(
      asksForEntity(plan, context) ? { ...plan.model, head: { ...plan.model.head, wantsEntity: true } } : plan.model,
      scope,
    ),
  }
}

/** Whether an output of the model around a segment is the entity that the segment finds. */
function asksForEntity({ id, position }: SegmentPlan, { head }: ModelContext): boolean {
  const name = id ?? String(position)
  return head.outputFields.some((field) => field.segmentId === name && field.feature === 'entityId')
}

/** By id; a segment without one goes by its position (PMML 4.4.1, MultipleModels, Segment). */
export function byId(segments: readonly Segment[]): ReadonlyMap<string, CompiledModel> {
  return new Map(segments.map((segment, i) => [segment.plan.id ?? String(i + 1), segment.model]))
}
