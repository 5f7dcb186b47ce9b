import { z } from 'zod'
import { kafkaSchema } from './kafka-schema.ts'
import { LOG_SYNTAX, type LogAddress, parseLogAddress } from './log-address.ts'
import { archivesSchema } from './archives-schema.ts'
import { policySchema } from './policies-schema.ts'
import { rendezvousSchema } from './rendezvous-schema.ts'
import { oneOf, section, size, text, topicName, whole } from './schema-parts.ts'
import { resolveEnds, streamEnd } from './stream-address.ts'

const log = text(LOG_SYNTAX).transform((value, context): LogAddress => {
  const address = parseLogAddress(value)
  if (address !== undefined) return address
  context.issues.push({ code: 'custom', input: value, message: LOG_SYNTAX })
  return z.NEVER
})

const FORMAT = 'json, avro, { avro: { schema: <file> } } or { protobuf: { descriptorSet: <file>, message: <full name> } }'
const format = z.union(
  [
    z.enum(['json', 'avro'], { error: FORMAT }),
    section({ avro: section({ schema: text('the path of an Avro schema (.avsc)') }) }),
    section({
      protobuf: section({
        descriptorSet: text('the path of a FileDescriptorSet (buf build -o x.binpb, protoc -o x.binpb)'),
        message: text('the full name of a message, such as sluice.examples.WineRecord'),
      }),
    }),
  ],
  { error: FORMAT },
)

const DATA_TYPE = 'key, topic, { field: <path> }, { header: <name> } or { constant: <data type> }'
const dataType = z.union(
  [
    z.enum(['key', 'topic'], { error: DATA_TYPE }),
    section({ field: text('the path of a field, such as dataType or order.kind') }),
    section({ header: text('the name of a record header') }),
    section({ constant: text('a data type') }),
  ],
  { error: DATA_TYPE },
)

const FIELD_NUMBER = 'a protobuf field number from 1 to 536870911, outside 19000 to 19999, that the message does not use'
/** Large records need not be written again with their answers; the headers say which record an answer is for. */
const withRecord = z.boolean({ error: 'true, or false for answers without the record' }).prefault(true)

const ANSWER = '{ field: <name> } for JSON and Avro or { number: <field number> } for protobuf'
const answer = z.union(
  [
    section({ field: text('the name of the field that is added to the record'), record: withRecord }),
    section({
      record: withRecord,
      number: z
        .int({ error: FIELD_NUMBER })
        .min(1, { error: FIELD_NUMBER })
        .max(536_870_911, { error: FIELD_NUMBER })
        .refine((number) => number < 19_000 || number > 19_999, { error: FIELD_NUMBER }),
    }),
  ],
  { error: ANSWER },
)

/** The answer that a stream adds where its configuration does not say. */
export const DEFAULT_ANSWER = {
  json: { field: 'answer', record: true },
  avro: { field: 'answer', record: true },
  protobuf: { number: 1000, record: true },
} as const

/** What the records of a stream are encoded in. */
export function encodingOf(value: z.output<typeof format>): keyof typeof DEFAULT_ANSWER {
  if (typeof value === 'string') return value
  return 'avro' in value ? 'avro' : 'protobuf'
}

const STREAM_NAME = 'a name of at most 249 letters, digits, dots, dashes and underscores'

export const streamSettings = section({
  name: text(STREAM_NAME)
    .max(249, { error: STREAM_NAME })
    .regex(/^[\w.-]+$/, { error: STREAM_NAME })
    .optional(),
  input: streamEnd('input').prefault('mdata'),
  output: streamEnd('output').prefault('scores'),
  partitions: whole(1, 10_000, 'the number of partitions of topics that Sluice creates').prefault(1),
  format: format.prefault('json'),
  wire: oneOf(['plain', 'confluent']).prefault('plain'),
  subjects: section({
    input: text('the subject of the schemas of records').optional(),
    output: text('the subject of the schemas of answers').optional(),
  }).prefault({}),
  dataType: dataType.prefault({ field: 'dataType' }),
  dataTypes: z
    .array(text('a data type'), { error: 'a list of data types, such as [wine, flight]' })
    .min(1, { error: 'a list of at least one data type; leave the setting out to accept all' })
    .optional(),
  beforeModel: section({
    do: oneOf(['hold', 'reject']).prefault('hold'),
    maxMs: whole(0, 86_400_000, 'how long records wait for a model, in ms').prefault(10_000),
    maxRecords: whole(1, 100_000_000, 'how many records may wait for a model').prefault(100_000),
  }).prefault({}),
  maxRecordBytes: size().prefault('8MiB'),
  answer: answer.optional(),
  commit: section({
    guarantee: oneOf(['exactly-once', 'at-least-once']).prefault('exactly-once'),
    intervalMs: whole(
      0,
      60_000,
      'how long a Kafka transaction stays open for more records, or offsets wait for company where there is none, in ms',
    ).prefault(100),
  }).prefault({}),
  batch: section({ maxBytes: size(1024).prefault('256KiB') }).prefault({}),
  policy: policySchema.optional(),
  policies: z.record(z.string(), policySchema, { error: 'a map from data type to policy' }).prefault({}),
  decisions: topicName().optional(),
  archives: archivesSchema.prefault([]),
  inputs: z.record(z.string(), text('the path of a record field'), { error: 'a map from model input to record field' }).prefault({}),
})

