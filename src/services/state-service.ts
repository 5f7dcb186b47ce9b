import type {
  DataTypeState,
  Latency,
  PartitionState,
  ModelStatistics as StatisticsView,
  PolicyInForce,
  RendezvousStatistics,
} from '../api/contract/index.ts'
import type { StateService } from '../api/services.ts'
import { SluiceError } from '../core/errors.ts'
import type { DurationHistogram } from '../core/histogram.ts'
import { ModelStatistics } from '../core/statistics.ts'
import type { Registry } from '../registry/registry.ts'

/** The statistics of all partitions, whoever works on them. */
export type StatisticsSource = () => Promise<Iterable<ModelStatistics>>

/** The states of one model version, as they are committed; of one key, where it keeps one for each. */
export type StatesSource = (dataType: string, model: string, key?: string) => Promise<PartitionState[]>

/** Queryable state: what each model version did for each data type, and what the one that serves remembers. */
export function createStateService(
  registry: Registry,
  statistics: StatisticsSource,
  { states = noStates, policies = noPolicies, rendezvous = noRendezvous }: StateSources = {},
): StateService {
  return {
    async processors() {
      const dataTypes = new Set([...registry.histories].map((history) => history.dataType))
      for (const one of await statistics()) if (one.dataType !== '') dataTypes.add(one.dataType)
      for (const one of rendezvous()) if (one.dataType !== '') dataTypes.add(one.dataType)
      return [...dataTypes].toSorted()
    },
    async state(dataType, key) {
      const merged = mergeByModel(await statistics(), dataType)
      const history = registry.history(dataType)
      const met = rendezvous().filter((one) => one.dataType === dataType)
      if (dataType === '' || (history === undefined && merged.size === 0 && met.length === 0)) {
        throw new SluiceError('api.not-found', `there is no data type '${dataType}'; see GET /processors`)
      }
      const serving = history?.versions.find((entry) => entry.status === 'serving')?.id ?? null
      const remembered = serving === null ? [] : await states(dataType, serving, key)
      const inForce = policies(dataType, merged)
      return {
        ...describe(dataType, serving, merged),
        ...(inForce.length > 0 && { policies: inForce }),
        ...(met.length > 0 && { rendezvous: met }),
        ...(remembered.length > 0 && { states: remembered }),
      }
    },
    async rejectedWithoutDataType() {
      return totalsOf(mergeByModel(await statistics(), '')).rejections
    },
  }
}

/** What else there is to know of a data type. */
export interface StateSources {
  readonly states?: StatesSource
  /** The policies by which streams answer it, given what its versions did. */
  readonly policies?: (dataType: string, versions: ReadonlyMap<string, ModelStatistics>) => PolicyInForce[]
  /** What rendezvous servers of this node did, by data type. */
  readonly rendezvous?: () => RendezvousStatistics[]
}

function noPolicies(): PolicyInForce[] {
  return []
}

function noRendezvous(): RendezvousStatistics[] {
  return []
}

async function noStates(): Promise<PartitionState[]> {
  return []
}

/** The statistics of one data type, added up over partitions, by model. */
export function mergeByModel(all: Iterable<ModelStatistics>, dataType: string): Map<string, ModelStatistics> {
  const merged = new Map<string, ModelStatistics>()
  for (const one of all) {
    if (one.dataType !== dataType) continue
    const known = merged.get(one.model)
    if (known === undefined) merged.set(one.model, ModelStatistics.fromJSON(one.toJSON()))
    else {
      known.add(one)
      if (one.since < known.since) merged.set(one.model, ModelStatistics.fromJSON({ ...known.toJSON(), since: one.since }))
    }
  }
  return merged
}

function describe(dataType: string, serving: string | null, merged: ReadonlyMap<string, ModelStatistics>): DataTypeState {
  const views = [...merged.values()]
    .filter((one) => one.model !== '')
    .map(view)
    .toSorted((a, b) => b.since - a.since)
  const current = views.find((one) => one.id === serving)
  return { dataType, serving, ...current, totals: totalsOf(merged), versions: views }
}

function totalsOf(merged: ReadonlyMap<string, ModelStatistics>): DataTypeState['totals'] {
  const rejections: Record<string, number> = {}
  let scored = 0
  let rejected = 0
  for (const one of merged.values()) {
    scored += one.usage
    rejected += one.rejected
    for (const [code, count] of one.rejections) rejections[code] = (rejections[code] ?? 0) + count
  }
  return { scored, rejected, rejections }
}

function view(one: ModelStatistics): StatisticsView {
  const at = one.model.lastIndexOf('@')
  return {
    id: one.model,
    name: one.model.slice(0, at),
    version: one.model.slice(at + 1),
    description: one.description,
    format: one.format,
    since: one.since,
    usage: one.usage,
    rejected: one.rejected,
    duration: one.duration,
    min: one.min <= one.max ? one.min : null,
    max: one.min <= one.max ? one.max : null,
    latency: latencyView(one.latency),
    ...(one.arrival.total > 0 && { arrival: latencyView(one.arrival) }),
    ...(one.arm && { arm: { ...one.arm } }),
    ...(one.cache && { cache: { ...one.cache } }),
  }
}

export function latencyView(histogram: DurationHistogram): Latency {
  return {
    p50: histogram.quantile(0.5),
    p95: histogram.quantile(0.95),
    p99: histogram.quantile(0.99),
    p999: histogram.quantile(0.999),
    max: histogram.total === 0 ? null : histogram.maxMs,
  }
}
