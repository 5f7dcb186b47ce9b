import type { RecordType } from '../types/type.ts'
import { propertyOf } from '../values/value.ts'
import type { HotFunction, HotTable } from './hot-function.ts'

/** `stat.sample.update` for states whose fields are known: one new record, and no copy that is written to. */
const update: HotFunction = ({ site, define, library, classOf }, [x, w, state]) => {
  // What the library refuses is refused here too.
  library()
  const { fields } = site.params[2] as RecordType
  const kept = (name: string): boolean => fields.some((field) => field.name === name && field.type.kind === 'double')
  if (!fields.every(({ name }) => (name !== 'mean' && name !== 'variance' ? true : kept(name)))) return undefined
  const next: Readonly<Record<string, string>> = { count: 'c', mean: 'm + h', variance: '(s.variance * b + b * d * h) / c' }
  const values = fields.map(({ name }) => (Object.hasOwn(next, name) ? next[name]! : `s.${propertyOf(name)}`))
  const moments = kept('mean') ? 'const m = s.mean; const d = x - m; const h = (d * w) / c;' : ''
  const name = define(`(x, w, s) {
const b = s.count; const c = b + w; ${moments}
return new ${classOf(site.params[2] as RecordType)}(${values.join(', ')});
}`)
  return { code: `${name}(${x}, ${w}, ${state})` }
}

/** PFA 0.8.1, `stat.sample.*`. */
export const HOT_STATISTICS: HotTable = { 'stat.sample.update': update }
