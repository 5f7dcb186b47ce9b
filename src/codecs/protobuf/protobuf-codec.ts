import { fromBinary, fromJson, type JsonValue, toBinary } from '@bufbuild/protobuf'
import type { Codec } from '../../core/codec.ts'
import { SluiceError } from '../../core/errors.ts'
import { createAnswerWriter } from './answer-writer.ts'
import { createDataTypeReader } from './data-type-reader.ts'
import { loadMessageType, schemaFields } from './message-type.ts'
import { plainMessage } from './plain-message.ts'
import { malformedMessage } from './protobuf-errors.ts'
import { ProtobufRowReader } from './row-reader.ts'

export interface ProtobufOptions {
  /** A serialised `FileDescriptorSet` with all imports. */
  readonly descriptorSet: Uint8Array
  /** The full name of the record's message. */
  readonly message: string
  /** The field number under which the answer is appended to the record; the message must not use it. 1000 where absent. */
  readonly answerNumber?: number
  /** Whether answers have the record's fields too: true where absent. */
  readonly withRecord?: boolean
}

/** The codec of records that are protobuf messages. Throws `codec.schema.invalid`. */
export function createProtobufCodec(options: ProtobufOptions): Codec {
  const type = loadMessageType(options.descriptorSet, options.message)
  const { message } = type
  const answerNumber = options.answerNumber ?? 1000
  const taken = message.fields.find((field) => field.number === answerNumber)
  if (taken !== undefined) {
    const text = `the answer can't be field ${answerNumber} of ${message.typeName}: that is its field '${taken.name}'; set answer.number to a free one`
    throw new SluiceError('codec.schema.invalid', text)
  }
  return {
    name: 'protobuf',
    schema: schemaFields(message),
    reader: (fields) => new ProtobufRowReader(type, fields),
    dataTypeReader: (path, dataTypes) => createDataTypeReader(type, path, dataTypes),
    answerWriter: (descriptor, model) => createAnswerWriter({ answerNumber, withRecord: options.withRecord ?? true }, descriptor, model),
    decode(value) {
      try {
        return plainMessage(fromBinary(message, value), message)
      } catch (cause) {
        throw malformedMessage(message.typeName, value.length, cause)
      }
    },
    encode(record) {
      try {
        return toBinary(message, fromJson(message, record as JsonValue, { registry: type.registry }))
      } catch (cause) {
        const text = `the record is not a ${message.typeName}: ${(cause as Error).message}`
        throw new SluiceError('record.feature.invalid', text, { cause })
      }
    },
  }
}
