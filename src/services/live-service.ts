import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { LiveSnapshot, RendezvousLive, StreamLive } from '../api/contract/index.ts'
import type { LiveService } from '../api/services.ts'
import type { Clock } from '../core/clock.ts'
import type { Guarantee, Log } from '../core/log.ts'
import type { Registry } from '../registry/registry.ts'
import type { Journal } from './journal.ts'
import { LogWatch } from './log-watch.ts'
import { describeHistory } from './model-service.ts'
import { latencyView } from './state-service.ts'
import type { StreamContext } from './stream-context.ts'
import type { StreamMonitor } from './stream-monitor.ts'

export interface LiveOptions {
  readonly clock: Clock
  readonly log: Log
  readonly logKind: string
  readonly version: string
  readonly registry: Registry
  readonly journal: Journal
  readonly streams: readonly { readonly context: StreamContext; readonly monitor: StreamMonitor }[]
  /** The rendezvous servers as they are now. */
  readonly rendezvous?: () => RendezvousLive[]
  readonly ready: () => boolean
}

/** A snapshot is made at most this often; those who ask more often get the same one. */
const FRESH_MS = 200
const RECENT = 20
const SWAPS = 50

/** The picture of the node that the page draws. */
export function createLiveService(options: LiveOptions): LiveService & Disposable {
  const { clock, log, ready, streams } = options
  const watch = new LogWatch(log)
  const startedAt = clock.now()
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  let made: { at: number; snapshot: Promise<LiveSnapshot> } | undefined
  return {
    async ready() {
      const [stream] = streams
      if (stream !== undefined) await watch.next({ topic: stream.context.input, partition: 0 })
      return ready() && watch.answers
    },
    snapshot() {
      const now = clock.monotonic()
      if (made === undefined || now - made.at > FRESH_MS) {
        const loopDelayMs = delay.percentile(99) / 1e6
        delay.reset()
        made = {
          at: now,
          snapshot: takeSnapshot(options, {
            watch,
            startedAt,
            loopDelayMs: Number.isFinite(loopDelayMs) ? Math.max(0, loopDelayMs - 10) : 0,
          }),
        }
      }
      return made.snapshot
    },
    [Symbol.dispose]() {
      delay.disable()
    },
  }
}

async function takeSnapshot(
  options: LiveOptions,
  { watch, startedAt, loopDelayMs }: { watch: LogWatch; startedAt: number; loopDelayMs: number },
): Promise<LiveSnapshot> {
  const { clock, logKind, version, registry, journal, streams } = options
  const monitors = streams.map((stream) => stream.monitor)
  const rendezvous = options.rendezvous?.() ?? []
  return {
    at: clock.now(),
    node: { version, startedAt, log: logKind, guarantee: guaranteeOf(options), loopDelayMs, rssBytes: process.memoryUsage.rss() },
    streams: await Promise.all(streams.map((stream) => streamLive(watch, stream.context, stream.monitor))),
    ...(rendezvous.length > 0 && { rendezvous }),
    models: [...registry.histories].map((history) => ({ ...describeHistory(history), ...modelRates(monitors, history.dataType) })),
    swaps: newest(
      monitors.flatMap((monitor) => monitor.swaps),
      SWAPS,
    ),
    scores: newest(
      monitors.flatMap((monitor) => monitor.scores),
      RECENT,
    ),
    rejections: newest(
      monitors.flatMap((monitor) => monitor.rejections),
      RECENT,
    ),
    events: [...journal.recent],
  }
}

async function streamLive(watch: LogWatch, stream: StreamContext, monitor: StreamMonitor): Promise<StreamLive> {
  const window = monitor.window()
  return {
    name: stream.name,
    input: stream.input,
    output: stream.output,
    deadLetters: stream.deadLetters,
    format: stream.codec.name,
    partitions: stream.partitions,
    scored: window.scored,
    rejected: window.rejected,
    backlog: await backlog(watch, stream, monitor),
    rate: window.rate,
    scoringNs: window.scoringNs,
    latency: latencyView(window.latency),
    held: monitor.held,
  }
}

async function backlog(watch: LogWatch, stream: StreamContext, monitor: StreamMonitor): Promise<number> {
  let waiting = 0n
  for (const [partition, position] of monitor.positions) {
    const next = await watch.next({ topic: stream.input, partition })
    if (next > position) waiting += next - position
  }
  return Number(waiting)
}

function modelRates(
  monitors: readonly StreamMonitor[],
  dataType: string,
): { usage: Record<string, number>; rates: Record<string, number> } {
  const usage: Record<string, number> = {}
  const rates: Record<string, number> = {}
  for (const monitor of monitors) {
    for (const [model, used] of monitor.usage(dataType)) {
      usage[model] = (usage[model] ?? 0) + used.scored
      rates[model] = (rates[model] ?? 0) + used.rate
    }
  }
  return { usage, rates }
}

function newest<T extends { at: number }>(all: readonly T[], count: number): T[] {
  return all.toSorted((a, b) => b.at - a.at).slice(0, count)
}

/** The weakest of what the streams promise. */
function guaranteeOf({ streams }: LiveOptions): Guarantee {
  return streams.some(({ context }) => context.guarantee === 'at-least-once') ? 'at-least-once' : 'exactly-once'
}
