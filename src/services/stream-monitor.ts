import type { RejectedRecord, ScoredRecord } from '../api/contract/index.ts'
import { INDEX, keyOf, offsetOf, valueOf } from '../core/batch.ts'
import type { Clock } from '../core/clock.ts'
import { DurationHistogram } from '../core/histogram.ts'
import type { Lane } from '../core/operator/lane.ts'
import type { Answers } from '../core/operator/answers.ts'
import type { Work } from '../core/operator/work.ts'
import { ModelStatistics, type StatisticsRecord } from '../core/statistics.ts'
import type { SwapMarker } from '../core/swap-marker.ts'
import type { PlacedStatistics } from './changelog-statistics.ts'
import { outputValue, textOf } from './answer-reader.ts'
import { jsonValue } from './json-value.ts'
import type { StreamContext } from './stream-context.ts'

const SAMPLE_EVERY_MS = 100
const KEPT = 20
const KEPT_SWAPS = 50
const TICK_MS = 500
/** The window over which rates and latencies are taken. */
const TICKS = 10

interface Tick {
  readonly at: number
  readonly scored: number
  readonly rejected: number
  readonly duration: number
  readonly latency: DurationHistogram
  readonly usage: ReadonlyMap<string, number>
}

export interface Window {
  readonly scored: number
  readonly rejected: number
  readonly rate: number
  readonly scoringNs: number | null
  readonly latency: DurationHistogram
}

/** What a monitor knows, as plain data that another thread can be told. */
export interface MonitorView {
  readonly positions: readonly (readonly [partition: number, next: bigint])[]
  readonly statistics: readonly { readonly topic: string; readonly partition: number; readonly record: StatisticsRecord }[]
  readonly held: readonly (readonly [partition: number, dataType: string])[]
  readonly swaps: readonly SwapMarker[]
  readonly scores: readonly ScoredRecord[]
  readonly rejections: readonly RejectedRecord[]
}

/**
 * Watches one stream for those who look at it: its totals now and as they were a few seconds ago, a sample of what goes by,
 * and recent swaps. It costs nothing per record: rates and latencies are differences of the lanes' statistics.
 */
export class StreamMonitor {
  readonly #stream: StreamContext
  readonly #clock: Clock
  readonly #lanes = new Set<Lane>()
  readonly #positions = new Map<number, bigint>()
  readonly #swaps: SwapMarker[] = []
  readonly #scores: ScoredRecord[] = []
  readonly #rejections: RejectedRecord[] = []
  /** By worker: what it told last. */
  readonly #workers = new Map<number, { readonly view: MonitorView; readonly placed: readonly PlacedStatistics[] }>()
  /** partition -> the data type whose records wait there for a model. */
  readonly #held = new Map<number, string>()
  #ticks: Tick[] = []
  #sampledAt = -Infinity
  #rejectionSampledAt = -Infinity
  readonly #timer: NodeJS.Timeout

