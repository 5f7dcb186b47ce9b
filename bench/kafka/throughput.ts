import { Lane, type LaneOptions, type Slice } from './lane.ts'
import { median } from './median.ts'
import type { Stage } from './stage.ts'

export interface Pace {
  readonly rounds: number
  /** How long a round of one system takes, about. */
  readonly seconds: number
  /** How long each system runs before it is measured. */
  readonly warmSeconds: number
}

export function paceOf(quick: boolean): Pace {
  return quick ? { rounds: 3, seconds: 0.7, warmSeconds: 2 } : { rounds: 5, seconds: 2, warmSeconds: 8 }
}

export interface Throughput {
  readonly name: string
  readonly nanosPerRecord: number
  readonly recordsPerSecond: number
  readonly records: number
  /** The least and the most CPU time of a round. */
  readonly spread: readonly [number, number]
}

/** What could not be measured, and why. */
export interface Failed {
  readonly name: string
  readonly failure: string
}

/** The most that a slice may have, so that it fits in memory and on the broker. */
const MOST_RECORDS = 2_000_000
const LEAST_RECORDS = 1000
const LEAST_IN_PARTITION = 500
/** From one slice of the warm-up to the next: a system that was just started is slow, and faster with more at once. */
const MOST_GROWTH = 8
/** A cost of so much of the least before is falling. */
const STILL_FALLING = 0.95
/** How many times as long as it should the warm-up may take. */
const MOST_PATIENCE = 4

/**
 * Runs the systems side by side: all are warmed with backlogs of their own, then they take turns, round by round, each answering a backlog
 * that takes it about as long as the others. A system that fails in whatever way is reported, and the others go on.
 */
export async function measureThroughput(stage: Stage, lanes: readonly LaneOptions[], pace: Pace): Promise<(Throughput | Failed)[]> {
  const failures = new Map<LaneOptions, string>()
  const open = new Map<LaneOptions, { lane: Lane; size: number; slices: Slice[] }>()
  await using stack = new AsyncDisposableStack()
  const attempt = async (options: LaneOptions, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      failures.set(options, (error as Error).message)
      await open.get(options)?.lane[Symbol.asyncDispose]()
      open.delete(options)
    }
  }
  for (const options of lanes) {
    await attempt(options, async () => {
      const lane = await Lane.open(stage, options)
      open.set(options, { lane, size: await warmUp(lane, pace), slices: [] })
    })
  }
  stack.defer(async () => {
    for (const { lane } of open.values()) await lane[Symbol.asyncDispose]()
  })
  for (let round = 0; round < pace.rounds; round++) {
    for (const [options, { lane, size, slices }] of open) {
      await attempt(options, async () => void slices.push(await lane.slice(size)))
    }
  }
  return lanes.map((options) => {
    const failure = failures.get(options)
    if (failure !== undefined) return { name: options.system.name, failure }
    return summary(options.system.name, open.get(options)!.slices)
  })
}

/**
 * Gives backlogs of about a second until the system has run long enough and a record no longer costs it less from one to the next (a JVM
 * compiles for longer than one thinks); returns the size of one that takes it the pace's seconds.
 */
export async function warmUp(lane: Lane, { seconds, warmSeconds }: Pace): Promise<number> {
  const least = Math.max(LEAST_RECORDS, LEAST_IN_PARTITION * lane.place.partitions)
  const fitting = (rate: number, time: number): number => Math.min(MOST_RECORDS, Math.max(least, Math.round(rate * time)))
  let size = least
  let rate = 0
  let cost = Number.POSITIVE_INFINITY
  let isFalling = true
  for (let run = 0; run < warmSeconds || (isFalling && run < warmSeconds * MOST_PATIENCE);) {
    const slice = await lane.slice(size)
    rate = slice.recordsPerSecond
    run += slice.records / rate
    isFalling = slice.nanosPerRecord < cost * STILL_FALLING
    cost = Math.min(cost, slice.nanosPerRecord)
    size = Math.min(fitting(rate, Math.min(1, seconds)), size * MOST_GROWTH)
  }
  return fitting(rate, seconds)
}

function summary(name: string, slices: readonly Slice[]): Throughput {
  const nanos = slices.map((slice) => slice.nanosPerRecord)
  return {
    name,
    nanosPerRecord: median(nanos),
    recordsPerSecond: median(slices.map((slice) => slice.recordsPerSecond)),
    records: slices.reduce((sum, slice) => sum + slice.records, 0),
    spread: [Math.min(...nanos), Math.max(...nanos)],
  }
}
