import type { HotCall, HotFunction, HotTable } from './hot-function.ts'

/** What a distance adds up for a component, given its difference `z`, and what becomes of the sum. */
interface Distance {
  readonly code: number
  readonly add: string
  readonly finish: string
}

/** A distance by absolute differences, of vectors without missing components or weights. */
function distance({ code, add, finish }: Distance): HotFunction {
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

const closest: HotFunction = ({ site, given, define }, args) => {
  const fail = site.constant(site.fail)
  const metric = given.length === 3 ? 'm' : defaultMetric(define)
  const name = define(`(x, cs, m) {
const n = cs.length;
if (n === 0) ${fail}(29000);
let best = cs[0];
let least = ${metric}(x, best.center);
for (let i = 1; i < n; i++) {
const c = cs[i];
const d = ${metric}(x, c.center);
if (d < least) { best = c; least = d; }
}
return best;
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
  'metric.euclidean': distance({ code: 28030, add: 'sum += z * z;', finish: `Math.sqrt(${WHOLE})` }),
  'metric.squaredEuclidean': distance({ code: 28040, add: 'sum += z * z;', finish: WHOLE }),
  'metric.taxicab': distance({ code: 28060, add: 'sum += Math.abs(z);', finish: WHOLE }),
  'metric.chebyshev': distance({ code: 28050, add: 'const m = Math.abs(z); sum = m > sum ? m : sum;', finish: WHOLE }),
  'model.cluster.closest': closest,
}
