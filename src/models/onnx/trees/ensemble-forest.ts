import type { ForestOptions } from '../../forest/forest.ts'
import { ForestBuilder } from '../../trees/forest-builder.ts'
import type { Attribute } from './attributes.ts'
import { leafRows, type LeafWeights } from './leaf-rows.ts'

/** A forest with float32 sums, as ONNX Runtime makes them with one thread. */
export interface EnsembleForest {
  readonly forest: ForestOptions
  /** Whether each tree adds to the same sums in all its leaves, and each sum is added to by some tree. */
  readonly complete: boolean
}

/** For each mode of a split: whether the comparison is strict, and whether the side where it holds is the greater one. */
const MODES: Readonly<Record<string, { readonly strict: boolean; readonly greater: boolean }>> = {
  BRANCH_LEQ: { strict: false, greater: false },
  BRANCH_LT: { strict: true, greater: false },
  BRANCH_GT: { strict: false, greater: true },
  BRANCH_GTE: { strict: true, greater: true },
}

const NONE: Attribute = { ints: [], floats: [], strings: [] }

/**
 * The forest of a TreeEnsembleRegressor or TreeEnsembleClassifier (ai.onnx.ml, versions 1 to 3) over so many features and sums.
 * Undefined where it has splits that a forest has not (on equality), or is not well formed: ONNX Runtime then says what it makes of it.
 */
export function readEnsemble(
  attributes: ReadonlyMap<string, Attribute>,
  leaves: LeafWeights,
  { features, sums }: { readonly features: number; readonly sums: number },
): EnsembleForest | undefined {
  const ints = (name: string): readonly number[] => (attributes.get(`nodes_${name}`) ?? NONE).ints
  const [trees, ids, truths, falsehoods, featureIds] = [
    ints('treeids'),
    ints('nodeids'),
    ints('truenodeids'),
    ints('falsenodeids'),
    ints('featureids'),
  ]
  const modes = (attributes.get('nodes_modes') ?? NONE).strings
  const values = (attributes.get('nodes_values') ?? NONE).floats
  const tracksTrue = ints('missing_value_tracks_true')
  const count = trees.length
  const fits = [ids, truths, falsehoods, featureIds, modes, values].every((list) => list.length === count)
  if (!fits || count === 0 || (tracksTrue.length !== 0 && tracksTrue.length !== count)) return undefined
  const places = placesOf(trees, ids)
  const rows = places && leafRows({ trees, isLeaf: (node) => modes[node] === 'LEAF', find: places.find }, leaves, sums)
  if (places === undefined || rows === undefined) return undefined

  const { values: leafValues, targets } = rows
  const builder = new ForestBuilder(targets ? 1 : sums)
  const used: number[] = []
  let failed = false
  for (let root = 0; root < count; root++) {
    if (root > 0 && trees[root] === trees[root - 1]) continue
    used.push(root)
    builder.addTree(root, count, leafValues, (at, node) => {
      node.isLeaf = modes[at] === 'LEAF'
      node.value = rows.first[at]!
      if (node.isLeaf) return
      const mode = MODES[modes[at]!]
      const [yes, no] = [places.find(trees[at]!, truths[at]!), places.find(trees[at]!, falsehoods[at]!)]
      const threshold = mode?.strict === true ? floatBelow(values[at]!) : values[at]!
      if (mode === undefined || yes < 0 || no < 0 || !(featureIds[at]! >= 0 && featureIds[at]! < features)) failed = true
      if (Number.isNaN(threshold) || values[at] === -Infinity) failed = true
      // Where a forest can't be made, the rest of it does not matter.
      node.isLeaf = failed
      node.value = 0
      node.column = featureIds[at]!
      node.threshold = threshold
      node.left = mode?.greater === true ? no : yes
      node.right = mode?.greater === true ? yes : no
      // NaN compares as false, unless the node says otherwise.
      node.missingLeft = (tracksTrue[at] === 1) !== (mode?.greater === true)
    })
  }
  if (failed) return undefined
  const forest = builder.finish({
    outputs: sums,
    features,
    comparison: 'lessOrEqual',
    singlePrecision: true,
    singlePrecisionSums: true,
    ...(targets && { targets: Int32Array.from(used, (root) => targets[root]!) }),
  })
  return { forest, complete: rows.complete }
}

interface Places {
  /** The place of a tree's node in the lists, or -1. */
  readonly find: (tree: number, id: number) => number
}

function placesOf(trees: readonly number[], ids: readonly number[]): Places | undefined {
  const known = new Map<number, number>()
  const begun = new Set<number>()
  const key = (tree: number, id: number): number => tree * 2 ** 26 + id
  for (let at = 0; at < trees.length; at++) {
    const [tree, id] = [trees[at]!, ids[at]!]
    if (tree < 0 || tree >= 2 ** 26 || id < 0 || id >= 2 ** 26 || known.has(key(tree, id))) return undefined
    known.set(key(tree, id), at)
    if (tree === trees[at - 1]) continue
    // A tree whose nodes don't stand together is read differently from version to version.
    if (begun.has(tree)) return undefined
    begun.add(tree)
  }
  return { find: (tree, id) => (id < 0 || id >= 2 ** 26 ? -1 : (known.get(key(tree, id)) ?? -1)) }
}

const bits = new DataView(new ArrayBuffer(4))

/** The largest float32 below a float32 that is not -Infinity: x < t exactly where x is at most that. */
function floatBelow(value: number): number {
  if (value === 0) return -(2 ** -149)
  bits.setFloat32(0, value)
  bits.setInt32(0, bits.getInt32(0) + (value > 0 ? -1 : 1))
  return bits.getFloat32(0)
}
