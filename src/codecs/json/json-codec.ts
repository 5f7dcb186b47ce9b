import type { Codec } from '../../core/codec.ts'
import { SluiceError } from '../../core/errors.ts'
import { createAnswerWriter } from './answer-writer.ts'
import { createDataTypeReader } from './data-type-reader.ts'
import { JsonRowReader } from './row-reader.ts'

export interface JsonOptions {
  /** The member that the answer is added as. `answer` where absent. */
  readonly answerField?: string
  /** Whether answers have the record's members too: true where absent. */
  readonly withRecord?: boolean
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The codec of records that are JSON objects (RFC 8259). Records need not follow a schema. A record is rejected where it is not
 * UTF-8, begins with a byte-order mark, or is nested more than 64 deep. Where a member stands several times, the last one is a
 * model's input, and the first one the data type.
 */
export function createJsonCodec(options: JsonOptions = {}): Codec {
  return {
    name: 'json',
    schema: undefined,
    reader: (fields) => new JsonRowReader(fields),
    dataTypeReader: createDataTypeReader,
    answerWriter: (descriptor, model) => createAnswerWriter(options, descriptor, model),
    decode(value) {
      try {
        return JSON.parse(decoder.decode(value)) as unknown
      } catch (cause) {
        throw new SluiceError('record.json.malformed', `the value is not JSON: ${(cause as Error).message}`, { cause })
      }
    },
    encode(record) {
      try {
        return encoder.encode(JSON.stringify(record))
      } catch (cause) {
        throw new SluiceError('record.feature.invalid', `the record can't be written as JSON: ${(cause as Error).message}`, { cause })
      }
    },
  }
}
