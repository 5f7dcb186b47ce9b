import { DOUBLE, type ArrayType, type RecordType } from '../types/type.ts'
import type { RecordValue } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { hasField } from './record-fields.ts'

/** Which moments a state keeps beside its count: none, the mean, or mean and variance. */
type Level = 0 | 1 | 2

function levelOf(site: CallSite, record: RecordType): Level {
  const mean = hasField(site, record, { name: 'mean', type: DOUBLE })
  const variance = hasField(site, record, { name: 'variance', type: DOUBLE })
  if (variance && !mean) return site.refuse(`record ${record.name} has a field 'variance'; ${site.name} then wants a field 'mean' too`)
  return variance ? 2 : mean ? 1 : 0
}

const numberAt = (record: RecordValue, field: string): number => record[field] as number

function update(x: number, w: number, state: RecordValue, level: Level): RecordValue {
  const out = state.$copy()
  const before = numberAt(state, 'count')
  const count = before + w
  out['count'] = count
  if (level === 0) return out
  const mean = numberAt(state, 'mean')
  const delta = x - mean
  const shift = (delta * w) / count
  out['mean'] = mean + shift
  if (level === 2) out['variance'] = (numberAt(state, 'variance') * before + before * delta * shift) / count
  return out
}

/** The values of the first record of a window, where they are known; another field can't be. */
const FIRST: ReadonlyMap<string, (x: number, w: number) => number> = new Map<string, (x: number, w: number) => number>([
  ['x', (x) => x],
  ['w', (_x, w) => w],
  ['count', (_x, w) => w],
  ['mean', (x) => x],
  ['variance', () => 0],
])

function firstOfWindow(site: CallSite, record: RecordType): (x: number, w: number) => RecordValue[] {
  return (x, w) => {
    const out = site.blank(record)
    for (const { name } of record.fields) {
      const value = FIRST.get(name)
      if (value === undefined) return site.fail(14021)
      out[name] = value(x, w)
    }
    return [out]
  }
}

/** A full window's next record: the new value comes in, and those that leave are taken out of the moments one by one. */
function slide(
  x: number,
  w: number,
  state: readonly RecordValue[],
  { leaving, level }: { leaving: readonly RecordValue[]; level: Level },
): RecordValue {
  const last = state.at(-1)!
  const out = last.$copy()
  const before = numberAt(last, 'count')
  let count = before + w
  out['x'] = x
  out['w'] = w
  if (level === 0) {
    for (const old of leaving) count -= numberAt(old, 'w')
    out['count'] = count
    return out
  }
  let mean = numberAt(last, 'mean')
  const delta = x - mean
  const shift = (delta * w) / count
  mean += shift
  let spread = before * delta * shift
  for (const old of leaving) {
    const weight = -numberAt(old, 'w')
    const rest = count + weight
    const oldDelta = numberAt(old, 'x') - mean
    const oldShift = (oldDelta * weight) / rest
    mean += oldShift
    spread += count * oldDelta * oldShift
    count = rest
  }
  out['count'] = count
  out['mean'] = mean
  if (level === 2) out['variance'] = (numberAt(last, 'variance') * before + spread) / count
  return out
}

function buildWindow(site: CallSite): Callable {
  const record = (site.params[2] as ArrayType).items as RecordType
  const level = levelOf(site, record)
  const first = firstOfWindow(site, record)
  return (x: number, w: number, state: RecordValue[], windowSize: number) => {
    if (windowSize < 2) return site.fail(14020)
    if (state.length === 0) return first(x, w)
    const split = Math.max(0, state.length - windowSize + 1)
    return [...state.slice(split), slide(x, w, state, { leaving: state.slice(0, split), level })]
  }
}

/** PFA 0.8.1, Sample statistics library (`stat.sample.*`): count, mean and variance. */
export const STAT_MOMENTS: readonly LibraryFunction[] = [
  {
    name: 'stat.sample.update',
    signatures: ['(x: double, w: double, state: record A{count: double}) -> A'],
    build(site) {
      const level = levelOf(site, site.params[2] as RecordType)
      return (x: number, w: number, state: RecordValue) => update(x, w, state, level)
    },
  },
  {
    name: 'stat.sample.updateWindow',
    signatures: ['(x: double, w: double, state: array(record A{x: double, w: double, count: double}), windowSize: int) -> array(A)'],
    errors: { 14020: 'windowSize must be at least 2', 14021: 'cannot initialize unrecognized fields' },
    build: buildWindow,
  },
  {
    name: 'stat.sample.updateEWMA',
    signatures: ['(x: double, alpha: double, state: record A{mean: double}) -> A'],
    errors: { 14030: 'alpha out of range' },
    build(site) {
      const withVariance = hasField(site, site.params[2] as RecordType, { name: 'variance', type: DOUBLE })
      return (x: number, alpha: number, state: RecordValue) => {
        if (alpha < 0 || alpha > 1) return site.fail(14030)
        const out = state.$copy()
        const diff = x - numberAt(state, 'mean')
        const incr = alpha * diff
        out['mean'] = numberAt(state, 'mean') + incr
        if (withVariance) out['variance'] = (1 - alpha) * (numberAt(state, 'variance') + diff * incr)
        return out
      }
    },
  },
]