  constructor(stream: StreamContext, clock: Clock) {
    this.#stream = stream
    this.#clock = clock
    this.#timer = setInterval(() => this.#tick(), TICK_MS)
    this.#timer.unref()
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  /** Where each partition that is worked on in this process goes on. */
  get positions(): ReadonlyMap<number, bigint> {
    return new Map([...this.#positions, ...this.#views().flatMap((view) => view.positions)])
  }

  get swaps(): readonly SwapMarker[] {
    return newest([this.#swaps, ...this.#views().map((view) => view.swaps)], KEPT_SWAPS)
  }

  get scores(): readonly ScoredRecord[] {
    return newest([this.#scores, ...this.#views().map((view) => view.scores)], KEPT)
  }

  get rejections(): readonly RejectedRecord[] {
    return newest([this.#rejections, ...this.#views().map((view) => view.rejections)], KEPT)
  }

  /** The statistics of all partitions that are worked on in this process. */
  *statistics(): IterableIterator<ModelStatistics> {
    for (const { statistics } of this.placed()) yield statistics
  }

  /** What this monitor saw itself, for another thread. */
  view(): MonitorView {
    const statistics = [...this.#placedHere()].map(({ topic, partition, statistics: one }) => ({ topic, partition, record: one.toJSON() }))
    const [swaps, scores, rejections] = [[...this.#swaps], [...this.#scores], [...this.#rejections]]
    return { positions: [...this.#positions], statistics, held: [...this.#held], swaps, scores, rejections }
  }

  /** Takes in what a worker's monitor saw, in place of what that told before; undefined where the worker has ended. */
  absorb(worker: number, view: MonitorView | undefined): void {
    const before = this.#workers.get(worker)?.view
    if (view === undefined) this.#workers.delete(worker)
    else {
      const placed = view.statistics.map(({ topic, partition, record }) => ({
        topic,
        partition,
        statistics: ModelStatistics.fromJSON(record),
      }))
      this.#workers.set(worker, { view, placed })
    }
    // What was done before this moment is not part of any rate.
    if (partitionsOf(before) !== partitionsOf(view)) this.#ticks = [this.#now()]
  }

  /** As `statistics`, with the partitions. */
  *placed(): IterableIterator<PlacedStatistics> {
    yield* this.#placedHere()
    for (const { placed } of this.#workers.values()) yield* placed
  }

  *#placedHere(): IterableIterator<PlacedStatistics> {
    for (const lane of this.#lanes)
      for (const statistics of lane.allStatistics()) yield { topic: lane.topic, partition: lane.partition, statistics }
  }

  /** The data type whose records wait for a model, or null; the first where there are several. */
  get held(): string | null {
    return this.#held.values().next().value ?? this.#views().find((view) => view.held.length > 0)?.held[0]![1] ?? null
  }

  /** Notes what a partition waits for; null where it goes on. Answers whether no partition waited for this before. */
  hold(partition: number, dataType: string | null): boolean {
    const isNews = dataType !== null && ![...this.#held.values()].includes(dataType)
    if (dataType === null) this.#held.delete(partition)
    else this.#held.set(partition, dataType)
    return isNews
  }

  assigned(lanes: readonly Lane[], from: readonly { readonly partition: number; readonly from: bigint }[]): void {
    for (const lane of lanes) this.#lanes.add(lane)
    for (const partition of from) this.#positions.set(partition.partition, partition.from)
    // What was done before this moment is not part of any rate.
    this.#ticks = [this.#now()]
  }

  released(lanes: readonly Lane[]): void {
    for (const lane of lanes) {
      this.#lanes.delete(lane)
      this.#positions.delete(lane.partition)
    }
    this.#ticks = [this.#now()]
  }

  answered(work: Work, answers: Answers): void {
    this.#positions.set(work.lane.partition, answers.nextOffset)
    for (const marker of answers.markers) keep(this.#swaps, marker, KEPT_SWAPS)
    const now = this.#clock.monotonic()
    if (answers.scored > 0 && now - this.#sampledAt >= SAMPLE_EVERY_MS) {
      this.#sampledAt = now
      this.#sampleScore(work, answers.at)
      this.#sampleChosen(work, answers.at)
    }
    if (answers.rejected > 0 && now - this.#rejectionSampledAt >= SAMPLE_EVERY_MS) {
      this.#rejectionSampledAt = now
      this.#sampleRejection(work, answers.at)
    }
  }

  /** Totals, and what happened over the last seconds. */
  window(): Window {
    const now = this.#now()
    const before = this.#ticks[0] ?? now
    const latency = new DurationHistogram()
    for (let i = 0; i < latency.counts.length; i++) latency.counts[i] = now.latency.counts[i]! - before.latency.counts[i]!
    latency.total = now.latency.total - before.latency.total
    latency.maxMs = longest(latency, now.latency.maxMs)
    const seconds = (now.at - before.at) / 1000
    const scored = now.scored - before.scored
    const answered = scored + now.rejected - before.rejected
    return {
      scored: now.scored,
      rejected: now.rejected,
      rate: seconds > 0 ? answered / seconds : 0,
      scoringNs: scored > 0 ? ((now.duration - before.duration) / scored) * 1e6 : null,
      latency,
    }
  }

  /** Per model of a data type: records scored in all, and per second of late. */
  *usage(dataType: string): IterableIterator<[string, { scored: number; rate: number }]> {
    const now = this.#now()
    const before = this.#ticks[0] ?? now
    const seconds = Math.max(0.001, (now.at - before.at) / 1000)
    for (const [key, scored] of now.usage) {
      const [type, model] = splitKey(key)
      if (type === dataType && model !== '') yield [model, { scored, rate: (scored - (before.usage.get(key) ?? 0)) / seconds }]
    }
  }

  #views(): MonitorView[] {
    return [...this.#workers.values()].map(({ view }) => view)
  }

  #tick(): void {
    this.#ticks.push(this.#now())
    while (this.#ticks.length > TICKS) this.#ticks.shift()
  }

  #now(): Tick {
    const latency = new DurationHistogram()
    const usage = new Map<string, number>()
    let scored = 0
    let rejected = 0
    let duration = 0
    for (const one of this.statistics()) {
      latency.add(one.latency)
      scored += one.usage
      rejected += one.rejected
      duration += one.duration
      const key = `${one.dataType}\n${one.model}`
      usage.set(key, (usage.get(key) ?? 0) + one.usage)
    }
    return { at: this.#clock.monotonic(), scored, rejected, duration, latency, usage }
  }

  #sampleScore(work: Work, at: number): void {
    const { batch } = work
    for (const { frame, scores, served, dataType } of work.groups()) {
      const row = lastScored(frame.records, frame.rows, work.outcomes.rejected)
      if (row < 0) continue
      const record = frame.records[row]!
      const base = row * scores.outputs.length
      const values = scores.outputs.map((output, column): [string, number | string | null] => [
        output.name,
        outputValue(output, scores.values[base + column]!),
      ])
      const sample = {
        ...this.#placeOf(work, record),
        dataType,
        model: served!.loaded.id,
        score: values[0]![1],
        outputs: Object.fromEntries(values),
        at,
        latencyMs: Math.max(0, at - batch.timestamps[record]!),
        record: this.#decode(work, record),
      }
      keep(this.#scores, sample, KEPT)
    }
  }

  /** The answer of a policy of several models: who gave it, and its score. */
  #sampleChosen(work: Work, at: number): void {
    for (const { decider, count, records, runs, policy, lastCombined, dataType } of work.policies()) {
      let place = count - 1
      while (place >= 0 && (work.outcomes.rejected[records[place]!] === 1 || decider.chosen[place] === -2)) place--
      if (place < 0) continue
      const [record, chosen] = [records[place]!, decider.chosen[place]!]
      const value = decider.values[place]!
      const score = decider.isLabel[place] === 1 ? decider.labels.text(value) : value
      const sample = {
        ...this.#placeOf(work, record),
        dataType,
        model: (chosen >= 0 ? runs[chosen]!.served?.loaded.id : lastCombined?.answer.id) ?? policy.name,
        score,
        outputs: { score },
        at,
        latencyMs: Math.max(0, at - work.batch.timestamps[record]!),
        record: this.#decode(work, record),
      }
      keep(this.#scores, sample, KEPT)
    }
  }

  #sampleRejection(work: Work, at: number): void {
    const record = work.outcomes.rejected.subarray(0, work.batch.count).lastIndexOf(1)
    const error = work.outcomes.error(record)
    if (error === undefined) return
    const group = work.groups().find((candidate) => candidate.records.subarray(0, candidate.count).includes(record))
    const known = work.typeOf[record]!
    const dataType = group?.dataType ?? (known < 0 ? null : this.#stream.operator.options.dataTypes.dictionary.text(known))
    const model = group?.served!.loaded.id ?? null
    keep(this.#rejections, { ...this.#placeOf(work, record), dataType, model, code: error.code, message: error.message, at }, KEPT)
  }

  #placeOf({ batch }: Work, record: number): Pick<ScoredRecord, 'topic' | 'partition' | 'offset' | 'key'> {
    return { topic: batch.topic, partition: batch.partition, offset: String(offsetOf(batch, record)), key: textOf(keyOf(batch, record)) }
  }

  #decode({ batch }: Work, record: number): unknown {
    if (batch.index[record * INDEX.stride + INDEX.valueLength]! > 16_384) return null
    try {
      return jsonValue(this.#stream.codec.decode(valueOf(batch, record)!))
    } catch {
      return null
    }
  }
}

function lastScored(records: Int32Array, rows: number, rejected: Uint8Array): number {
  let row = rows - 1
  while (row >= 0 && rejected[records[row]!] === 1) row--
  return row
}

/** The longest duration of a window: its highest bucket, but not more than the longest ever. */
function longest(window: DurationHistogram, everMs: number): number {
  window.maxMs = everMs
  return window.total === 0 ? 0 : Math.min(everMs, window.quantile(1) ?? everMs)
}

function splitKey(key: string): [string, string] {
  const at = key.indexOf('\n')
  return [key.slice(0, at), key.slice(at + 1)]
}

/** The newest of several lists, each from its newest. */
function newest<T extends { readonly at: number }>(lists: readonly (readonly T[])[], count: number): readonly T[] {
  if (lists.length === 1) return lists[0]!
  return lists
    .flat()
    .toSorted((a, b) => b.at - a.at)
    .slice(0, count)
}

function partitionsOf(view: MonitorView | undefined): string {
  return (view?.positions ?? [])
    .map(([partition]) => partition)
    .toSorted((a, b) => a - b)
    .join()
}

/** Puts an item first and forgets the last beyond the limit. */
function keep<T>(items: T[], item: T, limit: number): void {
  items.unshift(item)
  items.length = Math.min(items.length, limit)
}
