import { unboxed } from '../values/branches.ts'
import type { RecordValue, Value } from '../values/value.ts'

/**
 * A decision tree in arrays. Node i compares a number of the datum: below its threshold it goes to `children[2 * i]`, else to
 * `children[2 * i + 1]`; a negative child is the complement of a leaf's place. Only for datums without NaN.
 */
export interface FlatTree {
  /** Whose numbering of a datum's numbers it uses. */
  readonly owner: object
  /** False where a node compares something else than numbers by order: then only `root` and the like are set. */
  readonly numeric: boolean
  readonly features: Int32Array
  readonly thresholds: Float64Array
  readonly children: Int32Array
  readonly leaves: readonly Value[]
}

/** The places of a datum's numbers by the names of its fields. */
export type Features = ReadonlyMap<string, number>

const NODE_LIMIT = 2_000_000

/** Lays a tree out in arrays. A tree that compares other things, or has only one leaf, is not numeric. */
export function flattenTree(root: RecordValue, features: Features, owner: object): FlatTree {
  const nodes: RecordValue[] = [root]
  const leaves: Value[] = []
  const places: number[] = []
  const thresholds: number[] = []
  const children: number[] = []
  const nodeClass = root.constructor
  const childOf = (edge: Value): number => {
    const plain = unboxed(edge)
    if (plain === null || typeof plain !== 'object' || plain.constructor !== nodeClass) return ~(leaves.push(edge) - 1)
    return nodes.push(plain as RecordValue) - 1
  }
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]!
    const split = splitOf(node, features)
    if (split === undefined || nodes.length > NODE_LIMIT) return { owner, numeric: false, ...NOTHING }
    places.push(split.feature)
    thresholds.push(split.threshold)
    const [low, high] = split.swapped ? [node['fail'], node['pass']] : [node['pass'], node['fail']]
    children.push(childOf(low), childOf(high))
  }
  return {
    owner,
    numeric: true,
    features: Int32Array.from(places),
    thresholds: Float64Array.from(thresholds),
    children: Int32Array.from(children),
    leaves,
  }
}

const NOTHING = { features: new Int32Array(0), thresholds: new Float64Array(0), children: new Int32Array(0), leaves: [] }

interface Split {
  readonly feature: number
  readonly threshold: number
  /** Where true, what is below the threshold fails. */
  readonly swapped: boolean
}

/** Each order as "below": `x <= t` is below the next double, and `x > t` is not `x <= t`, since there is no NaN. */
function splitOf(node: RecordValue, features: Features): Split | undefined {
  const feature = features.get(node['field'] as string)
  const value = unboxed(node['value'])
  const operator = node['operator']
  if (feature === undefined || typeof value !== 'number' || Number.isNaN(value)) return undefined
  if (operator === '<') return { feature, threshold: value, swapped: false }
  if (operator === '<=') return { feature, threshold: above(value), swapped: false }
  if (operator === '>') return { feature, threshold: above(value), swapped: true }
  return operator === '>=' ? { feature, threshold: value, swapped: true } : undefined
}

const SCRATCH = new DataView(new ArrayBuffer(8))

/** The next double above; what is not below infinity is infinity itself, so nothing is above it: then NaN, which nothing is below of. */
function above(value: number): number {
  if (value === Infinity) return value
  if (value === 0) return Number.MIN_VALUE
  SCRATCH.setFloat64(0, value)
  SCRATCH.setBigInt64(0, SCRATCH.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return SCRATCH.getFloat64(0)
}
