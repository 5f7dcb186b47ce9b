import type { Codec } from '../../core/codec.ts'
import { SluiceError } from '../../core/errors.ts'
import { type Framing, plainFraming } from '../framing.ts'
import { answerSchema } from './answer-schema.ts'
import { createAnswerWriter } from './answer-writer.ts'
import type { RecordType } from './avro-type.ts'
import { createDataTypeReader } from './data-type-reader.ts'
import { parseRecordSchema } from './parse-schema.ts'
import { schemaFields } from './resolve-field.ts'
import { AvroRowReader } from './row-reader.ts'
import { decodeRecord, decodeStart } from './value-decoder.ts'
import { encodeRecord } from './value-encoder.ts'

export interface AvroOptions {
  /** The schema that all records are written with, in JSON. */
  readonly schema: string
  /** The field that the answer is added as. `answer` where absent. */
  readonly answerField?: string
}

/** The codec of records in Avro's binary encoding that all have one schema. Throws `codec.schema.invalid`. */
export function createAvroCodec({ schema, answerField = 'answer' }: AvroOptions): Codec {
  const record = parseRecordSchema(schema)
  const written = answerSchema(schema, answerField)
  const answered = parseRecordSchema(written)
  return {
    ...avroCodec('avro', plainFraming(record), () => ({ reader: record, own: record })),
    answerSchema: written,
    decode(value) {
      const start = decodeStart(record, value)
      return start.at === value.length ? start.value : decodeRecord(answered, value)
    },
  }
}

/** What a stream takes its records to be; it may change while the stream is being answered. */
export interface StreamSchemas {
  /** The schema that paths are of; undefined where each record's own is. */
  readonly reader: RecordType | undefined
  /** The schema that records from JSON are written with; undefined where there is none yet. */
  readonly own: RecordType | undefined
}

/** The codec of records in Avro's binary encoding that each say the schema that they were written with. */
export function createFramedAvroCodec(framing: Framing<RecordType>, current: () => StreamSchemas): Codec {
  return avroCodec('avro+confluent', framing, current)
}

function avroCodec(name: string, framing: Framing<RecordType>, current: () => StreamSchemas): Codec {
  return {
    name,
    get schema() {
      const { reader } = current()
      return reader === undefined ? undefined : schemaFields(reader)
    },
    prepare: (batch, answering) => framing.prepare(batch, answering),
    reader: (fields) => new AvroRowReader({ framing, reader: current().reader, fields }),
    dataTypeReader: (path, dataTypes) => createDataTypeReader({ framing, reader: current().reader, path, dataTypes }),
    answerWriter: (descriptor, model) => createAnswerWriter(framing, descriptor, model),
    decode(value) {
      const { payload, schema } = framing.unframe(value)
      return decodeRecord(schema, payload)
    },
    encode(record) {
      const { own } = current()
      // Framing says what is wrong where there is no schema to write with.
      if (own === undefined) return framing.frame(new Uint8Array(0))
      let payload: Uint8Array
      try {
        payload = encodeRecord(own, record)
      } catch (cause) {
        throw new SluiceError('record.feature.invalid', `the record is not a ${own.name}: ${(cause as Error).message}`, { cause })
      }
      return framing.frame(payload)
    },
  }
}
