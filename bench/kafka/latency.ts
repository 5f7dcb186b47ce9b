import { Lane, type LaneOptions, type Offered } from './lane.ts'
import { median } from './median.ts'
import type { Stage } from './stage.ts'
import { type Failed, type Pace, paceOf, warmUp } from './throughput.ts'

/** Latencies in ms from a record's CreateTime to the LogAppendTime of its answer, both of which are whole ms. */
export interface Latency {
  readonly name: string
  /** What was offered, in records/s. */
  readonly rate: number
  /** How it relates to the most that the system can do, where that was asked. */
  readonly share?: number
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
  readonly nanosPerRecord: number
  /** By how many ms the driver itself was late, at worst. */
  readonly late: number
}

export type Load = { readonly rate: number } | { readonly share: number }

export interface LatencyPace extends Pace {
  /** How long a load is offered, in each round. */
  readonly offerSeconds: number
}

export function latencyPaceOf(quick: boolean): LatencyPace {
  return { ...paceOf(quick), rounds: quick ? 1 : 5, offerSeconds: quick ? 4 : 10 }
}

/** By how much the offer that finds out the most exceeds what a backlog was answered with. */
const EXCESS = 1.2

/**
 * Offers each system each load, in turns, and gives the medians of the rounds. A system's most is what it answers while more than that is
 * being offered: the broker and the driver take their part of the machine then as they do at lower loads.
 */
export async function measureLatency(
  stage: Stage,
  lanes: readonly LaneOptions[],
  { loads, pace }: { readonly loads: readonly Load[]; readonly pace: LatencyPace },
): Promise<(Latency | Failed)[]> {
  await using stack = new AsyncDisposableStack()
  const results: (Latency | Failed)[] = []
  const ready: { lane: Lane; most: number; offers: Map<Load, Offered[]> }[] = []
  for (const options of lanes) {
    try {
      const lane = stack.use(await Lane.open(stage, { ...options, prompt: true }))
      ready.push({ lane, most: await findMost(lane, loads, pace), offers: new Map(loads.map((load) => [load, []])) })
    } catch (error) {
      results.push({ name: options.system.name, failure: (error as Error).message })
    }
  }
  for (const load of loads) {
    for (let round = 0; round < pace.rounds; round++) {
      for (const at of ready.slice()) {
        try {
          at.offers.get(load)!.push(await at.lane.offer(rateOf(load, at.most), pace.offerSeconds))
        } catch (error) {
          ready.splice(ready.indexOf(at), 1)
          results.push({ name: at.lane.name, failure: (error as Error).message })
        }
      }
    }
    for (const { lane, offers } of ready) results.push(summary(lane.name, load, offers.get(load)!))
  }
  return results
}

function rateOf(load: Load, most: number): number {
  return 'rate' in load ? load.rate : Math.max(1, Math.round(load.share * most))
}

/** Warms the system up and returns how many records/s it can answer. */
export async function findMost(lane: Lane, loads: readonly Load[], pace: LatencyPace): Promise<number> {
  const size = await warmUp(lane, pace)
  if (loads.every((load) => 'rate' in load)) {
    // Warm in this way of working too.
    for (const load of loads) await lane.offer(rateOf(load, 0), pace.warmSeconds)
    return 0
  }
  const { found } = await lane.offer(Math.round((size / pace.seconds) * EXCESS), pace.offerSeconds)
  return Number(found['within']) / pace.offerSeconds
}

function summary(name: string, load: Load, offers: readonly Offered[]): Latency {
  const of = (key: string): number => median(offers.map(({ found }) => Number(found[key])))
  return {
    name,
    rate: median(offers.map(({ offered }) => Number(offered['rate']))),
    ...('share' in load && { share: load.share }),
    p50: of('p50'),
    p99: of('p99'),
    p999: of('p999'),
    max: of('max'),
    nanosPerRecord: median(offers.map((offer) => offer.nanosPerRecord)),
    late: Math.max(...offers.map(({ offered }) => Number(offered['late']))),
  }
}
