import type { Log, TopicPartition } from '../../core/log.ts'
import type { ModelState } from '../../core/model-state.ts'
import { Lane } from '../../core/operator/lane.ts'
import { ModelStatistics, type StatisticsRecord } from '../../core/statistics.ts'
import type { StateTopics } from './state-topics.ts'

/** How far a lane is known from the topics that it is restored from. */
export interface StateOffsets {
  readonly swaps: string
  readonly statistics: string
  readonly modelState: string
}

/** What was committed about one partition of an input, kept beside the log so that little has to be read of it again. */
export interface LaneSnapshot {
  readonly format: 2
  /** What tells the topics from others of the same names. */
  readonly topicIds: readonly string[]
  /** All before these offsets is in the snapshot; some behind them may be too. */
  readonly from: StateOffsets
  readonly serving: readonly (readonly [dataType: string, model: string])[]
  readonly statistics: readonly StatisticsRecord[]
  readonly states: readonly ModelState[]
}

/** Where snapshots are kept. */
export interface SnapshotStore {
  /** The one of a partition, or undefined where there is none that can be used. */
  load(partition: TopicPartition): Promise<LaneSnapshot | undefined>
  save(partition: TopicPartition, snapshot: LaneSnapshot): Promise<void>
}

const EVERY_MS = 30_000

/**
 * Takes snapshots of one lane while it works. A snapshot has the state of one commit, once that is durable, and offsets from before it: what is
 * read again from there on ends in the same state or a later one.
 */
export class LaneSnapshots {
  readonly #log: Log
  readonly #lane: Lane
  readonly #topics: StateTopics
  readonly #store: SnapshotStore
  readonly #everyMs: number
  #mark: { readonly from: StateOffsets; readonly topicIds: readonly string[] } | undefined
  #dueAt: number
  #busy = false

  constructor(options: {
    readonly log: Log
    readonly lane: Lane
    readonly topics: StateTopics
    readonly store: SnapshotStore
    readonly everyMs?: number
  }) {
    this.#log = options.log
    this.#lane = options.lane
    this.#topics = options.topics
    this.#store = options.store
    this.#everyMs = options.everyMs ?? EVERY_MS
    this.#dueAt = performance.now() + this.#everyMs
  }

  /** Call it where the lane has the state that is about to be committed. What it returns, if it does, saves that state: call it after the commit. */
  capture(): (() => void) | undefined {
    if (performance.now() < this.#dueAt || this.#busy) return undefined
    if (this.#mark === undefined) {
      this.#busy = true
      void this.#look().finally(() => (this.#busy = false))
      return undefined
    }
    const snapshot = this.#snapshot(this.#mark)
    this.#mark = undefined
    this.#dueAt = performance.now() + this.#everyMs
    return () => void this.#store.save(this.#lane, snapshot).catch(() => {})
  }

  /** Saves the lane as it is. Call it where all of its work is committed and no more will come. Never rejects: without it, more is read again. */
  async last(): Promise<void> {
    try {
      await this.#look()
      if (this.#mark !== undefined) await this.#store.save(this.#lane, this.#snapshot(this.#mark))
    } catch {
      // The log has everything.
    }
  }

  async #look(): Promise<void> {
    const { partition } = this.#lane
    const topicIds = await topicIdsOf(this.#log, this.#topics)
    if (topicIds === undefined) return
    const next = await Promise.all(namesOf(this.#topics).map(async (topic) => String((await this.#log.offsets({ topic, partition })).next)))
    this.#mark = { topicIds, from: { swaps: next[0]!, statistics: next[1]!, modelState: next[2]! } }
  }

  #snapshot(mark: { readonly from: StateOffsets; readonly topicIds: readonly string[] }): LaneSnapshot {
    const statistics = [...this.#lane.allStatistics()].map((one) => one.toJSON())
    return { format: 2, ...mark, serving: [...this.#lane.serving], statistics, states: [...this.#lane.states.finished()] }
  }
}

/** The lane as a snapshot has it, and from where to read on; undefined where the snapshot is of other topics or from behind their ends. */
export async function laneOf(
  snapshot: LaneSnapshot,
  { log, partition, topics }: { readonly log: Log; readonly partition: TopicPartition; readonly topics: StateTopics },
): Promise<{ lane: Lane; swaps: bigint; statistics: bigint; modelState: bigint } | undefined> {
  const topicIds = await topicIdsOf(log, topics)
  if (topicIds === undefined || topicIds.join() !== snapshot.topicIds.join()) return undefined
  const { swaps, statistics, modelState } = snapshot.from
  const from = [BigInt(swaps), BigInt(statistics), BigInt(modelState)] as const
  const ends = await Promise.all(namesOf(topics).map(async (topic) => log.offsets({ topic, partition: partition.partition })))
  if (from.some((offset, i) => offset > ends[i]!.next)) return undefined
  const lane = new Lane(partition.topic, partition.partition)
  for (const [dataType, model] of snapshot.serving) lane.serving.set(dataType, model)
  for (const one of snapshot.statistics) lane.restoreStatistics(ModelStatistics.fromJSON(one))
  for (const one of snapshot.states) lane.states.restore(one)
  return { lane, swaps: from[0], statistics: from[1], modelState: from[2] }
}

async function topicIdsOf(log: Log, topics: StateTopics): Promise<string[] | undefined> {
  const ids = await Promise.all(namesOf(topics).map(async (topic) => log.topicId(topic)))
  return ids.every((id) => id !== undefined) ? ids : undefined
}

/** The topics that a lane is restored from. */
function namesOf({ swaps, statistics, modelState }: StateTopics): readonly string[] {
  return [swaps, statistics, modelState]
}
