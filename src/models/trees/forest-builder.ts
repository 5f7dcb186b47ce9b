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
  readonly #feature: number[] = []
  readonly #threshold: number[] = []
  readonly #left: number[] = []
  readonly #right: number[] = []
  readonly #missingLeft: number[] = []
  readonly #leaf: number[] = []
  readonly #start: number[] = []
  readonly #codes: number[] = []
  readonly #words: number[] = []
  readonly #leafValues: number[] = []
  readonly #width: number
  readonly #node = new SourceNode()
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
    const name = `tree ${this.#roots.length}`
    const pending = [root]
    const parents = [-1]
    let visited = 0
    this.#roots.push(this.#feature.length)
    while (pending.length > 0) {
      const source = pending.pop()!
      const parent = parents.pop()!
      if (!(Number.isInteger(source) && source < count)) throw malformed(`${name} has a child ${source}; it has ${count} nodes`)
      if (++visited > count) throw malformed(`${name} reaches a node twice`)
      const at = this.#feature.length
      if (parent >= 0) (this.#left[parent] === -1 ? this.#left : this.#right)[parent] = at
      node.set = undefined
      read(source, node)
      this.#add(values)
      if (node.isLeaf) continue
      pending.push(node.right, node.left)
      parents.push(at, at)
    }
  }

  #add(values: ArrayLike<number>): void {
    const node = this.#node
    this.#left.push(-1)
    this.#right.push(-1)
    this.#feature.push(node.isLeaf ? -1 : node.column)
    this.#threshold.push(node.isLeaf || node.set ? 0 : node.threshold)
    this.#missingLeft.push(node.missingLeft ? 1 : 0)
    this.#leaf.push(node.isLeaf ? this.#leafValues.length / this.#width : -1)
    if (node.isLeaf) {
      for (let k = 0; k < this.#width; k++) {
        const value = values[node.value + k]
        if (value === undefined) throw malformed(`a leaf of tree ${this.#roots.length - 1} has no value`)
        this.#leafValues.push(value)
      }
    }
    const set = node.isLeaf ? undefined : node.set
    this.#start.push(set ? this.#words.length : -1)
    this.#codes.push(set ? set.length * 32 : 0)
    if (!set) return
    this.#categorical = true
    if (this.#words.length + set.length > MAX_WORDS) {
      throw new SluiceError(
        'model.unsupported',
        `the sets of categories take more than ${MAX_WORDS} words of 32 bits; use fewer categories`,
      )
    }
    for (let word = 0; word < set.length; word++) this.#words.push(set[word]!)
  }

  /** The forest, over `features` columns. */
  finish(options: ForestShape): ForestOptions {
    return {
      ...options,
      nodes: {
        roots: Int32Array.from(this.#roots),
        feature: Int32Array.from(this.#feature),
        threshold: Float64Array.from(this.#threshold),
        left: Int32Array.from(this.#left),
        right: Int32Array.from(this.#right),
        missingLeft: Uint8Array.from(this.#missingLeft),
        leaf: Int32Array.from(this.#leaf),
        ...(this.#categorical && {
          categories: { start: Int32Array.from(this.#start), codes: Int32Array.from(this.#codes), words: Uint32Array.from(this.#words) },
        }),
      },
      leafValues: Float64Array.from(this.#leafValues),
    }
  }
}

/** What the nodes don't say of a forest. */
export interface ForestShape extends Omit<ForestOptions, 'nodes' | 'leafValues'> {
  readonly comparison: Comparison
}

function malformed(message: string): SluiceError {
  return new SluiceError('model.malformed', message)
}
