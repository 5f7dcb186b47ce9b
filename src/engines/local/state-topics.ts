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
  appends.push(...statesOf(answers, options))
  return appends
}

/** How long a record batch of states gets before the next is begun. A state may itself be as long as a record batch may get. */
const STATES_TOGETHER = 16 * 1024

function* statesOf(answers: Answers, options: AppendOptions): Iterable<Append> {
  let records: RecordParts[] = []
  let bytes = 0
  const append = (): Append => ({
    topic: options.topics.modelState,
    partition: options.partition,
    recordBatch: encodeRecords(records),
  })
  for (const state of answers.states) {
    const key = encoder.encode(stateKey(options, state))
    const text = stateText(options, state)
    const value = text === undefined ? undefined : encoder.encode(text)
    const length = key.length + (value?.length ?? 0)
    if (records.length > 0 && bytes + length > STATES_TOGETHER) {
      yield append()
      records = []
      bytes = 0
    }
    records.push({ timestamp: answers.at, key, value })
    bytes += length
  }
  if (records.length > 0) yield append()
}

function stateRecord(key: string, value: unknown, timestamp: number): RecordParts {
  return { timestamp, key: encoder.encode(key), value: encoder.encode(JSON.stringify(value)) }
}
