import type { DataField } from '../fields/data-field.ts'
import type { OutputField, ResultFeature } from '../fields/output-field.ts'
import type { ModelHead, ModelPlan } from '../model-plan.ts'
import type { Assembly } from './assembly.ts'
import type { Operand, Step } from './operand.ts'
import type { Prediction, TargetField } from './prediction.ts'
import type { Scope } from './scope.ts'

/** Computes a model's result from cells that are filled. */
export interface Evaluator {
  readonly row: Step
  /** The same for rows that stand one after the other, `stride` cells each, where that is faster than row by row. */
  readonly block?: (cells: Float64Array, stride: number, rows: number) => void
}

/** What a model element is put together from. */
export interface ModelContext {
  readonly assembly: Assembly
  readonly scope: Scope
  readonly head: ModelHead
  readonly target: TargetField | undefined
  /** The document's DataDictionary, by name. */
  readonly fields: ReadonlyMap<string, DataField>
  /** Puts together a model inside this one. */
  compileModel(plan: ModelPlan, scope: Scope): CompiledModel
}

/** The computation of one model element, apart from what all of them share. */
export interface ModelBody {
  readonly evaluator: Evaluator
  readonly prediction: Prediction
  /** The one of several targets that is predicted; `several` where it differs from row to row. */
  readonly target?: TargetField | 'several'
  /** The scope of its outputs' expressions, where it is not the model's own. */
  readonly outputScope?: Scope
  /** Results of models inside it that are results of this one too. */
  readonly innerOutputs?: readonly NamedOutput[]
  /** By id: the segments inside it. */
  readonly segments?: ReadonlyMap<string, CompiledModel>
  /** Where it predicts several targets by itself: those after the first. */
  readonly others?: readonly OtherTarget[]
  /** By name: the targets that models inside it predict, where it has several. */
  readonly targets?: ReadonlyMap<string, CompiledModel>
  /** Result features that this kind of model has its own answer for. */
  readonly features?: ResultFeatures
}

/** By result feature: what an output of that feature is. */
export type ResultFeatures = Partial<Readonly<Record<ResultFeature, (field: OutputField) => Operand>>>

/** A target that a model predicts besides its first one. */
export interface OtherTarget {
  readonly target: TargetField
  readonly prediction: Prediction
}

/** A result under its name. */
export interface NamedOutput {
  readonly name: string
  /** Whether the name is that of a target. */
  readonly isTarget?: true
  readonly operand: Operand
}

/** A model with its derived fields, targets and outputs. */
export interface CompiledModel {
  readonly evaluator: Evaluator
  readonly prediction: Prediction
  readonly target: TargetField | undefined
  /** All its named results, for models after it in a chain. */
  readonly outputs: readonly NamedOutput[]
  /** Those that the document wants to be seen. */
  readonly finalOutputs: readonly NamedOutput[]
  readonly features?: ResultFeatures
}

/** Runs an evaluator over rows that stand one after the other. */
export function runBlock(evaluator: Evaluator, cells: Float64Array, stride: number, rows: number): void {
  if (evaluator.block !== undefined) return evaluator.block(cells, stride, rows)
  const { row } = evaluator
  for (let i = 0, at = 0; i < rows; i++, at += stride) row(cells, at)
}

/** Runs steps over rows that stand one after the other, each over all rows before the next. */
export function runSteps(steps: readonly Step[], cells: Float64Array, stride: number, rows: number): void {
  for (let s = 0; s < steps.length; s++) {
    const step = steps[s]!
    for (let i = 0, at = 0; i < rows; i++, at += stride) step(cells, at)
  }
}
