/** The leaf weights of an ensemble as lists: what a leaf adds to which sum. */
export interface LeafWeights {
  readonly trees: readonly number[]
  readonly nodes: readonly number[]
  readonly ids: readonly number[]
  readonly weights: readonly number[]
}

/** The leaf weights as rows. */
export interface LeafRows {
  /** By node: where its values begin; 0 where it is no leaf. */
  readonly first: Int32Array
  readonly values: Float64Array
  /** By node that is a tree's first: the only sum that the tree adds to. Absent where some tree adds to several. */
  readonly targets: Int32Array | undefined
  /** Whether each tree adds to the same sums in all its leaves, and each sum is added to by some tree. */
  readonly complete: boolean
}

/** The nodes of an ensemble, as far as leaves are concerned. */
export interface LeafNodes {
  /** By node: its tree. Nodes of a tree stand together. */
  readonly trees: readonly number[]
  readonly isLeaf: (node: number) => boolean
  readonly find: (tree: number, id: number) => number
}

/**
 * Puts the weights of leaves in rows. Undefined where a weight is of no leaf or no sum, or a second one for the same, and where a
 * leaf has none for the only sum.
 */
export function leafRows(nodes: LeafNodes, { trees, nodes: ids, ids: sumIds, weights }: LeafWeights, sums: number): LeafRows | undefined {
  if (trees.length !== ids.length || trees.length !== sumIds.length || trees.length !== weights.length) return undefined
  const count = nodes.trees.length
  const leafOf = new Int32Array(count).fill(-1)
  let leaves = 0
  for (let node = 0; node < count; node++) if (nodes.isLeaf(node)) leafOf[node] = leaves++
  const values = new Float64Array(leaves * sums)
  const has = new Uint8Array(leaves * sums)
  for (let i = 0; i < trees.length; i++) {
    const leaf = leafOf[nodes.find(trees[i]!, ids[i]!)] ?? -1
    const sum = sumIds[i]!
    if (leaf < 0 || !(sum >= 0 && sum < sums) || has[leaf * sums + sum] === 1) return undefined
    values[leaf * sums + sum] = weights[i]!
    has[leaf * sums + sum] = 1
  }
  if (sums === 1 && has.includes(0)) return undefined
  const { targets, complete } = targetsOf(nodes, { leafOf, has, sums })
  const first = Int32Array.from(leafOf, (leaf) => Math.max(0, leaf) * (targets ? 1 : sums))
  if (targets === undefined) return { first, values, targets, complete }
  const single = new Float64Array(leaves)
  for (let node = 0, target = 0; node < count; node++) {
    if (nodes.trees[node] !== nodes.trees[node - 1]) target = targets[node]!
    if (leafOf[node]! >= 0) single[leafOf[node]!] = values[leafOf[node]! * sums + target]!
  }
  return { first, values: single, targets, complete }
}

/** Which sums trees add to. */
function targetsOf(
  { trees }: LeafNodes,
  { leafOf, has, sums }: { readonly leafOf: Int32Array; readonly has: Uint8Array; readonly sums: number },
): Pick<LeafRows, 'targets' | 'complete'> {
  const targets = new Int32Array(trees.length)
  const reached = new Uint8Array(sums)
  let [isSingle, isUniform] = [sums > 1, true]
  for (let root = 0, end = 0; root < trees.length; root = end) {
    let leaf = -1
    for (end = root; end < trees.length && trees[end] === trees[root]; end++) {
      if (leafOf[end] === -1) continue
      if (leaf === -1) leaf = leafOf[end]!
      for (let sum = 0; sum < sums; sum++) if (has[leaf * sums + sum] !== has[leafOf[end]! * sums + sum]) isUniform = false
    }
    let added = 0
    for (let sum = 0; sum < sums; sum++) {
      if (has[leaf * sums + sum] !== 1) continue
      added++
      targets[root] = sum
      reached[sum] = 1
    }
    if (added !== 1) isSingle = false
  }
  return { targets: isSingle && isUniform ? targets : undefined, complete: isUniform && !reached.includes(0) }
}
