import { SluiceError } from '../../core/errors.ts'
import type { Comparison, ForestOptions } from '../forest/forest.ts'

/** A node of a source tree; `ForestBuilder` asks for one at a time and the source fills it in. */
export class SourceNode {
  isLeaf = true
  /** For a leaf: the first of its values in what the source gives as leaf values. */
  value = 0
  column = 0
  threshold = 0
  left = 0
  right = 0
  missingLeft = false
  /** Not empty for a split on categories: a bit per code; codes of the set go left. */
  set: ArrayLike<number> | undefined
}

/** Describes the node with this number of a tree. It may throw. */
export type NodeReader = (node: number, into: SourceNode) => void

/** Bit sets of this many words take 64 MB. */
const MAX_WORDS = 2 ** 24

/**
 * Collects the nodes of trees that can be reached from their roots, in the form that the forest scorer takes. The source may hold
 * anything: a node that is reached twice, and a child that there isn't, are refused as `model.malformed`.
 */
export class ForestBuilder {
  readonly #roots: number[] = []
  readonly #leafValues: number[] = []
  readonly #words: number[] = []
  readonly #width: number
  readonly #node = new SourceNode()
  /** Room for twice the nodes is made when there is no more. */
  #nodes = roomFor(1024)
  #count = 0
  #categorical = false

  /** A leaf has `width` values. */
  constructor(width: number) {
    this.#width = width
  }

  get trees(): number {
    return this.#roots.length
  }

  /** Adds the tree with this root, which has no node with a number of `count` or more; leaves read their values from `values`. */
  addTree(root: number, count: number, values: ArrayLike<number>, read: NodeReader): void {
    const node = this.#node
    const pending = [root]
    const parents = [-1]
    let visited = 0
    this.#roots.push(this.#count)
    while (pending.length > 0) {
      const source = pending.pop()!
      const parent = parents.pop()!
      if (!(Number.isInteger(source) && source >= 0 && source < count))
        throw this.#malformed(`has a child ${source}; it has ${count} nodes`)
      if (++visited > count) throw this.#malformed('reaches a node twice')
      const at = this.#count
      if (parent >= 0) {
        const { left, right } = this.#nodes
        if (left[parent] === -1) left[parent] = at
        else right[parent] = at
      }
      node.set = undefined
      read(source, node)
      this.#add(node, values)
      if (node.isLeaf) continue
      pending.push(node.right, node.left)
      parents.push(at, at)
    }
  }

  #add(node: SourceNode, values: ArrayLike<number>): void {
    if (this.#count === this.#nodes.feature.length) this.#nodes = grown(this.#nodes)
    const nodes = this.#nodes
    const at = this.#count++
    nodes.left[at] = -1
    nodes.right[at] = -1
    nodes.missingLeft[at] = node.missingLeft ? 1 : 0
    nodes.start[at] = -1
    nodes.feature[at] = node.isLeaf ? -1 : node.column
    nodes.leaf[at] = -1
    if (node.isLeaf) {
      nodes.leaf[at] = this.#leafValues.length / this.#width
      for (let k = 0; k < this.#width; k++) {
        const value = values[node.value + k]
        if (value === undefined) throw this.#malformed('has a leaf without a value')
        this.#leafValues.push(value)
      }
    } else if (node.set === undefined) nodes.threshold[at] = node.threshold
    else this.#addSet(at, node.set)
  }

  #addSet(at: number, set: ArrayLike<number>): void {
    this.#categorical = true
    this.#nodes.start[at] = this.#words.length
    this.#nodes.codes[at] = set.length * 32
    if (this.#words.length + set.length > MAX_WORDS) {
      throw new SluiceError(
        'model.unsupported',
        `the sets of categories take more than ${MAX_WORDS} words of 32 bits; use fewer categories`,
      )
    }
    for (let word = 0; word < set.length; word++) this.#words.push(set[word]!)
  }

  /** The forest. */
  finish(options: ForestShape): ForestOptions {
    const end = this.#count
    const { feature, threshold, left, right, missingLeft, leaf, start, codes } = this.#nodes
    return {
      ...options,
      nodes: {
        roots: new Int32Array(this.#roots),
        feature: feature.slice(0, end),
        threshold: threshold.slice(0, end),
        left: left.slice(0, end),
        right: right.slice(0, end),
        missingLeft: missingLeft.slice(0, end),
        leaf: leaf.slice(0, end),
        ...(this.#categorical && {
          categories: { start: start.slice(0, end), codes: codes.slice(0, end), words: new Uint32Array(this.#words) },
        }),
      },
      leafValues: new Float64Array(this.#leafValues),
    }
  }

  #malformed(problem: string): SluiceError {
    return new SluiceError('model.malformed', `tree ${this.#roots.length - 1} ${problem}`)
  }
}

/** The nodes' columns of a forest, with room to spare. */
interface NodeRoom {
  readonly feature: Int32Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly right: Int32Array
  readonly missingLeft: Uint8Array
  readonly leaf: Int32Array
  readonly start: Int32Array
  readonly codes: Int32Array
}

function roomFor(nodes: number): NodeRoom {
  return {
    feature: new Int32Array(nodes),
    threshold: new Float64Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    leaf: new Int32Array(nodes),
    start: new Int32Array(nodes),
    codes: new Int32Array(nodes),
  }
}

function grown(nodes: NodeRoom): NodeRoom {
  const more = roomFor(nodes.feature.length * 2)
  for (const name of Object.keys(more) as (keyof NodeRoom)[]) more[name].set(nodes[name])
  return more
}

/** What the nodes don't say of a forest. */
export interface ForestShape extends Omit<ForestOptions, 'nodes' | 'leafValues'> {
  readonly comparison: Comparison
}
