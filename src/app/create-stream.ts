import type { Config, StreamConfig } from '../config/index.ts'
import type { Clock } from '../core/clock.ts'
import type { Codec, DataTypeReader } from '../core/codec.ts'
import { constantDataType, headerDataType, keyDataType, topicDataType } from '../core/data-type-readers.ts'
import { Dictionary } from '../core/dictionary.ts'
import { ServingOperator } from '../core/operator/operator.ts'
import type { SchemaRegistry } from '../core/schema-registry.ts'
import { createPrimaryPolicy } from '../policies/primary/primary.ts'
import type { StreamContext } from '../services/stream-context.ts'
import { createCodec } from './create-codec.ts'

/** An output record batch must stay below what brokers take, which is about 1 MB unless they are told otherwise. */
const MAX_OUTPUT_BATCH_BYTES = 512 * 1024
/** Likewise for a dead letter on a log that has such a limit. */
const MAX_DEAD_LETTER_BYTES = 768 * 1024

/** A state is written whole after each batch that changes it. */
const MAX_STATE_BYTES = 16 * 1024 * 1024

export interface CreateStreamOptions {
  readonly config: Config
  readonly clock: Clock
  /** How many partitions the input topic has. */
  readonly partitions: number
  /** Where schemas are registered; undefined where the configuration names no registry. */
  readonly registry: SchemaRegistry | undefined
  /** The longest record batch that a topic takes. */
  readonly limits: (topic: string) => Promise<number>
}

/** Makes the operator of a configured stream and what the services need to know of it. */
export async function createStream(
  stream: StreamConfig,
  { config, clock, partitions, registry, limits }: CreateStreamOptions,
): Promise<StreamContext> {
  const codec = await createCodec(stream, { registry, clock, register: config.schemas.register })
  const dictionary = new Dictionary()
  const dataTypePath = typeof stream.dataType === 'object' && 'field' in stream.dataType ? stream.dataType.field : undefined
  const operator = new ServingOperator({
    stream: stream.name,
    codec,
    policy: createPrimaryPolicy(),
    clock,
    dataTypes: { reader: dataTypeReader(stream, codec, dictionary), dictionary, path: dataTypePath },
    declaredDataTypes: stream.dataTypes,
    beforeModel: stream.beforeModel,
    inputs: stream.inputs,
    maxRecordBytes: stream.maxRecordBytes,
    deadLetterMaxBytes: config.log.kind === 'kafka' ? MAX_DEAD_LETTER_BYTES : Infinity,
    maxBatchBytes: MAX_OUTPUT_BATCH_BYTES,
    maxOutputBytes: await limits(stream.output),
    maxDeadLetterBatchBytes: await limits(config.topics.deadLetters),
    decisions: stream.decisions !== undefined,
    maxStateBytes: Math.min(MAX_STATE_BYTES, await limits(config.topics.modelState)),
  })
  const { name, input, output, answer, dataType, commit } = stream
  const guarantee = config.log.kind === 'kafka' ? commit.guarantee : 'exactly-once'
  return { name, input, output, deadLetters: config.topics.deadLetters, partitions, codec, operator, answer, dataType, guarantee }
}

function dataTypeReader({ dataType }: StreamConfig, codec: Codec, dictionary: Dictionary): DataTypeReader {
  if (dataType === 'key') return keyDataType(dictionary)
  if (dataType === 'topic') return topicDataType(dictionary)
  if ('field' in dataType) return codec.dataTypeReader(dataType.field, dictionary)
  return 'header' in dataType ? headerDataType(dataType.header, dictionary) : constantDataType(dataType.constant, dictionary)
}
