import type { CategorySets, ForestNodes, ForestOptions } from '../../../forest/forest.ts'

/** Where a row goes that has no result in a tree. */
export const NO_RESULT = -1

/** What a split is. The left child is where the test holds. A set is one of text codes, or of small whole numbers. */
export type Split =
  | { readonly kind: 'number'; readonly feature: number; readonly threshold: number }
  | { readonly kind: 'set'; readonly feature: number; readonly codes: readonly number[] }

/** The forest, and where it sends missing values. */
export interface FinishedForest {
  readonly options: Pick<ForestOptions, 'nodes' | 'leafValues' | 'outputs'>
  /** Per split: the node, `NO_RESULT`, or -2 - i for row i of `strayLeaves`. */
  readonly missingTo: Int32Array
  /** Results that only rows with missing values have. */
  readonly strayLeaves: Float64Array
  /** Where true, missing values always go to a child of their split, as the forest's own `missingLeft` says. */
  readonly takesMissing: boolean
}

/** Collects the nodes of a forest as columns. */
export class ForestColumns {
  readonly #roots: number[] = []
  #feature: Int32Array
  #threshold: Float64Array
  #left: Int32Array
  #right: Int32Array
  #missingTo: Int32Array
  #leaf: Int32Array
  #setStart: Int32Array
  #setCodes: Int32Array
  readonly #leafValues: number[] = []
  readonly #strayValues: number[] = []
  readonly #words: number[] = []
  #count = 0
  #leaves = 0
  #strays = 0
  #hasSets = false

  /** `capacity` is how many nodes there will be, about. */
  constructor(capacity: number) {
    this.#feature = new Int32Array(capacity)
    this.#threshold = new Float64Array(capacity)
    this.#left = new Int32Array(capacity).fill(-1)
    this.#right = new Int32Array(capacity).fill(-1)
    this.#missingTo = new Int32Array(capacity).fill(NO_RESULT)
    this.#leaf = new Int32Array(capacity)
    // Room for sets is made with the first of them.
    this.#setStart = new Int32Array(0)
    this.#setCodes = new Int32Array(0)
  }

  addRoot(node: number): void {
    this.#roots.push(node)
  }

  addLeaf(values: Float64Array): number {
    for (let i = 0; i < values.length; i++) this.#leafValues.push(values[i]!)
    return this.#push(-1, 0, this.#leaves++)
  }

  /** A leaf that is no child of a split; for `setMissing` only. */
  addStrayLeaf(values: Float64Array): number {
    for (let i = 0; i < values.length; i++) this.#strayValues.push(values[i]!)
    return -2 - this.#strays++
  }

  /** A split whose children and missing values are to be told where they go. */
  addSplit(split: Split): number {
    if (split.kind === 'number') return this.#push(split.feature, split.threshold, -1)
    const node = this.#push(split.feature, 0, -1)
    this.#addSet(node, split.codes)
    return node
  }

  setChild(split: number, left: boolean, child: number): void {
    if (left) this.#left[split] = child
    else this.#right[split] = child
  }

  childOf(split: number, left: boolean): number {
    return left ? this.#left[split]! : this.#right[split]!
  }

  featureOf(split: number): number {
    return this.#feature[split]!
  }

  setMissing(split: number, to: number): void {
    this.#missingTo[split] = to
  }

  finish(outputs: number): FinishedForest {
    const missingLeft = new Uint8Array(this.#count)
    let takesMissing = true
    for (let node = 0; node < this.#count; node++) {
      if (this.#feature[node] === -1) continue
      if (this.#missingTo[node] === this.#left[node]) missingLeft[node] = 1
      else if (this.#missingTo[node] !== this.#right[node]) takesMissing = false
    }
    const nodes: ForestNodes = {
      roots: Int32Array.from(this.#roots),
      feature: this.#feature.subarray(0, this.#count),
      threshold: this.#threshold.subarray(0, this.#count),
      left: this.#left.subarray(0, this.#count),
      right: this.#right.subarray(0, this.#count),
      missingLeft,
      leaf: this.#leaf.subarray(0, this.#count),
      ...(this.#hasSets && { categories: this.#categories() }),
    }
    return {
      options: { outputs, leafValues: Float64Array.from(this.#leafValues), nodes },
      missingTo: this.#missingTo.subarray(0, this.#count),
      strayLeaves: Float64Array.from(this.#strayValues),
      takesMissing,
    }
  }

  #categories(): CategorySets {
    return {
      start: this.#setStart.subarray(0, this.#count),
      codes: this.#setCodes.subarray(0, this.#count),
      words: Uint32Array.from(this.#words),
    }
  }

  #push(feature: number, threshold: number, leaf: number): number {
    const node = this.#count++
    if (node === this.#feature.length) this.#grow()
    this.#feature[node] = feature
    this.#threshold[node] = threshold
    this.#leaf[node] = leaf
    return node
  }

  #grow(): void {
    const room = Math.ceil(this.#count * 1.3) + 16
    const grown = (from: Int32Array, rest: number): Int32Array => {
      const into = new Int32Array(room).fill(rest, from.length)
      into.set(from)
      return into
    }
    this.#feature = grown(this.#feature, 0)
    this.#left = grown(this.#left, -1)
    this.#right = grown(this.#right, -1)
    this.#missingTo = grown(this.#missingTo, NO_RESULT)
    this.#leaf = grown(this.#leaf, 0)
    if (this.#hasSets) this.#setStart = grown(this.#setStart, -1)
    if (this.#hasSets) this.#setCodes = grown(this.#setCodes, 0)
    const threshold = new Float64Array(room)
    threshold.set(this.#threshold)
    this.#threshold = threshold
  }

  #addSet(node: number, codes: readonly number[]): void {
    if (!this.#hasSets) {
      this.#setStart = new Int32Array(this.#feature.length).fill(-1)
      this.#setCodes = new Int32Array(this.#feature.length)
    }
    this.#hasSets = true
    const count = codes.reduce((most, code) => Math.max(most, code + 1), 0)
    const start = this.#words.length
    for (let word = 0; word < Math.ceil(count / 32); word++) this.#words.push(0)
    for (const code of codes) this.#words[start + (code >> 5)]! |= 1 << (code & 31)
    this.#setStart[node] = start
    this.#setCodes[node] = count
  }
}
