import { valueOf } from '../../core/batch.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Log, TopicPartition } from '../../core/log.ts'
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
  await eachRecord(log, { topic: topics.swaps, partition: partition.partition, from: known?.swaps ?? 0n }, (record) => {
    const marker = record as SwapMarker
    if (marker.topic === partition.topic) lane.restoreMarker(marker)
  })
  await eachRecord(log, { topic: topics.statistics, partition: partition.partition, from: known?.statistics ?? 0n }, (record) => {
    const statistics = record as StatisticsRecord & { topic: string }
    if (statistics.topic === partition.topic) lane.restoreStatistics(ModelStatistics.fromJSON(statistics))
  })
  return lane
}

async function eachRecord(log: Log, place: TopicPartition & { readonly from: bigint }, visit: (record: unknown) => void): Promise<void> {
  const { first } = await log.offsets(place)
  const from = place.from < first ? first : place.from
  for await (const batch of log.read({ ...place, from, follow: false })) {
    for (let i = 0; i < batch.count; i++) {
      const value = valueOf(batch, i)
      if (value === undefined) continue
      try {
        visit(JSON.parse(decoder.decode(value)))
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
