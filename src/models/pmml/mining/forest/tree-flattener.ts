import type { Assembly } from '../../assembly/assembly.ts'
import { NODE_TEST, type TreePlan } from '../../tree/tree-plan.ts'
import type { Features } from './features.ts'
import { type ForestColumns, NO_RESULT } from './forest-columns.ts'
import type { LeafOf } from './leaves.ts'
import { isComplement, type SplitTest, splitTestOf } from './split-test.ts'

export interface FlattenerParts {
  readonly features: Features
  readonly columns: ForestColumns
  readonly assembly: Assembly
  /** What a tree without a result adds, so that the sum says it; undefined where it can't be told as a sum. */
  readonly noResult: Float64Array | undefined
}

/** A side of a split; the root of a tree for split -1. */
interface Place {
  readonly split: number
  readonly left: boolean
}

/** A node of the tree that is to be told from a place on, and those above it that begin there too. */
interface Pending {
  readonly node: number
  readonly place: Place
  readonly begins: readonly number[]
}

/**
 * Adds a tree to the columns as binary splits, with the same leaf for every row as a walk of the tree has. A node asks its children one
 * after the other, so each child is a split whose other side asks the next one; a last child that is the opposite of the one before
 * needs none. Answers false where the tree can't be told like this.
 */
export function flattenTree(plan: TreePlan, leafOf: LeafOf, parts: FlattenerParts): boolean {
  if (plan.nodes.test[0] !== NODE_TEST.true) return false
  if (plan.missingValueStrategy === 'aggregateNodes' || plan.missingValueStrategy === 'weightedConfidence') return false
  parts.features.enter(plan.head)
  return new Flattener(plan, leafOf, parts).run()
}

class Flattener {
  readonly #plan: TreePlan
  readonly #leafOf: LeafOf
  readonly #parts: FlattenerParts
  readonly #pending: Pending[] = [{ node: 0, place: { split: -1, left: false }, begins: [0] }]
  readonly #begins = new Map<number, number>()
  /** What can only be told when all is added: splits whose missing values go to a default child, or to the other side. */
  readonly #later: (() => boolean)[] = []

  constructor(plan: TreePlan, leafOf: LeafOf, parts: FlattenerParts) {
    this.#plan = plan
    this.#leafOf = leafOf
    this.#parts = parts
  }

  run(): boolean {
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop()) if (!this.#add(next)) return false
    return this.#later.every((tell) => tell())
  }

  #add({ node, place: start, begins }: Pending): boolean {
    const { end } = this.#plan.nodes
    const { columns } = this.#parts
    let place = start
    let before: SplitTest | undefined
    const splits: Place[] = []
    let isFirst = true
    const enter = (child: number): void => {
      this.#pending.push({ node: child, place, begins: isFirst ? [...begins, child] : [child] })
    }
    for (let child = node + 1; child < end[node]!; child = end[child]!) {
      const test = splitTestOf(this.#plan, child, this.#parts)
      if (test === undefined) return false
      if (test.kind === 'never') {
        if (!this.#isDefault(node, child)) continue
        if (this.#parts.features.slots.length === 0) return false
        place = this.#addNever(child, place, isFirst ? begins : [])
        isFirst = false
        continue
      }
      const opposite = end[child] === end[node] && before !== undefined && isComplement(before, test)
      if (test.kind === 'always' || opposite) {
        enter(child)
        this.#sendMissing(node, splits, opposite)
        return true
      }
      const split = columns.addSplit(test.split)
      this.#link(place, split, isFirst ? begins : [])
      isFirst = false
      this.#pending.push({ node: child, place: { split, left: !test.negated }, begins: [child] })
      place = { split, left: test.negated }
      splits.push(place)
      before = test
    }
    const isLeaf = end[node] === node + 1
    const values = (isLeaf || this.#plan.returnsLastPrediction ? this.#leafOf(node) : undefined) ?? this.#parts.noResult
    if (values === undefined) return false
    this.#link(place, columns.addLeaf(values), isFirst ? begins : [])
    this.#sendMissing(node, splits, false)
    return true
  }

  #isDefault(node: number, child: number): boolean {
    return this.#plan.missingValueStrategy === 'defaultChild' && this.#plan.nodes.defaultChild[node] === child
  }

  /** A child to which only missing values come: the set of a split that nothing is in. Answers the place where all others go on. */
  #addNever(child: number, place: Place, begins: readonly number[]): Place {
    const { columns } = this.#parts
    const split = columns.addSplit({ kind: 'set', feature: 0, codes: [] })
    this.#link(place, split, begins)
    this.#pending.push({ node: child, place: { split, left: true }, begins: [child] })
    this.#later.push(() => this.#setMissing(split, columns.childOf(split, false)))
    return { split, left: false }
  }

  #link(place: Place, to: number, begins: readonly number[]): void {
    if (place.split < 0) this.#parts.columns.addRoot(to)
    else this.#parts.columns.setChild(place.split, place.left, to)
    for (const node of begins) this.#begins.set(node, to)
  }

  /** Says for the splits of a node's children (each with its side for "not this child") where missing values go. */
  #sendMissing(node: number, splits: readonly Place[], lastIsOpposite: boolean): void {
    const { columns } = this.#parts
    const { missingValueStrategy: strategy, nodes, returnsLastPrediction } = this.#plan
    if (splits.length === 0) return
    if (strategy === 'none') {
      // An unknown test is false, and so is its opposite: then no child is taken.
      const toOther = lastIsOpposite ? splits.slice(0, -1) : splits
      for (const place of toOther) this.#later.push(() => this.#setMissing(place.split, columns.childOf(place.split, place.left)))
      if (lastIsOpposite) columns.setMissing(splits.at(-1)!.split, returnsLastPrediction ? this.#ownLeaf(node) : NO_RESULT)
      return
    }
    const chosen = nodes.defaultChild[node]!
    if (strategy === 'defaultChild' && chosen >= 0) {
      this.#later.push(() => this.#sendToDefault(splits, this.#begins.get(chosen)))
      return
    }
    const to = strategy === 'lastPrediction' ? this.#ownLeaf(node) : NO_RESULT
    for (const { split } of splits) columns.setMissing(split, to)
  }

  /** Sends what is missing to a default child, on ways that lead from child to child where all splits ask for the same. */
  #sendToDefault(splits: readonly Place[], to: number | undefined): boolean {
    const { columns, features } = this.#parts
    const cellOf = ({ split }: Place): number => features.missingWith[columns.featureOf(split)]!
    const isOwn = ({ split, left }: Place): boolean => columns.childOf(split, !left) === to
    const last = splits.at(-1)!
    const leads = splits.some(isOwn) || columns.childOf(last.split, last.left) === to
    const oneCell = splits.every((place) => cellOf(place) === cellOf(splits[0]!))
    return splits.every((place) => {
      const goesOn = oneCell && leads && !isOwn(place)
      return this.#setMissing(place.split, goesOn ? columns.childOf(place.split, place.left) : to)
    })
  }

  /** Answers false where the place is not known: a default child that no row comes to in any other way. */
  #setMissing(split: number, to: number | undefined): boolean {
    if (to === undefined) return false
    this.#parts.columns.setMissing(split, to)
    return true
  }

  /** A leaf with a node's own result. */
  #ownLeaf(node: number): number {
    const values = this.#leafOf(node)
    return values === undefined ? NO_RESULT : this.#parts.columns.addStrayLeaf(values)
  }
}
