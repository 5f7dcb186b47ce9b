import { keyOf, valueOf } from '../../core/batch.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Log, TopicPartition } from '../../core/log.ts'
import { readStateText } from '../../core/model-state.ts'
import { Lane } from '../../core/operator/lane.ts'
import { ModelStatistics, type StatisticsRecord } from '../../core/statistics.ts'
import type { SwapMarker } from '../../core/swap-marker.ts'
import { laneOf, type SnapshotStore } from './lane-snapshot.ts'
import type { StateTopics } from './state-topics.ts'

const decoder = new TextDecoder()

export interface RestoreOptions {
  readonly topics: StateTopics
  readonly store: SnapshotStore | undefined
}

/** Reads back what was committed about one partition of a stream's input, beginning with a snapshot where there is one. */
export async function restoreLane(log: Log, partition: TopicPartition, { topics, store }: RestoreOptions): Promise<Lane> {
  const snapshot = await store?.load(partition)
  const known = snapshot && (await laneOf(snapshot, { log, partition, topics }))
  const lane = known?.lane ?? new Lane(partition.topic, partition.partition)
  const read = async (topic: string, from: bigint | undefined, visit: Visit): Promise<void> =>
    eachRecord(log, { topic, partition: partition.partition, from: from ?? 0n }, visit)
  const swaps = read(topics.swaps, known?.swaps, (text) => {
    const marker = text === undefined ? undefined : (JSON.parse(text) as SwapMarker)
    if (marker?.topic === partition.topic) lane.restoreMarker(marker)
  })
  const statistics = read(topics.statistics, known?.statistics, (text) => {
    const record = text === undefined ? undefined : (JSON.parse(text) as StatisticsRecord & { topic: string })
    if (record?.topic === partition.topic) lane.restoreStatistics(ModelStatistics.fromJSON(record))
  })
  const states = read(topics.modelState, known?.modelState, (text, key) => {
    const state = text === undefined ? undefined : readStateText(text)
    if (state === undefined) lane.states.forget(key)
    else if (state.topic === partition.topic) lane.states.restore(state)
  })
  await Promise.all([swaps, statistics, states])
  return lane
}

/** Told of each record's value, undefined where it has none, and of its key. What it throws means that the record is not Sluice's. */
type Visit = (value: string | undefined, key: string) => void

async function eachRecord(log: Log, place: TopicPartition & { readonly from: bigint }, visit: Visit): Promise<void> {
  const { first } = await log.offsets(place)
  const from = place.from < first ? first : place.from
  for await (const batch of log.read({ ...place, from, follow: false })) {
    for (let i = 0; i < batch.count; i++) {
      const value = valueOf(batch, i)
      try {
        visit(value && decoder.decode(value), decoder.decode(keyOf(batch, i)))
      } catch (cause) {
        throw new SluiceError(
          'log.corrupt',
          `record ${i} of the batch at ${batch.baseOffset} of ${place.topic}-${place.partition} is not Sluice's`,
          { cause },
        )
      }
    }
    batch.release()
  }
}