/** One stream of records. Everything has a default, so that `streams: [{}]` is the tutorial's stream. */
export const streamSchema = streamSettings.transform((stream) => {
  const ends = resolveEnds(stream)
  const { input, output } = stream.subjects
  return {
    ...stream,
    ...ends,
    answer: stream.answer ?? DEFAULT_ANSWER[encodingOf(stream.format)],
    subjects: { input: input ?? `${ends.input}-value`, output: output ?? `${ends.output}-value` },
  }
})

/** The topics that Sluice keeps for itself, beside `models.topic`. */
export const topicsSchema = section({
  deadLetters: topicName().prefault('dead-letters'),
  events: topicName().prefault('events'),
  swaps: topicName().prefault('swaps'),
  statistics: topicName().prefault('statistics'),
  modelState: topicName().prefault('model-state'),
  control: topicName().prefault('control'),
  rewards: topicName().prefault('rewards'),
})

const ALIASES = 'a map from alias to the name of a model, or its name@version, such as { champion: forest }'

export const modelsSchema = section({
  topic: topicName().prefault('models'),
  join: oneOf(['partitioned', 'keyed']).prefault('partitioned'),
  history: whole(1, 10_000, 'how many versions of a data type are kept').prefault(10),
  aliases: z
    .record(z.string(), z.record(z.string(), text('the name of a model, or name@version'), { error: ALIASES }), {
      error: `a map from data type to ${ALIASES}`,
    })
    .prefault({}),
  maxBytes: size().prefault('256MiB'),
  loadTimeoutMs: whole(1, 3_600_000, 'how long loading may take, in ms').prefault(60_000),
  directory: text('the path of the folder from which models may be fetched').nullable().prefault(null),
  allowedHosts: z
    .array(text('a host name, with :port where it is not the default'), { error: 'a list of host names, such as [models.example.com]' })
    .prefault([]),
  definitions: text('the path of a module that defines models in code').nullable().prefault(null),
})

const REGISTRY = 'the address of a schema registry, such as http://localhost:8081'

export const schemasSchema = section({
  registry: text(REGISTRY)
    .refine((value) => /^https?:\/\/[^\s@]+$/.test(value) && URL.canParse(value), { error: `${REGISTRY}, without a password` })
    .nullable()
    .prefault(null),
  credentials: text('the path of a file that holds user:password or a token').nullable().prefault(null),
  register: z.boolean({ error: 'true or false' }).prefault(true),
  timeoutMs: whole(1, 600_000, 'how long the registry may take to answer, in ms').prefault(5000),
})

/** The single source of what can be configured: file, environment and flags all go through it. */
export const configSchema = section({
  log: log.prefault('sqlite:./sluice.db'),
  group: text('the name of the consumer group').prefault('sluice'),
  workers: whole(1, 256, 'how many threads share the work').prefault(1),
  http: section({
    host: text('the host name or address to listen on').prefault('127.0.0.1'),
    port: whole(0, 65_535, 'a port').prefault(5500),
    maxBodyBytes: size(1024).prefault('64MiB'),
    allowedHosts: z
      .array(text('a host name'), { error: 'a list of host names by which browsers reach this node, such as [sluice.example.com]' })
      .prefault([]),
  }).prefault({}),
  kafka: kafkaSchema.prefault({}),
  state: section({
    directory: text('the path of a folder for snapshots of what was committed, or null').nullable().prefault(null),
  }).prefault({}),
  models: modelsSchema.prefault({}),
  schemas: schemasSchema.prefault({}),
  topics: topicsSchema.prefault({}),
  streams: z.array(streamSchema, { error: 'a list of streams, each with input and output' }).prefault([{}]),
  rendezvous: rendezvousSchema.prefault([]),
  logging: section({
    level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).prefault('info'),
    pretty: z.union([z.literal('auto'), z.boolean()], { error: 'auto, true or false' }).prefault('auto'),
  }).prefault({}),
})

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T

/** The validated configuration of a node. Deep frozen; sizes in bytes, durations in ms, paths absolute. */
export type Config = DeepReadonly<z.output<typeof configSchema>>
export type StreamConfig = Config['streams'][number]
