import type { Append } from '../../core/log.ts'
import { stateKey, stateText } from '../../core/model-state.ts'
import type { Answers } from '../../core/operator/answers.ts'
import { encodeRecords, type RecordParts } from '../../core/record-batch-writer.ts'

/** Where an engine keeps what it knows, in the partition of the same number as the input's. */
export interface StateTopics {
  readonly deadLetters: string
  readonly swaps: string
  readonly statistics: string
  /** The states of models that have one. */
  readonly modelState: string
}

const encoder = new TextEncoder()

export interface AppendOptions {
  readonly output: string
  /** Where decisions of policies go, if anywhere. */
  readonly decisions?: string | undefined
  readonly topics: StateTopics
  readonly topic: string
  readonly partition: number
}

/** All that a batch's answers leave on the log: outputs, dead letters, swap markers, and the statistics and the states of models that changed. */
export function appendsOf(answers: Answers, options: AppendOptions): Append[] {
  const { output, decisions, topics, topic, partition } = options
  const appends: Append[] = []
  for (const recordBatch of answers.outputs) appends.push({ topic: output, partition, recordBatch })
  for (const recordBatch of answers.deadLetters) appends.push({ topic: topics.deadLetters, partition, recordBatch })
  if (decisions !== undefined) for (const recordBatch of answers.decisions) appends.push({ topic: decisions, partition, recordBatch })
  if (answers.markers.length > 0) {
    const markers = answers.markers.map((marker) => {
      const arm = marker.arm === undefined ? '' : `/${marker.arm}`
      return stateRecord(`${topic}/${marker.dataType}${arm}`, marker, answers.at)
    })
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
  // Each may be as long as a record batch may get.
  for (const state of answers.states) {
    const key = encoder.encode(stateKey(options, state))
    const text = stateText(options, state)
    const value = text === undefined ? undefined : encoder.encode(text)
    appends.push({ topic: topics.modelState, partition, recordBatch: encodeRecords([{ timestamp: answers.at, key, value }]) })
  }
  return appends
}

function stateRecord(key: string, value: unknown, timestamp: number): RecordParts {
  return { timestamp, key: encoder.encode(key), value: encoder.encode(JSON.stringify(value)) }
}
