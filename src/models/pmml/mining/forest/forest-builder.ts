import type { ForestOptions } from '../../../forest/forest.ts'
import type { ModelContext } from '../../assembly/model-compiler.ts'
import { type ClassPrediction, createClasses, type NumberPrediction, takeClassPrediction } from '../../assembly/prediction.ts'
import { classTexts } from '../../tree/class-texts.ts'
import type { TreePlan } from '../../tree/tree-plan.ts'
import type { MiningPlan } from '../mining-plan.ts'
import { Features } from './features.ts'
import { type FinishedForest, ForestColumns } from './forest-columns.ts'
import { isVote, leavesOf } from './leaves.ts'
import { flattenTree } from './tree-flattener.ts'

/** An ensemble of trees in the form that the forest scorer takes. */
export interface BuiltForest {
  readonly prediction: NumberPrediction | ClassPrediction
  readonly options: ForestOptions
  /** Where missing values go. */
  readonly finished: FinishedForest
  /** How many cells of a row the splits reach into. */
  readonly width: number
  /** Where true, the forest itself sends rows with missing values where `missingTo` does. */
  readonly takesMissing: boolean
  readonly features: Features
  /** Whether a row has a missing value among those that the splits look at, or, where `texts` says so, a text that is not known. */
  isSpecial(cells: Float64Array, at: number, texts: boolean): boolean
}

/** Brings the segments to the form of a forest; undefined where one can't be. */
export function buildForest(plan: MiningPlan, context: ModelContext): BuiltForest | undefined {
  const trees = bareTrees(plan)
  if (trees === undefined) return undefined
  const prediction = predictionOf(plan, trees, context)
  const outputs = prediction.kind === 'number' ? 1 : prediction.classes.texts.length
  const features = new Features(context.scope)
  const columns = new ForestColumns(trees.reduce((sum, tree) => sum + tree.nodes.count, 0))
  const parts = {
    features,
    columns,
    assembly: context.assembly,
    noResult: spoilsAll(plan) ? new Float64Array(outputs).fill(NaN) : undefined,
  }
  const leaves = leavesOf(plan, prediction)
  for (const tree of trees) if (!flattenTree(tree, leaves(tree), parts)) return undefined
  return { prediction, ...finishForest(features, columns, outputs) }
}

/** What splits and leaves that are complete make. */
export function finishForest(features: Features, columns: ForestColumns, outputs: number): Omit<BuiltForest, 'prediction'> {
  const slots = Int32Array.from(features.slots)
  const isText = Uint8Array.from(features.texts)
  const finished = columns.finish(outputs)
  return {
    features,
    width: slots.reduce((most, slot) => Math.max(most, slot + 1), 1),
    options: { ...finished.options, features: slots.length, columns: slots, comparison: 'lessOrEqual' },
    finished,
    takesMissing: finished.takesMissing,
    isSpecial: (cells, at, texts) => {
      // NaN makes a sum NaN. That infinities of both signs do too makes a row special for nothing.
      let sum = 0
      for (let i = 0; i < slots.length; i++) sum += cells[at + slots[i]!]!
      if (sum !== sum || !texts) return sum !== sum
      for (let i = 0; i < slots.length; i++) if (isText[i] === 1 && cells[at + slots[i]!]! < 0) return true
      return false
    },
  }
}

/** The segments' trees, where all of them always run and do nothing but what their nodes say. */
function bareTrees(plan: MiningPlan): readonly TreePlan[] | undefined {
  const trees: TreePlan[] = []
  for (const { model, predicate } of plan.segments) {
    if (predicate.kind !== 'True' || model.kind !== 'TreeModel' || !isBare(model)) return undefined
    // A double that is added to floats is rounded only then.
    if (plan.head.singlePrecision && !model.head.singlePrecision) return undefined
    if (model.head.functionName !== plan.head.functionName) return undefined
    trees.push(model)
  }
  return trees
}

function isBare({ head, embedded }: TreePlan): boolean {
  if (embedded !== undefined) return false

  const treats = head.miningFields.some(({ missingValueReplacement, outliers, invalidValueTreatment: invalid }) => {
    return missingValueReplacement !== undefined || outliers !== 'asIs' || invalid === 'asValue' || invalid === 'asMissing'
  })
  return !treats && head.targets.length === 0
}

function predictionOf(plan: MiningPlan, trees: readonly TreePlan[], { assembly, target }: ModelContext): BuiltForest['prediction'] {
  if (plan.head.functionName === 'regression')
    return { kind: 'number', value: assembly.takeResult(), type: plan.head.singlePrecision ? 'float' : 'double' }
  const mentioned = new Set(trees.flatMap((tree) => [...new Set(classTexts(tree.nodes))]))
  return takeClassPrediction(createClasses(target, mentioned, assembly), assembly)
}

/** Whether one tree without a result leaves the ensemble without one: then NaN, which spoils every sum, stands for it. */
function spoilsAll(plan: MiningPlan): boolean {
  return plan.missingPrediction === 'returnMissing' || (plan.missingPrediction === 'continue' && !isVote(plan))
}
