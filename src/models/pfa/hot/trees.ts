import type { RecordType } from '../types/type.ts'
import { propertyOf, type RecordValue } from '../values/value.ts'
import { flattenTree } from './flat-tree.ts'
import type { TreeWalk } from '../compile/operand.ts'
import type { HotCall, HotFunction, HotTable, Written } from './hot-function.ts'

const NUMBERS: ReadonlySet<string> = new Set(['int', 'float', 'double'])

/**
 * Walks of trees that compare numbers. A tree is laid out in arrays when it is walked a second time, and kept with its root, which never
 * changes; the numbers of a datum are read once for all trees. Whatever is not such a tree, or has a NaN, is left to the library.
 */
function treeWalk({ site, given, define, variable, library }: HotCall, careful: (call: string) => string): Written | undefined {
  const datum = site.params[0] as RecordType
  const fields = datum.fields.filter(({ type }) => NUMBERS.has(type.kind))
  if (fields.length === 0) return undefined
  const features = new Map(fields.map(({ name }, i) => [name, i]))
  const owner = {}
  const flatten = site.constant((root: RecordValue) => {
    // The first walk only leaves a mark: a tree that is made anew for each record is not worth it.
    root['$flat'] = root['$flat'] === 0 ? flattenTree(root, features, owner) : 0
    return root['$flat']
  })
  const numbers = variable(`new Float64Array(${fields.length})`)
  const last = variable('null')
  const whole = variable('true')
  const reads = fields.map(({ name }, i) => `${numbers}[${i}] = d.${propertyOf(name)}; sum += ${numbers}[${i}] * 0;`).join('\n')
  const read = define(`(d) {\nlet sum = 0;\n${reads}\n${whole} = sum === 0 || !(${numbers}.includes(NaN));\n${last} = d;\n}`)
  const slow = site.constant(library())
  const walk: TreeWalk = { datum: given[0]!, root: given[1]!, read, numbers, whole, last, features }
  const code = define(`(d, root, test) {
if (d !== ${last}) ${read}(d);
let flat = root.$flat;
if (flat === undefined || flat === 0 || flat.owner !== ${site.constant(owner)}) flat = ${flatten}(root);
if (flat === 0 || !flat.numeric || !${whole}) return ${careful(slow)};
const { features, thresholds, children } = flat;
let n = 0;
do { n = children[2 * n + (${numbers}[features[n]] < thresholds[n] ? 0 : 1)]; } while (n >= 0);
return flat.leaves[~n];
}`)
  return { code, walk }
}

const simpleTree: HotFunction = (call, [datum, tree]) => {
  const written = treeWalk(call, (slow) => `${slow}(d, root)`)
  return written && { ...written, code: `${written.code}(${datum}, ${tree})` }
}

/** A walk whose test is nothing but `model.tree.simpleTest` of the datum and the node. */
const simpleWalk: HotFunction = (call, [datum, tree, test]) => {
  if (call.given[2]?.alias !== 'model.tree.simpleTest') return undefined
  const written = treeWalk(call, (slow) => `${slow}(d, root, test)`)
  return written && { ...written, code: `${written.code}(${datum}, ${tree}, ${test})` }
}

/** PFA 0.8.1, Decision and regression trees. */
export const HOT_TREES: HotTable = { 'model.tree.simpleTree': simpleTree, 'model.tree.simpleWalk': simpleWalk }
