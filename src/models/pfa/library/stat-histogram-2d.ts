import { DOUBLE, type RecordType } from '../types/type.ts'
import type { RecordValue } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { hasField } from './record-fields.ts'

const PARTS = ['under', 'mid', 'over'] as const
type Part = (typeof PARTS)[number]

/** Every flow that a record may count: by the parts of x and y that a value falls in, and what isn't a finite number. */
const FLOWS = [...PARTS.flatMap((x) => PARTS.map((y) => `${x}${y}flow`)).filter((flow) => flow !== 'midmidflow'), 'nanflow', 'infflow']

const numberAt = (record: RecordValue, field: string): number => record[field] as number

interface Axis {
  readonly bins: number
  readonly low: number
  readonly high: number
}

function axisOf(histogram: RecordValue, name: 'x' | 'y'): Axis {
  return { bins: numberAt(histogram, `${name}numbins`), low: numberAt(histogram, `${name}low`), high: numberAt(histogram, `${name}high`) }
}

function isRange({ low, high }: Axis): boolean {
  return low < high && Number.isFinite(low) && Number.isFinite(high)
}

function partOf(value: number, { low, high }: Axis): Part {
  return value >= high ? 'over' : value < low ? 'under' : 'mid'
}

function binOf(value: number, { bins, low, high }: Axis): number {
  return Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))
}

function check(site: CallSite, values: readonly number[][], [x, y]: readonly [Axis, Axis]): void {
  if (x.bins < 1 || y.bins < 1) site.fail(14092)
  if (values.length !== x.bins || values.some((row) => row.length !== y.bins)) site.fail(14090)
  if (!isRange(x) || !isRange(y)) site.fail(14091)
}

function flowOf([x, y]: readonly [number, number], axes: readonly [Axis, Axis], hasInfflow: boolean): string {
  if (Number.isNaN(x) || Number.isNaN(y)) return 'nanflow'
  if (hasInfflow && !(Number.isFinite(x) && Number.isFinite(y))) return 'infflow'
  return `${partOf(x, axes[0])}${partOf(y, axes[1])}flow`
}

function build(site: CallSite): Callable {
  const record = site.params[3] as RecordType
  const flows = new Set(FLOWS.filter((name) => hasField(site, record, { name, type: DOUBLE })))
  const hasInfflow = flows.has('infflow')
  return (x: number, y: number, ...[w, histogram]: readonly [number, RecordValue]) => {
    const values = histogram['values'] as number[][]
    const axes = [axisOf(histogram, 'x'), axisOf(histogram, 'y')] as const
    check(site, values, axes)
    const flow = flowOf([x, y], axes, hasInfflow)
    const out = histogram.$copy()
    if (flow === 'midmidflow') {
      const row = binOf(x, axes[0])
      const column = binOf(y, axes[1])
      out['values'] = values.with(row, values[row]!.with(column, values[row]![column]! + w))
    } else if (flows.has(flow)) out[flow] = numberAt(histogram, flow) + w
    return out
  }
}

/** PFA 0.8.1, Sample statistics library: histograms of two variables. */
export const STAT_HISTOGRAM_2D: readonly LibraryFunction[] = [
  {
    name: 'stat.sample.fillHistogram2d',
    signatures: [
      '(x: double, y: double, w: double, histogram: record A{xnumbins: int, xlow: double, xhigh: double, ynumbins: int, ylow: double, yhigh: double, values: array(array(double))}) -> A',
    ],
    errors: { 14090: 'wrong histogram size', 14091: 'bad histogram range', 14092: 'bad histogram scale' },
    build,
  },
]
