import { arrayOf, DOUBLE, INT, type RecordType, type Type } from '../types/type.ts'
import type { RecordValue } from '../values/value.ts'
import type { CallSite, Callable, LibraryFunction } from './library-function.ts'
import { hasField } from './record-fields.ts'

/** Fields that count what has no bin. */
type Flow = 'underflow' | 'overflow' | 'nanflow' | 'infflow'

const FLOWS: readonly Flow[] = ['underflow', 'overflow', 'nanflow', 'infflow']

/** Where a value goes: to one bin, to several, or to a flow. */
type Place = number | readonly number[] | Flow

/** Checks a histogram and finds the place of x in it. */
type Placer = (x: number, histogram: RecordValue) => Place

const numberAt = (record: RecordValue, field: string): number => record[field] as number
const valuesOf = (record: RecordValue): readonly number[] => record['values'] as number[]

function ofBins(site: CallSite, hasInfflow: boolean): Placer {
  return (x, histogram) => {
    const numbins = numberAt(histogram, 'numbins')
    const low = numberAt(histogram, 'low')
    const high = numberAt(histogram, 'high')
    if (numbins < 1) return site.fail(14082)
    if (valuesOf(histogram).length !== numbins) return site.fail(14080)
    if (!(low < high) || !Number.isFinite(low) || !Number.isFinite(high)) return site.fail(14081)
    if (hasInfflow && (x === Infinity || x === -Infinity)) return 'infflow'
    if (Number.isNaN(x)) return 'nanflow'
    if (x >= high) return 'overflow'
    return x < low ? 'underflow' : Math.min(numbins - 1, Math.floor(((x - low) / (high - low)) * numbins))
  }
}

function ofBinSize(site: CallSite, hasInfflow: boolean): Placer {
  return (x, histogram) => {
    const low = numberAt(histogram, 'low')
    const binsize = numberAt(histogram, 'binsize')
    if (!(binsize > 0) || binsize === Infinity) return site.fail(14082)
    if (hasInfflow && (x === Infinity || x === -Infinity)) return 'infflow'
    if (Number.isNaN(x)) return 'nanflow'
    if (x === Infinity) return 'overflow'
    if (x < low) return 'underflow'
    const length = valuesOf(histogram).length
    const index = length === 0 ? 0 : Math.floor(((x - low) / (binsize * length)) * length)
    site.engine.checkSize(index + 1)
    return index
  }
}

function ofRanges(site: CallSite, hasInfflow: boolean): Placer {
  return (x, histogram) => {
    const ranges = histogram['ranges'] as number[][]
    if (valuesOf(histogram).length !== ranges.length) return site.fail(14080)
    for (const range of ranges) {
      if (range.length !== 2 || !range.every(Number.isFinite) || range[0]! >= range[1]!) return site.fail(14083)
    }
    if (Number.isNaN(x)) return 'nanflow'
    if (x === Infinity || x === -Infinity) return hasInfflow ? 'infflow' : 'underflow'
    const hits = [...ranges.keys()].filter((i) => x >= ranges[i]![0]! && x < ranges[i]![1]!)
    return hits.length === 0 ? 'underflow' : hits
  }
}

/** The same values with a weight added at some places; where the last place is past the end, bins are added. */
function addAt(values: readonly number[], places: readonly number[], w: number): number[] {
  const out = values.slice()
  for (const place of places) {
    while (out.length <= place) out.push(0)
    out[place]! += w
  }
  return out
}

function build(site: CallSite): Callable {
  const record = site.params[2] as RecordType
  const has = (name: string, type: Type = DOUBLE): boolean => hasField(site, record, { name, type })
  const bins = has('numbins', INT) && has('low') && has('high')
  const sizes = has('low') && has('binsize')
  const ranges = has('ranges', arrayOf(arrayOf(DOUBLE)))
  if (Number(bins) + Number(sizes) + Number(ranges) !== 1) {
    site.refuse(`record ${record.name} must have either 'numbins', 'low' and 'high', or 'low' and 'binsize', or 'ranges', for ${site.name}`)
  }
  const flows = FLOWS.filter((flow) => has(flow))
  const hasInfflow = flows.includes('infflow')
  const place = (bins ? ofBins : sizes ? ofBinSize : ofRanges)(site, hasInfflow)
  return (x: number, w: number, histogram: RecordValue) => {
    const at = place(x, histogram)
    const out = histogram.$copy()
    if (typeof at !== 'string') out['values'] = addAt(valuesOf(histogram), typeof at === 'number' ? [at] : at, w)
    for (const flow of flows) if (flow === at) out[flow] = numberAt(histogram, flow) + w
    return out
  }
}

/** PFA 0.8.1, Sample statistics library: histograms of one variable. */
export const STAT_HISTOGRAM: readonly LibraryFunction[] = [
  {
    name: 'stat.sample.fillHistogram',
    signatures: [
      'numbins: int, low: double, high: double, values: array(double)',
      'low: double, binsize: double, values: array(double)',
      'ranges: array(array(double)), values: array(double)',
    ].map((fields) => `(x: double, w: double, histogram: record A{${fields}}) -> A`),
    errors: {
      14080: 'wrong histogram size',
      14081: 'bad histogram range',
      14082: 'bad histogram scale',
      14083: 'bad histogram ranges',
    },
    build,
  },
]
