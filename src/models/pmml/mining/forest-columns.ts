import type { CategorySets, ForestOptions } from '../../forest/forest.ts'

/** What a split is. The left child is where the test holds. */
export type Split =
  | { readonly kind: 'number'; readonly feature: number; readonly threshold: number }
  | { readonly kind: 'text'; readonly feature: number; readonly codes: readonly number[] }

/** Collects the nodes of a forest as columns. */
export class ForestColumns {
  readonly #roots: number[] = []
  readonly #feature: number[] = []
  readonly #threshold: number[] = []
  readonly #left: number[] = []
  readonly #right: number[] = []
  readonly #missingLeft: number[] = []
  readonly #leaf: number[] = []
  readonly #leafValues: number[] = []
  #leaves = 0
  readonly #setStart: number[] = []
  readonly #setCodes: number[] = []
  readonly #words: number[] = []
  #hasSets = false

  /** How many nodes there are. */
  get count(): number {
    return this.#feature.length
  }

  addRoot(node: number): void {
    this.#roots.push(node)
  }

  addLeaf(values: Float64Array): number {
    for (const value of values) this.#leafValues.push(value)
    this.#push(-1, 0, 0)
    this.#leaf[this.count - 1] = this.#leaves++
    return this.count - 1
  }

  addSplit(split: Split, missingLeft: boolean): number {
    this.#push(split.feature, split.kind === 'number' ? split.threshold : 0, missingLeft ? 1 : 0)
    if (split.kind === 'text') this.#addSet(split.codes)
    return this.count - 1
  }

  setChildren(node: number, left: number, right: number): void {
    this.#left[node] = left
    this.#right[node] = right
  }

  finish(outputs: number): Pick<ForestOptions, 'nodes' | 'leafValues' | 'outputs'> {
    const categories: CategorySets = {
      start: Int32Array.from(this.#setStart),
      codes: Int32Array.from(this.#setCodes),
      words: Uint32Array.from(this.#words),
    }
    return {
      outputs,
      leafValues: Float64Array.from(this.#leafValues),
      nodes: {
        roots: Int32Array.from(this.#roots),
        feature: Int32Array.from(this.#feature),
        threshold: Float64Array.from(this.#threshold),
        left: Int32Array.from(this.#left),
        right: Int32Array.from(this.#right),
        missingLeft: Uint8Array.from(this.#missingLeft),
        leaf: Int32Array.from(this.#leaf),
        ...(this.#hasSets && { categories }),
      },
    }
  }

  #push(feature: number, threshold: number, missingLeft: number): void {
    this.#feature.push(feature)
    this.#threshold.push(threshold)
    this.#left.push(-1)
    this.#right.push(-1)
    this.#missingLeft.push(missingLeft)
    this.#leaf.push(-1)
    this.#setStart.push(-1)
    this.#setCodes.push(0)
  }

  #addSet(codes: readonly number[]): void {
    this.#hasSets = true
    const count = codes.reduce((most, code) => Math.max(most, code + 1), 0)
    const start = this.#words.length
    for (let word = 0; word < Math.ceil(count / 32); word++) this.#words.push(0)
    for (const code of codes) this.#words[start + (code >> 5)]! |= 1 << (code & 31)
    this.#setStart[this.count - 1] = start
    this.#setCodes[this.count - 1] = count
  }
}
