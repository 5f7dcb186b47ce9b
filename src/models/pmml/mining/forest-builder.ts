import type { ForestOptions } from '../../forest/forest.ts'
import type { ModelContext } from '../assembly/model-compiler.ts'
import type { Operand } from '../assembly/operand.ts'
import type { Classes, Prediction } from '../assembly/prediction.ts'
import type { Scope } from '../assembly/scope.ts'
import { classTable } from '../tree/class-results.ts'
import type { TreePlan } from '../tree/tree-plan.ts'
import { familyOf } from '../values/data-type.ts'
import { ForestColumns } from './forest-columns.ts'
import type { MiningPlan } from './mining-plan.ts'
import { createTreeFlattener } from './tree-flattener.ts'

/** An ensemble of trees in the form that the forest scorer takes. */
export interface BuiltForest {
  readonly options: ForestOptions
  /** How many cells of a row the splits reach into. */
  readonly width: number
  /** Where true, rows with missing values come to the same leaf as in the general form. */
  readonly takesMissing: boolean
  /** Whether a row has a missing value, or a text that the document does not know, among those that the splits look at. */
  isSpecial(cells: Float64Array, at: number): boolean
}

/** Brings the segments to the form of a forest; undefined where one can't be. */
export function buildForest(plan: MiningPlan, context: ModelContext, prediction: Prediction): BuiltForest | undefined {
  const trees: TreePlan[] = []
  for (const { model, predicate } of plan.segments) {
    if (predicate.kind !== 'True' || model.kind !== 'TreeModel' || !isBare(model)) return undefined
    if (model.head.functionName !== plan.head.functionName) return undefined
    trees.push(model)
  }
  const features = new Features(context.scope)
  const columns = new ForestColumns()
  const leaves = leavesOf(plan, prediction)
  const outputs = prediction.kind === 'number' ? 1 : prediction.classes.texts.length
  const noResult = spoilsAll(plan) ? new Float64Array(outputs).fill(NaN) : undefined
  const flatten = createTreeFlattener({ features, columns, assembly: context.assembly })
  let takesMissing = true
  for (const tree of trees) {
    const leafOf = leaves(tree)
    const flat = flatten(tree, (node) => leafOf(node) ?? noResult)
    if (flat === undefined) return undefined
    takesMissing &&= flat.takesMissing
  }
  const slots = Int32Array.from(features.slots)
  const isText = Uint8Array.from(features.texts)
  return {
    width: slots.reduce((most, slot) => Math.max(most, slot + 1), 1),
    takesMissing,
    options: { ...columns.finish(outputs), features: slots.length, columns: slots, comparison: 'lessOrEqual' },
    isSpecial: (cells, at) => {
      for (let i = 0; i < slots.length; i++) {
        const value = cells[at + slots[i]!]!
        if (value !== value || (isText[i] === 1 && value < 0)) return true // oxlint-disable-line no-self-compare -- only NaN differs from itself
      }
      return false
    },
  }
}

/** Whether one tree without a result leaves the ensemble without one: then NaN, which spoils every sum, stands for it. */
function spoilsAll(plan: MiningPlan): boolean {
  return plan.missingPrediction === 'returnMissing' || (plan.missingPrediction === 'continue' && !isVote(plan))
}

function isVote({ method }: MiningPlan): boolean {
  return method === 'majorityVote' || method === 'weightedMajorityVote'
}

/** Whether a tree does nothing but what its nodes say. */
function isBare({ head }: TreePlan): boolean {
  const treats = head.miningFields.some(
    (field) =>
      field.missingValueReplacement !== undefined ||
      field.outliers !== 'asIs' ||
      (field.invalidValueTreatment ?? 'asIs') === 'asValue' ||
      field.invalidValueTreatment === 'asMissing',
  )
  return !treats && !head.singlePrecision && head.targets.length === 0 && head.derivedFields.length === 0 && head.outputFields.length === 0
}

/** The values that a node's leaf adds to the sums; undefined where the node has no result. */
export type LeafOf = (node: number) => Float64Array | undefined

function leavesOf(plan: MiningPlan, prediction: Prediction): (tree: TreePlan) => LeafOf {
  if (prediction.kind === 'number') {
    return ({ nodes }) =>
      (node) =>
        node < 0 || nodes.scoreText[node] === -2 ? undefined : nodes.score.subarray(node, node + 1)
  }
  return (tree) => classLeaves(tree, prediction.classes, isVote(plan))
}

function classLeaves(tree: TreePlan, classes: Classes, votes: boolean): LeafOf {
  const { winners, shares } = classTable(tree, classes)
  const size = classes.texts.length
  return (node) => {
    const winner = winners[node] ?? NaN
    if (Number.isNaN(winner)) return undefined
    if (!votes) return shares.subarray(node * size, (node + 1) * size)
    const vote = new Float64Array(size)
    vote[winner] = 1
    return vote
  }
}

/** The fields that splits look at. */
export class Features {
  readonly slots: number[] = []
  /** 1 for a text. */
  readonly texts: number[] = []
  readonly #scope: Scope
  readonly #known = new Map<string, { readonly feature: number; readonly operand: Operand }>()

  constructor(scope: Scope) {
    this.#scope = scope
  }

  of(name: string): { readonly feature: number; readonly operand: Operand } {
    let entry = this.#known.get(name)
    if (entry === undefined) {
      const found = this.#scope.require(name)
      const operand = found.slot === undefined ? this.#scope.store(found) : found
      entry = { feature: this.slots.push(operand.slot!) - 1, operand }
      this.texts.push(familyOf(operand.type) === 'text' ? 1 : 0)
      this.#known.set(name, entry)
    }
    return entry
  }
}
