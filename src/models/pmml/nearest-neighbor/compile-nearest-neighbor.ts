import { SluiceError } from '../../../core/errors.ts'
import type { ModelBody, ModelContext, OtherTarget } from '../assembly/model-compiler.ts'
import { cellOperand, type Step } from '../assembly/operand.ts'
import {
  type ClassPrediction,
  createClasses,
  type Prediction,
  takeClassPrediction,
  type TargetField,
  targetOf,
} from '../assembly/prediction.ts'
import { declaredCells } from '../assembly/convert.ts'
import { compileComparison } from '../comparison/compile-comparison.ts'
import { roundingOf } from '../regression/link.ts'
import { parseReal } from '../values/literal.ts'
import { instanceColumn, instanceMatrix } from './instances.ts'
import type { NearestNeighborPlan } from './nearest-neighbor-plan.ts'
import { Neighborhood } from './neighborhood.ts'
import { castVotes, CONTINUOUS, type Weigh, weighing } from './scoring.ts'

interface Scored extends OtherTarget {
  readonly write: Step
}

/** Puts a NearestNeighborModel together. It may have several targets; without any, its result is the nearest instance. */
export function compileNearestNeighbor(plan: NearestNeighborPlan, context: ModelContext): ModelBody {
  const { assembly, scope, head } = context
  const similarity = plan.measure.kind === 'similarity'
  const inputs = plan.inputs.map(({ field }) => scope.require(field))
  const instances = instanceMatrix(plan, inputs, context)
  const compare = compileComparison(plan.measure, plan.inputs, {
    round: roundingOf(head.singlePrecision),
    declared: inputs.map((input) => declaredCells(input, assembly)),
  })
  const neighborhood = new Neighborhood(plan.neighbors, similarity)
  const weigh = weighing(similarity, plan.threshold)
  const [nearest, measures] = [assembly.takeResult(plan.neighbors), assembly.takeResult(plan.neighbors)]
  const ids = Float64Array.from(idsOf(plan), (id) => assembly.pool.code(id))
  const targets = targetsOf(plan, context).map((target) => scoreTarget(plan, target, { context, neighborhood, weigh }))
  const [first, ...others] = targets
  const prediction: Prediction = first?.prediction ?? { kind: 'text', value: nearest }
  const row = new Float64Array(inputs.length)
  return {
    prediction,
    ...(first !== undefined && { target: first.target, others }),
    features: {
      entityId: ({ rank }) => cellOperand('string', place(nearest, rank, plan)),
      affinity: ({ rank }) => cellOperand('double', place(measures, rank, plan)),
    },
    evaluator: {
      row: (cells, at) => {
        for (let i = 0; i < row.length; i++) row[i] = inputs[i]!.run(cells, at)
        neighborhood.find(row, instances, plan.instances.length, compare)
        for (let i = 0; i < plan.neighbors; i++) {
          const there = i < neighborhood.count
          cells[at + nearest + i] = there ? ids[neighborhood.indices[i]!]! : NaN
          cells[at + measures + i] = there ? neighborhood.measures[i]! : NaN
        }
        for (let t = 0; t < targets.length; t++) targets[t]!.write(cells, at)
      },
    },
  }
}

function place(first: number, rank: number, { neighbors }: NearestNeighborPlan): number {
  if (rank >= 1 && rank <= neighbors) return first + rank - 1
  throw new SluiceError('model.malformed', `an output has rank="${rank}"; the model has ${neighbors} neighbors`)
}

function idsOf(plan: NearestNeighborPlan): readonly string[] {
  const column = plan.idField === undefined ? undefined : instanceColumn(plan, plan.idField)
  return plan.instances.map((_, i) => column?.[i] ?? String(i + 1))
}

function targetsOf({ head }: NearestNeighborPlan, { fields }: ModelContext): readonly TargetField[] {
  const names = new Set(head.miningFields.flatMap((field) => (field.usage === 'target' ? [field.name] : [])))
  return [...names].flatMap((name) => {
    const data = fields.get(name)
    return data === undefined ? [] : [targetOf(data)]
  })
}

interface Parts {
  readonly context: ModelContext
  readonly neighborhood: Neighborhood
  readonly weigh: Weigh
}

function scoreTarget(plan: NearestNeighborPlan, target: TargetField, parts: Parts): Scored {
  const column = instanceColumn(plan, target.name)
  if (column === undefined) {
    throw new SluiceError('model.malformed', `the training instances lack the target '${target.name}'`, { details: { field: target.name } })
  }
  const asNumber =
    plan.head.functionName === 'regression' || (plan.head.functionName !== 'classification' && target.opType === 'continuous')
  return asNumber ? scoreNumber(plan, target, { ...parts, column }) : scoreClass(plan, target, { ...parts, column })
}

type Column = readonly (string | undefined)[]

function scoreNumber(
  plan: NearestNeighborPlan,
  target: TargetField,
  { context, neighborhood, weigh, column }: Parts & { column: Column },
): Scored {
  const value = context.assembly.takeResult()
  const values = Float64Array.from(column, (text) => parseReal(text ?? ''))
  const summarize = CONTINUOUS[plan.continuousScoring]
  return {
    target,
    prediction: { kind: 'number', value, type: context.head.singlePrecision ? 'float' : 'double' },
    write: (cells, at) => {
      cells[at + value] = neighborhood.count === 0 ? NaN : summarize(neighborhood, values, weigh)
    },
  }
}

function scoreClass(
  plan: NearestNeighborPlan,
  target: TargetField,
  { context, neighborhood, weigh, column }: Parts & { column: Column },
): Scored {
  const classes = createClasses(
    target,
    column.filter((text) => text !== undefined),
    context.assembly,
  )
  const prediction: ClassPrediction = takeClassPrediction(classes, context.assembly)
  const { winner, probabilities } = prediction
  const own = Int32Array.from(column, (text) => (text === undefined ? -1 : classes.indexOf(text)))
  const votes = new Float64Array(classes.texts.length)
  const ballot = { classes: own, votes, method: plan.categoricalScoring, weigh }
  const order = tieOrder(classes.texts, own)
  return {
    target,
    prediction,
    write: (cells, at) => {
      castVotes(neighborhood, ballot)
      let [total, best] = [0, -1]
      for (let i = 0; i < votes.length; i++) {
        total += votes[i]!
        if (best < 0 || votes[order[i]!]! > votes[best]!) best = order[i]!
      }
      for (let c = 0; c < votes.length; c++) cells[at + probabilities + c] = votes[c]! / total
      cells[at + winner] = total > 0 ? best : NaN
    },
  }
}

/** Of classes with as many votes, the one that is more frequent among the instances wins, then the lesser one (PMML 4.4.1, KNN). */
function tieOrder(texts: readonly string[], column: Int32Array): Int32Array {
  const frequencies = new Float64Array(texts.length)
  for (const index of column) if (index >= 0) frequencies[index]!++
  const numbers = texts.map(parseReal)
  const numeric = !numbers.some(Number.isNaN)
  const lesser = (a: number, b: number): number => (numeric ? numbers[a]! - numbers[b]! : texts[a]! < texts[b]! ? -1 : 1)
  return Int32Array.from(texts.map((_, i) => i).sort((a, b) => frequencies[b]! - frequencies[a]! || lesser(a, b)))
}
