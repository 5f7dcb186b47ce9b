import type { ChangelogRecord } from '../../core/changelog.ts'
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

/** All that a batch's answers append: outputs, dead letters, decisions and swap markers. */
export function appendsOf(answers: Answers, options: AppendOptions): Append[] {
  const { output, decisions, topics, topic, partition } = options
  const appends: Append[] = []
  for (const recordBatch of answers.outputs) appends.push({ topic: output, partition, recordBatch })
  for (const recordBatch of answers.deadLetters) appends.push({ topic: topics.deadLetters, partition, recordBatch })
  if (decisions !== undefined) for (const recordBatch of answers.decisions) appends.push({ topic: decisions, partition, recordBatch })
  if (answers.markers.length > 0) {
    const markers = answers.markers.map((marker): RecordParts => {
      const arm = marker.arm === undefined ? '' : `/${marker.arm}`
      const key = `${topic}/${marker.dataType}${arm}`
      return { timestamp: answers.at, key: encoder.encode(key), value: encoder.encode(JSON.stringify(marker)) }
    })
    appends.push({ topic: topics.swaps, partition, recordBatch: encodeRecords(markers) })
  }
  return appends
}

/** The statistics and the states of models that a batch changed. */
export function changelogOf(answers: Answers, { topics, topic, partition }: AppendOptions): ChangelogRecord[] {
  const { at: timestamp } = answers
  return [
    ...answers.statistics.map((statistics) => ({
      topic: topics.statistics,
      partition,
      timestamp,
      key: `${topic}-${partition}/${statistics.dataType}/${statistics.model}`,
      value: JSON.stringify({ topic, partition, ...statistics.toJSON() }),
    })),
    ...answers.states.map((state) => ({
      topic: topics.modelState,
      partition,
      timestamp,
      key: stateKey({ topic, partition }, state),
      value: stateText({ topic, partition }, state),
    })),
  ]
}
