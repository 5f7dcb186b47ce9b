import type { ModelContext, ResultFeatures } from '../assembly/model-compiler.ts'
import { cellOperand } from '../assembly/operand.ts'
import type { MiningPlan } from './mining-plan.ts'
import type { MergedResult } from './merged-result.ts'

/** Which segment the result is of, where an output asks for it: the entity of a model of segments is the segment. */
export interface SegmentIds {
  readonly wanted: boolean
  readonly features: ResultFeatures
  /** Leaves the id of the segment with this index, or none for -1. */
  readonly write: MergedResult['copy']
}

export function segmentIds(plan: MiningPlan, { assembly }: ModelContext): SegmentIds {
  const wanted = plan.head.outputFields.some(({ feature, segmentId }) => feature === 'entityId' && segmentId === undefined)
  if (!wanted) return { wanted, features: {}, write: () => {} }
  const cell = assembly.take()
  const ids = Float64Array.from(plan.segments, (segment, i) => assembly.pool.code(segment.id ?? String(i + 1)))
  return {
    wanted,
    features: { entityId: () => cellOperand('string', cell) },
    write: (segment, cells, at) => {
      cells[at + cell] = segment < 0 ? NaN : ids[segment]!
    },
  }
}
