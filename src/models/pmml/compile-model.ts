import { SluiceError } from '../../core/errors.ts'
import {
  type CompiledModel,
  type Evaluator,
  type ModelBody,
  type ModelContext,
  type OtherTarget,
  runBlock,
  runSteps,
} from './assembly/model-compiler.ts'
import type { Operand, Step } from './assembly/operand.ts'
import { predictedOperand } from './assembly/predicted-operand.ts'
import { type TargetField, targetOf } from './assembly/prediction.ts'
import { Scope } from './assembly/scope.ts'
import { CELL } from '../../core/frame.ts'
import type { DataField } from './fields/data-field.ts'
import { compileOutputs, type OutputSource } from './fields/compile-outputs.ts'
import { compileTarget } from './fields/compile-target.ts'
import type { MiningField } from './fields/mining-field.ts'
import { compileTreatment } from './fields/treatment.ts'
import { compileGaussianProcess } from './gaussian-process/compile-gaussian-process.ts'
import { compileGeneralRegression } from './general-regression/compile-general-regression.ts'
import { compileMining } from './mining/compile-mining.ts'
import type { ModelHead, ModelPlan } from './model-plan.ts'
import { compileNeuralNetwork } from './neural-network/compile-neural-network.ts'
import { compileAnomalyDetection } from './anomaly-detection/compile-anomaly-detection.ts'
import { compileAssociation } from './association/compile-association.ts'
import { compileBaseline } from './baseline/compile-baseline.ts'
import { compileBayesianNetwork } from './bayesian-network/compile-bayesian-network.ts'
import { compileClustering } from './clustering/compile-clustering.ts'
import { compileNaiveBayes } from './naive-bayes/compile-naive-bayes.ts'
import { compileNearestNeighbor } from './nearest-neighbor/compile-nearest-neighbor.ts'
import { compileRuleSet } from './rule-set/compile-rule-set.ts'
import { compileScorecard } from './scorecard/compile-scorecard.ts'
import { compileSupportVectorMachine } from './support-vector-machine/compile-support-vector-machine.ts'
import { compileRegression } from './regression/compile-regression.ts'
import { compileTimeSeries } from './time-series/compile-time-series.ts'
import { compileTree } from './tree/compile-tree.ts'

type CompileBody = (plan: never, context: ModelContext) => ModelBody
type Compilers = { readonly [K in ModelPlan['kind']]: (plan: Extract<ModelPlan, { kind: K }>, context: ModelContext) => ModelBody }

const BODIES: Compilers = {
  TreeModel: compileTree,
  MiningModel: compileMining,
  RegressionModel: compileRegression,
  GeneralRegressionModel: compileGeneralRegression,
  NeuralNetwork: compileNeuralNetwork,
  AnomalyDetectionModel: compileAnomalyDetection,
  AssociationModel: compileAssociation,
  BaselineModel: compileBaseline,
  BayesianNetworkModel: compileBayesianNetwork,
  GaussianProcessModel: compileGaussianProcess,
  TimeSeriesModel: compileTimeSeries,
  ClusteringModel: compileClustering,
  NaiveBayesModel: compileNaiveBayes,
  NearestNeighborModel: compileNearestNeighbor,
  RuleSetModel: compileRuleSet,
  Scorecard: compileScorecard,
  SupportVectorMachineModel: compileSupportVectorMachine,
}

function compileBody(plan: ModelPlan, context: ModelContext): ModelBody {
  const compile: CompileBody = BODIES[plan.kind]
  return compile(plan as never, context)
}

/**
 * Puts a document's model together, with the models inside it. `outer` has the document's inputs and derived fields. What all kinds of
 * model share is done here: the schema, derived fields, targets and outputs.
 */
