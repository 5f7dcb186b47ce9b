import type { CategorySets, ForestOptions } from '../../../forest/forest.ts'
import type { Step } from '../../assembly/operand.ts'

/** Sets beyond these are not told apart for every row. */
const MOST_SETS = 32

/** A forest without sets of categories: each of its sets is a feature that is 0 for a text of the set, 1 for any other, NaN for none. */
export interface ForestOfFacts {
  readonly options: ForestOptions
  /** Computes those features. */
  readonly step: Step
}

/**
 * The same forest over numbers only, where it has few different sets; else undefined. `take` takes cells for the new features.
 */
export function factsOfSets(options: ForestOptions, take: (cells: number) => number): ForestOfFacts | undefined {
  const { nodes } = options
  const columns = options.columns!
  const sets = nodes.categories!
  const known = new Map<string, number>()
  const factOf = new Int32Array(nodes.feature.length).fill(-1)
  const owners: { readonly column: number; readonly node: number }[] = []
  for (let node = 0; node < factOf.length; node++) {
    if (sets.start[node]! < 0 || nodes.feature[node] === -1) continue
    const key = `${nodes.feature[node]} ${wordsOf(sets, node).join(' ')}`
    let fact = known.get(key)
    if (fact === undefined) {
      if (owners.length === MOST_SETS) return undefined
      fact = owners.push({ column: columns[nodes.feature[node]!]!, node }) - 1
      known.set(key, fact)
    }
    factOf[node] = fact
  }
  const first = take(owners.length)
  return {
    options: {
      ...options,
      features: options.features + owners.length,
      columns: Int32Array.from([...columns, ...owners.map((_, i) => first + i)]),
      nodes: {
        roots: nodes.roots,
        left: nodes.left,
        right: nodes.right,
        missingLeft: nodes.missingLeft,
        leaf: nodes.leaf,
        feature: nodes.feature.map((feature, node) => (factOf[node]! < 0 ? feature : options.features + factOf[node]!)),
        threshold: nodes.threshold.map((threshold, node) => (factOf[node]! < 0 ? threshold : 0.5)),
      },
    },
    step: stepOf(sets, owners, first),
  }
}

function wordsOf(sets: CategorySets, node: number): Uint32Array {
  const start = sets.start[node]!
  return sets.words.subarray(start, start + Math.ceil(sets.codes[node]! / 32))
}

function stepOf(sets: CategorySets, owners: readonly { readonly column: number; readonly node: number }[], first: number): Step {
  const column = Int32Array.from(owners, (owner) => owner.column)
  const start = Int32Array.from(owners, ({ node }) => sets.start[node]!)
  const codes = Int32Array.from(owners, ({ node }) => sets.codes[node]!)
  const { words } = sets
  return (cells, at) => {
    for (let i = 0; i < column.length; i++) {
      const code = cells[at + column[i]!]!
      const known = code >= 0 && code < codes[i]! && Math.floor(code) === code
      cells[at + first + i] = known ? 1 - ((words[start[i]! + (code >> 5)]! >>> (code & 31)) & 1) : code !== code ? NaN : 1
    }
  }
}
