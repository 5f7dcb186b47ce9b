import { SluiceError } from '../../../core/errors.ts'
import { cast } from '../assembly/convert.ts'
import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import type { Evaluate } from '../assembly/operand.ts'
import { type RankedCells, rankedIndex } from '../assembly/ranking.ts'
import { compilePredicate, type Test } from '../predicates/compile-predicate.ts'
import { roundingOf } from '../regression/link.ts'
import type { Characteristic, ScorecardPlan } from './scorecard-plan.ts'

/** An attribute, ready to run. `reason` is the index of its reason code. */
interface RunAttribute {
  readonly test: Test
  /** A constant score; NaN where it is computed. */
  readonly constant: number
  readonly score: Evaluate
  readonly reason: number
}

/**
 * Puts a Scorecard together: the sum of the characteristics' scores. Where no attribute of a characteristic holds, or its score is
 * missing, there is no result. Reasons are ranked by how far their scores are on the wrong side of the baseline; those that are on the
 * right side are none.
 */
export function compileScorecard(plan: ScorecardPlan, context: ModelContext): ModelBody {
  const { assembly, head } = context
  const value = assembly.takeResult()
  const round = roundingOf(head.singlePrecision)
  const ranksReasons = head.outputFields.some((field) => field.feature === 'reasonCode')
  if (ranksReasons) requireReasons(plan)
  const codes = reasonCodes(plan)
  const characteristics = plan.characteristics.map((characteristic) => compileAttributes(characteristic, codes, context))
  const baselines = Float64Array.from(plan.characteristics, ({ baseline }) => baseline ?? NaN)
  const points: RankedCells = { first: ranksReasons ? assembly.takeResult(codes.length) : -1, count: codes.length, descending: true }
  const sign = plan.pointsAbove ? 1 : -1
  return {
    prediction: { kind: 'number', value, type: head.singlePrecision ? 'float' : 'double' },
    features: {
      reasonCode: (field) => {
        const index = rankedIndex(points, Math.max(1, field.rank))
        const texts = Float64Array.from(codes, (code) => assembly.pool.code(code))
        return {
          type: 'string',
          run: (cells, at) => {
            const reason = index(cells, at)
            return cells[at + points.first + reason]! >= 0 ? texts[reason]! : NaN
          },
        }
      },
    },
    evaluator: {
      row: (cells, at) => {
        let sum = round(plan.initialScore)
        if (ranksReasons) cells.fill(NaN, at + points.first, at + points.first + points.count)
        for (let c = 0; c < characteristics.length; c++) {
          const attribute = holding(characteristics[c]!, cells, at)
          const score =
            attribute === undefined
              ? NaN
              : attribute.constant === attribute.constant
                ? attribute.constant
                : round(attribute.score(cells, at))
          sum = round(sum + score)
          if (!ranksReasons || attribute === undefined) continue
          const cell = at + points.first + attribute.reason
          const before = cells[cell]!
          cells[cell] = (Number.isNaN(before) ? 0 : before) + sign * (score - baselines[c]!)
        }
        cells[at + value] = sum
      },
    },
  }
}

function holding(attributes: readonly RunAttribute[], cells: Float64Array, at: number): RunAttribute | undefined {
  for (let i = 0; i < attributes.length; i++) if (attributes[i]!.test(cells, at) === 1) return attributes[i]
  return undefined
}

function compileAttributes(
  { attributes }: Characteristic,
  codes: readonly string[],
  { scope, assembly, head }: ModelContext,
): readonly RunAttribute[] {
  const round = roundingOf(head.singlePrecision)
  return attributes.map(({ predicate, score, reasonCode }) => ({
    test: compilePredicate(predicate, scope),
    constant: typeof score === 'number' ? round(score) : NaN,
    score: typeof score === 'number' ? () => score : cast(assembly.compile(score, scope), 'double', assembly).run,
    reason: reasonCode === undefined ? -1 : codes.indexOf(reasonCode),
  }))
}

function reasonCodes({ characteristics }: ScorecardPlan): readonly string[] {
  const codes = characteristics.flatMap(({ attributes }) =>
    attributes.flatMap(({ reasonCode }) => (reasonCode === undefined ? [] : [reasonCode])),
  )
  return [...new Set(codes)]
}

function requireReasons({ characteristics, usesReasonCodes }: ScorecardPlan): void {
  if (!usesReasonCodes)
    throw new SluiceError('model.malformed', 'a <Scorecard> with useReasonCodes="false" has an output with feature="reasonCode"')
  for (const { baseline, attributes } of characteristics) {
    if (baseline === undefined)
      throw new SluiceError('model.malformed', 'a <Characteristic> of a <Scorecard> with reason codes needs a baselineScore')
    if (attributes.some(({ reasonCode }) => reasonCode === undefined))
      throw new SluiceError(
        'model.malformed',
        'an <Attribute> of a <Scorecard> with reason codes needs a reasonCode, or its <Characteristic> does',
      )
  }
}
