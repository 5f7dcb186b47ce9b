import type { Append } from '../../core/log.ts'
import type { Answers } from '../../core/operator/answers.ts'
import { encodeRecords, type RecordParts } from '../../core/record-batch-writer.ts'

/** Where an engine keeps what it knows, in the partition of the same number as the input's. */
export interface StateTopics {
  readonly deadLetters: string
  readonly swaps: string
  readonly statistics: string
}

const encoder = new TextEncoder()

export interface AppendOptions {
  readonly output: string
  readonly topics: StateTopics
  readonly topic: string
  readonly partition: number
}

/** All that a batch's answers leave on the log: outputs, dead letters, swap markers, and the statistics that changed. */
export function appendsOf(answers: Answers, options: AppendOptions): Append[] {
  const { output, topics, topic, partition } = options
  const appends: Append[] = []
  for (const recordBatch of answers.outputs) appends.push({ topic: output, partition, recordBatch })
  for (const recordBatch of answers.deadLetters) appends.push({ topic: topics.deadLetters, partition, recordBatch })
  if (answers.markers.length > 0) {
    const markers = answers.markers.map((marker) => stateRecord(`${topic}/${marker.dataType}`, marker, answers.at))
    appends.push({ topic: topics.swaps, partition, recordBatch: encodeRecords(markers) })
  }
  if (answers.statistics.length > 0) {
    const records = answers.statistics.map((statistics) =>
      stateRecord(
        `${topic}-${partition}/${statistics.dataType}/${statistics.model}`,
        { topic, partition, ...statistics.toJSON() },
        answers.at,
      ),
    )
    appends.push({ topic: topics.statistics, partition, recordBatch: encodeRecords(records) })
  }
  return appends
}

function stateRecord(key: string, value: unknown, timestamp: number): RecordParts {
  return { timestamp, key: encoder.encode(key), value: encoder.encode(JSON.stringify(value)) }
}
