import { SluiceError } from '../../../core/errors.ts'
import { type CompiledModel, type ModelBody, type ModelContext, type NamedOutput, runBlock } from '../assembly/model-compiler.ts'
import type { Prediction, TargetField } from '../assembly/prediction.ts'
import { Scope } from '../assembly/scope.ts'
import type { MiningPlan } from './mining-plan.ts'
import { type MergedResult, mergedResult } from './merged-result.ts'
import { predictedOperand } from '../assembly/predicted-operand.ts'
import { byId, compileSegment, type Segment } from './segment.ts'
import { segmentIds } from './segment-ids.ts'

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
    const isLast = segments.length === plan.segments.length
    for (const output of finalOutputs(segment.model, plan, assembly))
      if (isLast || showsTargets(plan) || output.isTarget !== true) innerOutputs.set(output.name, output)
  }
  const main = mainSegment(plan, context, segments)
  const last = (main ?? segments.at(-1)!).model
  const target = declares(context, last.target) ? last.target : context.target
  const several = main === undefined && changesTargets(segments, target)
  if (several) for (const output of ownTargets(segments, assembly)) innerOutputs.set(output.name, output)
  const segmentId = segmentIds(plan, context)
  const shared = {
    ...(several ? { target: 'several' as const } : target !== undefined && { target }),
    segments: byId(segments),
    targets: new Map(segments.flatMap(({ model }) => (model.target === undefined ? [] : [[model.target.name, model] as const]))),
    innerOutputs: [...innerOutputs.values()],
    outputScope: scope,
    features: { ...last.features, ...segmentId.features },
  }
  const spoil = plan.missingPrediction === 'returnMissing'
  const conditional = spoil || segmentId.wanted || segments.some((segment) => segment.test !== undefined)
  if (!conditional || main !== undefined || !segments.some((segment) => segment.test !== undefined)) {
    if (!answers(plan, last.prediction)) {
      throw new SluiceError('model.malformed', `the last segment of a ${plan.head.functionName} chain answers a ${last.prediction.kind}`)
    }
    const finish = segmentId.write
    return {
      ...shared,
      prediction: last.prediction,
      evaluator: conditional ? conditionalChain(segments, { finish, spoil }) : chainOf(segments),
    }
  }
  const merged = mergedResult(
    plan.head,
    context,
    segments.map(({ model }) => model.prediction),
  )
  return {
    ...shared,
    prediction: merged.prediction,
    evaluator: conditionalChain(segments, {
      spoil,
      finish: (ran, cells, at) => {
        merged.copy(ran, cells, at)
        segmentId.write(ran, cells, at)
      },
    }),
  }
}

/** Whether a result is of the kind that the model is for. */
function answers({ head }: MiningPlan, { kind }: Prediction): boolean {
  if (head.functionName === 'regression') return kind === 'number'
  return head.functionName === 'classification' ? kind === 'class' : true
}

function declares({ head }: ModelContext, target: TargetField | undefined): boolean {
  return head.miningFields.some((field) => field.usage === 'target' && field.name === target?.name)
}

/** Whether several segments, with different targets, may be the last that runs. */
function changesTargets(segments: readonly Segment[], target: TargetField | undefined): boolean {
  const certain = segments.findLastIndex(({ test }) => test === undefined)
  const mayBeLast = segments.slice(Math.max(0, certain))
  return mayBeLast.some(({ model }) => target !== undefined && model.target !== undefined && model.target.name !== target.name)
}

/** What each segment predicts, under the name of its target. */
function ownTargets(segments: readonly Segment[], assembly: ModelContext['assembly']): readonly NamedOutput[] {
  return segments.flatMap(({ model: { target, prediction } }) =>
    target === undefined ? [] : [{ name: target.name, operand: predictedOperand(prediction, target, assembly) }],
  )
}

/** In a chain for several targets, the one whose target is the chain's own first. */
function mainSegment(plan: MiningPlan, { target }: ModelContext, segments: readonly Segment[]): Segment | undefined {
  if (plan.method === 'modelChain' || target === undefined) return undefined
  return segments.find((segment) => segment.model.target?.name === target.name)
}

/** A chain for several targets shows what each of its models predicts. */
function finalOutputs(model: CompiledModel, plan: MiningPlan, assembly: ModelContext['assembly']): readonly NamedOutput[] {
  if (!showsTargets(plan) || model.target === undefined) return model.finalOutputs
  return [{ name: model.target.name, operand: predictedOperand(model.prediction, model.target, assembly) }, ...model.finalOutputs]
}

function showsTargets({ method }: MiningPlan): boolean {
  return method !== 'modelChain'
}

function bindResults(model: CompiledModel, scope: Scope, assembly: ModelContext['assembly']): void {
  if (model.target !== undefined) scope.bind(model.target.name, predictedOperand(model.prediction, model.target, assembly))
  for (const { name, operand } of model.outputs) scope.bind(name, operand)
}

/**
 * A chain in which segments whose predicate is not true do not run; `finish` is told the last one that did, or -1. Where `spoil` is
 * true, a segment without a result leaves all others without one too.
 */
function conditionalChain(segments: readonly Segment[], options: { finish: MergedResult['copy']; spoil: boolean }): ModelBody['evaluator'] {
  const { finish, spoil } = options
  const own = ownCells(segments)
  const results = segments.map(({ model: { prediction } }) => (prediction.kind === 'class' ? prediction.winner : prediction.value))
  const forget = (cells: Float64Array, at: number): void => {
    for (const cellsOfOne of own) for (const cell of cellsOfOne) cells[at + cell] = NaN
  }
  const always = segments.every(({ test }) => test === undefined)
  const runAll = chainOf(segments).block!
  return {
    ...(always && {
      block: (cells, stride, rows) => {
        runAll(cells, stride, rows)
        for (let r = 0, at = 0; r < rows; r++, at += stride) {
          let spoilt = false
          if (spoil) for (let i = 0; i < results.length; i++) if (Number.isNaN(cells[at + results[i]!]!)) spoilt = true
          if (spoilt) forget(cells, at)
          finish(spoilt ? -1 : segments.length - 1, cells, at)
        }
      },
    }),
    row: (cells, at) => {
      let ran = -1
      let spoilt = false
      for (let i = 0; i < segments.length; i++) {
        const { test, model } = segments[i]!
        if (test === undefined || test(cells, at) === 1) {
          model.evaluator.row(cells, at)
          ran = i
          if (spoil && Number.isNaN(cells[at + results[i]!]!)) spoilt = true
        } else for (const cell of own[i]!) cells[at + cell] = NaN
      }
      if (spoilt) forget(cells, at)
      finish(spoilt ? -1 : ran, cells, at)
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
