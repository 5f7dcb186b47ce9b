import type { LiveSnapshot } from '../../src/api/contract/live.ts'
import type { DataTypeState } from '../../src/api/contract/state.ts'
import { CarriedTypes } from './carried-types.ts'
import type { Connection } from './connection.ts'
import { SeriesBuffer } from './series.ts'
import { VersionColours } from './version-colours.ts'

/** How far back the charts look. */
export const CHART_SPAN_MS = 180_000
const GAP_MS = 2500

/** Everything that the page draws itself from. One for the page; changed only by `main.ts`. */
export class PageState {
  connection: Connection
  snapshot: LiveSnapshot | undefined
  /** Per stream and second: how many records were rejected, and by how much the backlog grew, lately. */
  readonly trends = new Map<string, { readonly rejected: number; readonly backlog: number }>()
  readonly series = new SeriesBuffer(CHART_SPAN_MS + 5000, GAP_MS)
  readonly colours = new VersionColours()
  readonly carried = new CarriedTypes()
  /** What GET /state/{dataType} said last. */
  readonly statistics = new Map<string, DataTypeState>()
  /** The data type that is shown in detail: the one that the person chose, or the busiest one at first. */
  focus: string | undefined

  constructor(now: number) {
    this.connection = { phase: 'connecting', since: now }
  }

  receive(snapshot: LiveSnapshot): void {
    const before = this.snapshot
    const restarted = before !== undefined && before.node.startedAt !== snapshot.node.startedAt
    if (before !== undefined && snapshot.at < before.at) this.series.clear()
    this.colours.learn(snapshot.models)
    this.carried.learn(snapshot)
    const elapsed = before === undefined || restarted ? 0 : (snapshot.at - before.at) / 1000
    const values: Record<string, number | null> = {}
    for (const stream of snapshot.streams) {
      const last = before?.streams.find(({ name }) => name === stream.name)
      if (elapsed > 0 && last !== undefined) {
        const rejected = smooth(this.trends.get(stream.name)?.rejected, Math.max(0, stream.rejected - last.rejected) / elapsed)
        this.trends.set(stream.name, { rejected, backlog: (stream.backlog - last.backlog) / elapsed })
      }
      values[`p50:${stream.name}`] = stream.latency.p50
      values[`p95:${stream.name}`] = stream.latency.p95
      values[`p99:${stream.name}`] = stream.latency.p99
    }
    for (const { dataType, rates } of snapshot.models) {
      for (const id in rates) values[`rate:${dataType} ${id}`] = rates[id]!
    }
    this.series.push(snapshot.at, values)
    if (!snapshot.models.some(({ dataType }) => dataType === this.focus)) this.focus = busiest(snapshot)
    this.snapshot = snapshot
  }

  /** Records per second that come and are not answered: by how much the backlog grows. */
  inflow(stream: string): number {
    return Math.max(0, this.trends.get(stream)?.backlog ?? 0)
  }

  rejectedRate(stream: string): number {
    return this.trends.get(stream)?.rejected ?? 0
  }
}

/** Records per second of a data type, over all its versions. */
export function rateOf(model: Pick<LiveSnapshot['models'][number], 'rates'>): number {
  let sum = 0
  for (const id in model.rates) sum += model.rates[id]!
  return sum
}

function busiest(snapshot: LiveSnapshot): string | undefined {
  return snapshot.models.toSorted((a, b) => rateOf(b) - rateOf(a))[0]?.dataType
}

/** Rejections come in ones and twos; a mean over a few seconds is readable, and it goes down to zero. */
function smooth(before: number | undefined, now: number): number {
  const mean = (before ?? now) * 0.8 + now * 0.2
  return mean < 0.02 ? 0 : mean
}