export function compileDocumentModel(document: ModelPlan, outer: Scope, fields: ReadonlyMap<string, DataField>): CompiledModel {
  const { assembly } = outer
  function compileModel(plan: ModelPlan, parent: Scope): CompiledModel {
    const { head } = plan
    const scope = new Scope(assembly, parent)
    // The outermost model's fields are treated where records are read.
    if (parent !== outer) treatFields(head, { parent, scope, fields })
    scope.derive(head.derivedFields)
    const first = targetField(head, fields)
    const body = compileBody(plan, { assembly, scope, head, target: first, fields, compileModel })
    if (body.target === undefined) refuseSeveral(plan)
    const target = body.target === 'several' ? undefined : (body.target ?? first)
    const declared = head.targets.find(
      (candidate) => candidate.field === undefined || target === undefined || candidate.field === target.name,
    )
    const others = body.others ?? []
    const adjust = [
      declared && compileTarget(declared, body.prediction, head.singlePrecision),
      ...others.map((other) => adjustOther(head, other)),
    ].filter((step) => step !== undefined)
    const results = new Scope(assembly, body.outputScope ?? scope)
    for (const one of target === undefined ? others : [{ target, prediction: body.prediction }, ...others])
      results.provide(one.target.name, () => predictedOperand(one.prediction, one.target, assembly))
    const also = others.map(({ target: { name } }) => ({ name, operand: results.require(name), isTarget: true as const }))
    const own = compileOutputs(head.outputFields, { ...body, target, targets: targetsOf(body) }, results)
    const inner = [...also, ...(body.innerOutputs ?? [])]
    return {
      prediction: body.prediction,
      target,
      evaluator: surround(body.evaluator, scope.steps, [...adjust, ...results.steps]),
      outputs: [...inner, ...own],
      finalOutputs: [...inner, ...own.filter((_, i) => head.outputFields[i]!.final)],
      ...(body.features !== undefined && { features: body.features }),
    }
  }
  const model = compileModel(document, outer)
  return { ...model, evaluator: surround(model.evaluator, outer.steps, []) }
}

function adjustOther(head: ModelHead, { target, prediction }: OtherTarget): Step | undefined {
  const declared = head.targets.find((candidate) => candidate.field === target.name)
  return declared && compileTarget(declared, prediction, head.singlePrecision)
}

/** By name: the targets that a model predicts itself besides its first one, and those that models inside it do. */
function targetsOf({ targets, others, features }: ModelBody): ReadonlyMap<string, OutputSource> {
  const own = (others ?? []).map((other) => [other.target.name, { ...other, ...(features !== undefined && { features }) }] as const)
  return new Map<string, OutputSource>([...(targets ?? []), ...own])
}

/** The evaluator with steps before and after it. */
function surround(evaluator: Evaluator, before: readonly Step[], after: readonly Step[]): Evaluator {
  if (before.length === 0 && after.length === 0) return evaluator
  const { row } = evaluator
  return {
    row: (cells, at) => {
      for (let i = 0; i < before.length; i++) before[i]!(cells, at)
      row(cells, at)
      for (let i = 0; i < after.length; i++) after[i]!(cells, at)
    },
    block: (cells, stride, rows) => {
      if (before.length > 0) runSteps(before, cells, stride, rows)
      runBlock(evaluator, cells, stride, rows)
      if (after.length > 0) runSteps(after, cells, stride, rows)
    },
  }
}

/** What a model inside another one does to the fields that it takes from there. */
function treatFields(head: ModelHead, context: { parent: Scope; scope: Scope; fields: ReadonlyMap<string, DataField> }): void {
  const { parent, scope, fields } = context
  for (const field of head.miningFields) {
    const data = fields.get(field.name)
    if (field.usage === 'active' && data !== undefined && doesSomething(field)) {
      scope.provide(field.name, () =>
        treated(parent.require(field.name), compileTreatment(field, data, { assembly: scope.assembly, strict: false })),
      )
    }
  }
}

function doesSomething(field: MiningField): boolean {
  const { invalidValueTreatment: invalid } = field
  const changesInvalid = invalid === 'asMissing' || invalid === 'asValue'
  return field.missingValueReplacement !== undefined || field.outliers !== 'asIs' || changesInvalid
}

function treated(operand: Operand, treatment: ReturnType<typeof compileTreatment>): Operand {
  const { run, type, source, values } = operand
  return {
    type,
    ...(source !== undefined && { source }),
    ...(values !== undefined && { values }),
    run: (cells, at) => {
      const value = run(cells, at)
      return treatment.apply(value, Number.isNaN(value) ? CELL.missing : CELL.present)
    },
  }
}

/** A model of one result does not say which of several targets that is. */
function refuseSeveral({ kind, head }: ModelPlan): void {
  const names = new Set(head.miningFields.flatMap((field) => (field.usage === 'target' ? [`'${field.name}'`] : [])))
  if (names.size > 1)
    throw new SluiceError('model.unsupported', `a <${kind}> with several targets (${[...names].join(', ')}) is not supported`)
}

function targetField(head: ModelHead, fields: ReadonlyMap<string, DataField>): TargetField | undefined {
  const name = head.miningFields.find((field) => field.usage === 'target')?.name
  const data = name === undefined ? undefined : fields.get(name)
  return data && targetOf(data)
}
