import type { ModelBody, ModelContext, NamedOutput } from '../assembly/model-compiler.ts'
import { cellOperand, type Operand } from '../assembly/operand.ts'
import { ownCells } from './chain.ts'
import { mergedResult } from './merged-result.ts'
import type { MiningPlan } from './mining-plan.ts'
import { segmentIds } from './segment-ids.ts'
import { byId, compileSegments, type Segment } from './segment.ts'

/**
 * The first segment whose predicate is true answers (PMML 4.4.1, MultipleModels, selectFirst). With selectAll the others run too, and
 * their results are had through outputs with a segmentId.
 */
export function compileSelection(plan: MiningPlan, context: ModelContext): ModelBody {
  const segments = compileSegments(plan, context, { combined: false })
  const merged = mergedResult(
    plan.head,
    context,
    segments.map(({ model }) => model.prediction),
  )
  const outputs = mergedOutputs(segments, context)
  const segmentId = segmentIds(plan, context)
  const all = plan.method === 'selectAll'
  const own = ownCells(segments)
  return {
    prediction: merged.prediction,
    segments: byId(segments),
    innerOutputs: outputs.named,
    features: segmentId.features,
    evaluator: {
      row: (cells, at) => {
        let chosen = -1
        for (let i = 0; i < segments.length; i++) {
          const { test, model } = segments[i]!
          if ((all || chosen < 0) && (test === undefined || test(cells, at) === 1)) {
            model.evaluator.row(cells, at)
            if (chosen < 0) chosen = i
          } else for (const cell of own[i]!) cells[at + cell] = NaN
        }
        merged.copy(chosen, cells, at)
        outputs.copy(chosen, cells, at)
        segmentId.write(chosen, cells, at)
      },
    },
  }
}

/** The final outputs of the segments by name, each with the value of the chosen segment. */
function mergedOutputs(
  segments: readonly Segment[],
  { assembly }: ModelContext,
): {
  named: readonly NamedOutput[]
  copy: (segment: number, cells: Float64Array, at: number) => void
} {
  const byName = new Map<string, { operand: Operand; from: (Operand | undefined)[] }>()
  for (const [i, segment] of segments.entries()) {
    for (const { name, operand } of segment.model.finalOutputs) {
      let entry = byName.get(name)
      if (entry === undefined) byName.set(name, (entry = { operand: cellOperand(operand.type, assembly.take()), from: [] }))
      operand.source?.open()
      entry.from[i] = operand
    }
  }
  const entries = [...byName.values()]
  return {
    named: [...byName].map(([name, { operand }]) => ({ name, operand })),
    copy: (segment, cells, at) => {
      for (let i = 0; i < entries.length; i++) {
        const { operand, from } = entries[i]!
        cells[at + operand.slot!] = from[segment]?.run(cells, at) ?? NaN
      }
    },
  }
}
