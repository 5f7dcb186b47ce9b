import type { Clock } from '../../core/clock.ts'
import type { Codec } from '../../core/codec.ts'
import type { SchemaRegistry } from '../../core/schema-registry.ts'
import { answerSchema } from '../avro/answer-schema.ts'
import { createFramedAvroCodec } from '../avro/avro-codec.ts'
import type { RecordType } from '../avro/avro-type.ts'
import { parseRecordSchema } from '../avro/parse-schema.ts'
import type { Framing } from '../framing.ts'
import { createJsonCodec } from '../json/json-codec.ts'
import { loadMessageType, messagePlaces } from '../protobuf/message-type.ts'
import { createProtobufCodec, type ProtobufOptions } from '../protobuf/protobuf-codec.ts'
import { ConfluentFraming } from './confluent-framing.ts'
import { framedCodec } from './framed-codec.ts'
import { jsonAnswerSchema } from './json-answer-schema.ts'
import { LatestSchema } from './latest-schema.ts'
import { SchemaTable } from './schema-table.ts'

export interface RegistryUse {
  readonly registry: SchemaRegistry
  readonly clock: Clock
  /** The subject whose last schema is the stream's: for paths, and for records that are made from JSON. */
  readonly inputSubject: string
  /** The subject of the schemas of answers. */
  readonly outputSubject: string
  /** Whether the schemas of answers are added to it. */
  readonly register: boolean
}

/**
 * The codec of Avro records that say their schema as Confluent's serializers do. `schema` is the reader's; the last one of the input's
 * subject where absent, which is looked up again now and then, and where there is none yet, each record's own. The schema of answers, which is that of the record with one more
 * field, is registered at once, and again for each new schema that records come with. Throws `codec.schema.invalid`, `schemas.refused`,
 * `schemas.unavailable`.
 */
export async function createConfluentAvroCodec(
  use: RegistryUse,
  { schema, answerField = 'answer' }: { readonly schema?: string; readonly answerField?: string },
): Promise<Codec> {
  const table = new SchemaTable<RecordType>({
    ...use,
    language: 'AVRO',
    parse: ({ text, used }) => parseRecordSchema(text, used),
    answer: (of) => ({ ...of, text: answerSchema(of.text, answerField, of.used) }),
  })
  const reader = schema === undefined ? undefined : parseRecordSchema(schema)
  const { latest, framing } = await framingOf(use, table)
  return createFramedAvroCodec(framing, () => ({ reader: reader ?? latest.current?.parsed, own: latest.current?.parsed }))
}

/** The codec of JSON records that say their JSON Schema. They are read like all JSON: what is in the schema is for their producers. */
export async function createConfluentJsonCodec(
  use: RegistryUse,
  { answerField = 'answer' }: { readonly answerField?: string },
): Promise<Codec> {
  const table = new SchemaTable<undefined>({
    ...use,
    language: 'JSON',
    parse: () => undefined,
    answer: (of) => ({ ...of, text: jsonAnswerSchema(of.text, answerField) }),
  })
  const { framing } = await framingOf(use, table)
  return framedCodec(createJsonCodec({ answerField }), framing)
}

/**
 * The codec of protobuf records that say their schema. They are read as the message of the descriptor set, which is compatible with that
 * schema where the registry sees to it. An answer keeps the record's schema, to which the answer is a field that it does not know.
 */
export async function createConfluentProtobufCodec(use: RegistryUse, options: ProtobufOptions): Promise<Codec> {
  const indexes = messagePlaces(loadMessageType(options.descriptorSet, options.message).message)
  const table = new SchemaTable<undefined>({ ...use, language: 'PROTOBUF', parse: () => undefined, indexes })
  const { framing } = await framingOf(use, table, indexes)
  return framedCodec(createProtobufCodec(options), framing)
}

/** The framing of a stream, and the last schema of its input, which it sees change while records go by. */
async function framingOf<S>(
  { registry, clock, inputSubject: subject }: RegistryUse,
  table: SchemaTable<S>,
  indexes?: readonly number[],
): Promise<{ readonly latest: LatestSchema<S>; readonly framing: Framing<S> }> {
  const latest = await LatestSchema.find({ registry, clock, subject, table })
  const framing = new ConfluentFraming<S>({
    table,
    ownId: () => latest.current?.schema.id,
    onPrepare: () => latest.refresh(),
    ...(indexes !== undefined && { indexes }),
  })
  return { latest, framing }
}
