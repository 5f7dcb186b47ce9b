import { valueOf } from '../../core/batch.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Log, TopicPartition } from '../../core/log.ts'
import { Lane } from '../../core/operator/lane.ts'
import { ModelStatistics, type StatisticsRecord } from '../../core/statistics.ts'
import type { SwapMarker } from '../../core/swap-marker.ts'
import type { StateTopics } from './state-topics.ts'

const decoder = new TextDecoder()

/** Reads back what was committed about one partition of a stream's input. */
export async function restoreLane(log: Log, partition: TopicPartition, topics: StateTopics): Promise<Lane> {
  const lane = new Lane(partition.topic, partition.partition)
  await eachRecord(log, { topic: topics.swaps, partition: partition.partition }, (record) => {
    const marker = record as SwapMarker
    if (marker.topic === partition.topic) lane.restoreMarker(marker)
  })
  await eachRecord(log, { topic: topics.statistics, partition: partition.partition }, (record) => {
    const statistics = record as StatisticsRecord & { topic: string }
    if (statistics.topic === partition.topic) lane.restoreStatistics(ModelStatistics.fromJSON(statistics))
  })
  return lane
}

async function eachRecord(log: Log, partition: TopicPartition, visit: (record: unknown) => void): Promise<void> {
  const { first } = await log.offsets(partition)
  for await (const batch of log.read({ ...partition, from: first, follow: false })) {
    for (let i = 0; i < batch.count; i++) {
      const value = valueOf(batch, i)
      if (value === undefined) continue
      try {
        visit(JSON.parse(decoder.decode(value)))
      } catch (cause) {
        throw new SluiceError(
          'log.corrupt',
          `record ${i} of the batch at ${batch.baseOffset} of ${partition.topic}-${partition.partition} is not Sluice's`,
          { cause },
        )
      }
    }
    batch.release()
  }
}
