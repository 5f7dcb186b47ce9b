import { PfaRuntimeError } from '../values/runtime-error.ts'
import type { HotCall, HotFunction, HotTable, Written } from './hot-function.ts'

/** What a distance adds up for a component, given its difference `z`, and what becomes of the sum. */
interface Distance {
  readonly code: number
  readonly add: string
  readonly finish: string
}

/** A distance by absolute differences, of vectors without missing components or weights. */
function byDifference({ code, add, finish }: Distance): HotFunction {
  return ({ site, given, define }: HotCall, [similarity, x, y]) => {
    if (given.length !== 3 || given[0]!.alias !== 'metric.absDiff') return undefined
    if (given.slice(1).some(({ type }) => type.kind !== 'array' || type.items.kind !== 'double')) return undefined
    const fail = site.constant(site.fail)
    const name = define(`(s, x, y) {
const n = x.length;
if (y.length !== n) ${fail}(${code});
let sum = 0;
for (let i = 0; i < n; i++) { const z = x[i] - y[i]; ${add} }
return ${finish};
}`)
    return { code: `${name}(${similarity}, ${x}, ${y})` }
  }
}

const WHOLE = '(sum * n) / n'

/** The metrics of vectors whose distances to all clusters can be computed side by side. */
const SIDE_BY_SIDE: Readonly<Record<string, Distance>> = {
  'metric.euclidean(metric.absDiff)': { code: 28030, add: 'z * z', finish: 'Math.sqrt((s * n) / n)' },
  'metric.squaredEuclidean(metric.absDiff)': { code: 28040, add: 'z * z', finish: '(s * n) / n' },
  'metric.taxicab(metric.absDiff)': { code: 28060, add: 'Math.abs(z)', finish: '(s * n) / n' },
  'metric.simpleEuclidean': { code: 28000, add: 'z * z', finish: 'Math.sqrt(s)' },
}

const VECTOR = 'array(double)'

const closest: HotFunction = (call, args) => {
  const { site, given, define } = call
  const metric = given[2]
  const distance = metric?.alias === undefined ? undefined : SIDE_BY_SIDE[metric.alias]
  const vectors = metric?.type.kind === 'fcn' && metric.type.params.every(({ key }) => key === VECTOR) && given[0]!.type.key === VECTOR
  if (distance !== undefined && vectors) return closestOfVectors(call, distance, args)
  const fail = site.constant(site.fail)
  const name = define(`(x, cs, m) {
const n = cs.length;
if (n === 0) ${fail}(29000);
let best = cs[0];
let least = m(x, best.center);
for (let i = 1; i < n; i++) {
const c = cs[i];
const d = m(x, c.center);
if (d < least) { best = c; least = d; }
}
return best;
}`)
  const whole = metric === undefined ? [...args, defaultMetric(define)] : args
  return { code: `${name}(${whole.join(', ')})` }
}

/**
 * The distances to all clusters, four at a time: then no sum waits for the one before. The centers are kept in one array, four clusters'
 * components in turns, as long as the clusters are the same array, which never changes.
 */
function closestOfVectors({ site, define, variable }: HotCall, { code, add, finish }: Distance, args: readonly string[]): Written {
  const [last, centers, size] = [variable('null'), variable('new Float64Array(0)'), variable('-1')]
  const fail = site.constant(site.fail)
  const mismatch = site.constant(() => {
    throw new PfaRuntimeError('dimensions of vectors do not match', code, 'metric')
  })
  const read = define(`(cs) {
if (cs.length === 0) ${fail}(29000);
const n = cs[0].center.length;
${last} = cs;
${size} = cs.every((c) => c.center.length === n) ? n : -1;
${centers} = new Float64Array(((cs.length + 3) & ~3) * n);
if (${size} >= 0) cs.forEach((c, j) => c.center.forEach((v, i) => { ${centers}[((j >> 2) * n + i) * 4 + (j & 3)] = v; }));
}`)
  const sum = (lane: string, offset: number): string => `{ const z = v - f[at + ${offset}]; ${lane} += ${add}; }`
  const compare = (lane: string, offset: number): string => `if (j + ${offset} < k) {
const s = ${lane}, d = ${finish};
if (d < least || j + ${offset} === 0) { best = j + ${offset}; least = d; }
}`
  const lanes = ['p', 'q', 'r', 't']
  const name = define(`(x, cs, m) {
if (cs !== ${last}) ${read}(cs);
const n = x.length, k = cs.length, f = ${centers};
if (n !== ${size}) ${mismatch}();
let best = 0, least = 0, at = 0;
for (let j = 0; j < k; j += 4) {
let p = 0, q = 0, r = 0, t = 0;
for (let i = 0; i < n; i++, at += 4) {
const v = x[i];
${lanes.map(sum).join('\n')}
}
${lanes.map(compare).join('\n')}
}
return cs[best];
}`)
  return { code: `${name}(${args.join(', ')})` }
}

function defaultMetric(define: HotCall['define']): string {
  return define(`(x, y) {
const n = Math.min(x.length, y.length);
let sum = 0;
for (let i = 0; i < n; i++) { const z = x[i] - y[i]; sum += z * z; }
return sum;
}`)
}

/** Distances and the nearest cluster (PFA 0.8.1, `metric.*` and `model.cluster.closest`). */
export const HOT_CLUSTERS: HotTable = {
  'metric.euclidean': byDifference({ code: 28030, add: 'sum += z * z;', finish: `Math.sqrt(${WHOLE})` }),
  'metric.squaredEuclidean': byDifference({ code: 28040, add: 'sum += z * z;', finish: WHOLE }),
  'metric.taxicab': byDifference({ code: 28060, add: 'sum += Math.abs(z);', finish: WHOLE }),
  'metric.chebyshev': byDifference({ code: 28050, add: 'const m = Math.abs(z); sum = m > sum ? m : sum;', finish: WHOLE }),
  'model.cluster.closest': closest,
}
