import { SluiceError } from '../../../core/errors.ts'
import { type CompiledModel, type ModelBody, type ModelContext, type NamedOutput, runBlock } from '../assembly/model-compiler.ts'
import type { TargetField } from '../assembly/prediction.ts'
import { Scope } from '../assembly/scope.ts'
import type { MiningPlan } from './mining-plan.ts'
import { type MergedResult, mergedResult } from './merged-result.ts'
import { predictedOperand } from '../assembly/predicted-operand.ts'
import { byId, compileSegment, type Segment } from './segment.ts'

/**
 * Segments one after the other, where later ones see the results of those before (PMML 4.4.1, MultipleModels, modelChain). The
 * result is that of the last segment that ran.
 */
export function compileChain(plan: MiningPlan, context: ModelContext): ModelBody {
  const { assembly } = context
  const scope = new Scope(assembly, context.scope)
  const segments: Segment[] = []
  const innerOutputs = new Map<string, NamedOutput>()
  for (const segmentPlan of plan.segments) {
    const segment = compileSegment(segmentPlan, context, scope)
    segments.push(segment)
    bindResults(segment.model, scope, assembly)
    for (const output of finalOutputs(segment.model, plan, assembly)) innerOutputs.set(output.name, output)
  }
  const main = mainSegment(plan, context, segments)
  const last = (main ?? segments.at(-1)!).model
  const target = declares(context, last.target) ? last.target : context.target
  const shared = {
    ...(target !== undefined && { target }),
    segments: byId(segments),
    targets: new Map(segments.flatMap(({ model }) => (model.target === undefined ? [] : [[model.target.name, model] as const]))),
    innerOutputs: [...innerOutputs.values()],
    outputScope: scope,
  }
  const conditional = segments.some((segment) => segment.test !== undefined)
  if (!conditional || main !== undefined) {
    if (last.prediction.kind !== (plan.head.functionName === 'regression' ? 'number' : 'class')) {
      throw new SluiceError('model.malformed', `the last segment of a ${plan.head.functionName} chain answers a ${last.prediction.kind}`)
    }
    return { ...shared, prediction: last.prediction, evaluator: conditional ? conditionalChain(segments, () => {}) : chainOf(segments) }
  }
  refuseChangingTargets(segments, target)
  const merged = mergedResult(plan, context, segments)
  return {
    ...shared,
    prediction: merged.prediction,
    evaluator: conditionalChain(segments, (ran, cells, at) => merged.copy(ran, cells, at)),
  }
}

function declares({ head }: ModelContext, target: TargetField | undefined): boolean {
  return head.miningFields.some((field) => field.usage === 'target' && field.name === target?.name)
}

/** Where several segments may be the last that runs, the result is that of one target only if all predict the same or none of their own. */
function refuseChangingTargets(segments: readonly Segment[], target: TargetField | undefined): void {
  const mayBeLast = segments.slice(
    Math.max(
      0,
      segments.findLastIndex(({ test }) => test === undefined),
    ),
  )
  const other = mayBeLast.find(({ model }) => target !== undefined && model.target !== undefined && model.target.name !== target.name)
  if (other === undefined) return
  throw new SluiceError(
    'model.unsupported',
    `a chain for '${target!.name}' with a segment for '${other.model.target!.name}' is not supported where segments have predicates`,
  )
}

/** In a chain for several targets, the one whose target is the chain's own first. */
function mainSegment(plan: MiningPlan, { target }: ModelContext, segments: readonly Segment[]): Segment | undefined {
  if (plan.method === 'modelChain' || target === undefined) return undefined
  return segments.find((segment) => segment.model.target?.name === target.name)
}

/** A chain for several targets shows what each of its models predicts. */
function finalOutputs(model: CompiledModel, plan: MiningPlan, assembly: ModelContext['assembly']): readonly NamedOutput[] {
  if (plan.method === 'modelChain' || model.target === undefined) return model.finalOutputs
  return [{ name: model.target.name, operand: predictedOperand(model.prediction, model.target, assembly) }, ...model.finalOutputs]
}

function bindResults(model: CompiledModel, scope: Scope, assembly: ModelContext['assembly']): void {
  if (model.target !== undefined) scope.bind(model.target.name, predictedOperand(model.prediction, model.target, assembly))
  for (const { name, operand } of model.outputs) scope.bind(name, operand)
}

/** A chain in which segments whose predicate is not true do not run; `finish` is told the last one that did, or -1. */
function conditionalChain(segments: readonly Segment[], finish: MergedResult['copy']): ModelBody['evaluator'] {
  const own = ownCells(segments)
  return {
    row: (cells, at) => {
      let ran = -1
      for (let i = 0; i < segments.length; i++) {
        const { test, model } = segments[i]!
        if (test === undefined || test(cells, at) === 1) {
          model.evaluator.row(cells, at)
          ran = i
        } else for (const cell of own[i]!) cells[at + cell] = NaN
      }
      finish(ran, cells, at)
    },
  }
}

function chainOf(segments: readonly Segment[]): ModelBody['evaluator'] {
  const evaluators = segments.map((segment) => segment.model.evaluator)
  return {
    row: (cells, at) => {
      for (let i = 0; i < evaluators.length; i++) evaluators[i]!.row(cells, at)
    },
    block: (cells, stride, rows) => {
      for (let i = 0; i < evaluators.length; i++) runBlock(evaluators[i]!, cells, stride, rows)
    },
  }
}

/** Per segment: the cells of its results, which say nothing where it does not run. */
export function ownCells(segments: readonly Segment[]): readonly (readonly number[])[] {
  return segments.map(({ model: { outputs, prediction } }) => {
    const stored = outputs.flatMap(({ operand }) => (operand.slot === undefined ? [] : [operand.slot]))
    if (prediction.kind !== 'class') return [...stored, prediction.value]
    return [...stored, prediction.winner, ...prediction.classes.texts.map((_, i) => prediction.probabilities + i)]
  })
}
