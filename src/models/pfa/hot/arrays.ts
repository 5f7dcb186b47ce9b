import type { TreeWalk } from '../compile/operand.ts'
import type { Value } from '../values/value.ts'
import { flattenForest } from './flat-forest.ts'
import type { HotCall, HotFunction, HotTable, Written } from './hot-function.ts'

const map: HotFunction = (call, [array, f]) => {
  const walk = call.given[1]?.walk
  const trees = call.given[0]?.literal?.value
  if (walk !== undefined && Array.isArray(trees)) return mapForest(call, { walk, trees, array: array!, f: f! })
  const name = call.define('(a, f) { const out = []; for (let i = 0; i < a.length; i++) out.push(f(a[i])); return out; }')
  return { code: `${name}(${array}, ${f})` }
}

interface ForestMap {
  readonly walk: TreeWalk
  readonly trees: readonly Value[]
  readonly array: string
  readonly f: string
}

/**
 * All trees of a constant array over one datum, four at a time, so that the processor waits for four nodes at once. They are laid out when
 * the first datum comes.
 */
function mapForest({ site, define, variable }: HotCall, { walk, trees, array, f }: ForestMap): Written {
  const { numbers, whole, last, read, datum } = walk
  const forest = variable('undefined')
  const flatten = site.constant(() => flattenForest(trees, walk.features) ?? null)
  const step = (n: string): string => `${n} = steps[2 * ${n} + 1] + Number(x[steps[2 * ${n}]] < thresholds[${n}]);`
  const name = define(`(a, f, d) {
if (d !== ${last}) ${read}(d);
if (${forest} === undefined) ${forest} = ${flatten}();
const out = [];
if (!${whole} || ${forest} === null) { for (let i = 0; i < a.length; i++) out.push(f(a[i])); return out; }
const { roots, depths, steps, thresholds, leaves } = ${forest}, x = ${numbers};
let t = 0;
for (; t + 4 <= ${trees.length}; t += 4) {
let p = roots[t], q = roots[t + 1], r = roots[t + 2], s = roots[t + 3];
for (let level = depths[t >> 2]; level > 0; level--) {
${['p', 'q', 'r', 's'].map(step).join('\n')}
}
out.push(leaves[p], leaves[q], leaves[r], leaves[s]);
}
for (; t < ${trees.length}; t++) {
let p = roots[t];
for (let level = depths[t >> 2]; level > 0; level--) { ${step('p')} }
out.push(leaves[p]);
}
return out;
}`)
  return { code: `${name}(${array}, ${f}, ${datum.code})` }
}

/** Loops over arrays that call a function of the document: written out, so that the function can be inlined. */
export const HOT_ARRAYS: HotTable = {
  'a.map': map,
  'a.filter': ({ define }, [array, f]) => {
    const name = define(
      '(a, f) { const out = []; for (let i = 0; i < a.length; i++) { const x = a[i]; if (f(x)) out.push(x); } return out; }',
    )
    return { code: `${name}(${array}, ${f})` }
  },
  'a.fold': ({ define }, [array, zero, f]) => {
    const name = define('(a, z, f) { let t = z; for (let i = 0; i < a.length; i++) t = f(t, a[i]); return t; }')
    return { code: `${name}(${array}, ${zero}, ${f})` }
  },
}
