import { fromBinary } from '@bufbuild/protobuf'
import { type Batch, INDEX } from '../../core/batch.ts'
import type { BoundField, RowReader } from '../../core/codec.ts'
import { SluiceError } from '../../core/errors.ts'
import type { FrameBuffer, RowSource } from '../../core/frame.ts'
import type { Outcomes } from '../../core/outcomes.ts'
import { messageText, pathSteps, valueAt } from '../path.ts'
import type { MessageType } from './message-type.ts'
import { plainMessage } from './plain-message.ts'
import { planMessage } from './read-plan.ts'
import { compileReader, type MessageReader } from './reader-source.ts'
import { wireState, WRONG_WIRE_TYPE } from './wire.ts'

/** A reader of rows whose inner loop is compiled for these fields of this message. */
export class ProtobufRowReader implements RowReader {
  readonly #type: MessageType
  readonly #fields: readonly BoundField[]
  readonly #read: MessageReader
  readonly #columns

  constructor(type: MessageType, fields: readonly BoundField[]) {
    this.#type = type
    this.#fields = fields
    this.#columns = fields.map((bound) => bound.field)
    this.#read = compileReader(planMessage(type.message, fields), fields)
  }

  read(batch: Batch, records: Int32Array, count: number, frame: FrameBuffer, outcomes: Outcomes): void {
    frame.reset(this.#columns, count, new ProtobufRows(batch, { type: this.#type, fields: this.#fields }))
    const { bytes, index } = batch
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const { matrix, cells, flags } = frame
    const width = this.#columns.length
    let rows = 0
    for (let i = 0; i < count; i++) {
      const record = records[i]!
      const at = index[record * INDEX.stride + INDEX.valueAt]!
      const end = at + index[record * INDEX.stride + INDEX.valueLength]!
      const result = this.#read(bytes, view, at, end, matrix, cells, rows * width)
      if (result < 0) outcomes.reject(record, this.#failure(result, end - at))
      else {
        flags[rows] = result
        frame.records[rows++] = record
      }
    }
    frame.rows = rows
  }

  #failure(result: number, length: number): SluiceError {
    if (result !== WRONG_WIRE_TYPE) return malformedMessage(this.#type.message.typeName, length)
    const { typeName, fields } = this.#type.message
    const field = fields.find((candidate) => candidate.number === wireState.field)
    const message = `field ${wireState.field}${field ? ` '${field.name}'` : ''} of ${typeName} has another wire type than its declared type`
    return new SluiceError('record.protobuf.wire-type', message, { details: { field: field?.name ?? wireState.field } })
  }
}

/** The structured records of one batch, for as long as a model that answers later may ask for them: the reader is with the next batch then. */
class ProtobufRows implements RowSource {
  readonly #batch: Batch
  readonly #type: MessageType
  readonly #fields: readonly BoundField[]

  constructor(batch: Batch, { type, fields }: { readonly type: MessageType; readonly fields: readonly BoundField[] }) {
    this.#batch = batch
    this.#type = type
    this.#fields = fields
  }

  value(record: number): unknown {
    return plainMessage(fromBinary(this.#type.message, this.#bytesOf(record)), this.#type.message)
  }

  text(record: number, field: number): string | undefined {
    const { path } = this.#fields[field]!
    return path === undefined ? undefined : messageText(valueAt(this.value(record), pathSteps(path)))
  }

  #bytesOf(record: number): Uint8Array {
    const { bytes, index } = this.#batch
    const at = index[record * INDEX.stride + INDEX.valueAt]!
    return bytes.subarray(at, at + index[record * INDEX.stride + INDEX.valueLength]!)
  }
}

/** Why a value is not a message. */
export function malformedMessage(typeName: string, length: number): SluiceError {
  const message = `the value of ${length} bytes is not a ${typeName}: it is truncated, or a tag, length or varint in it can't be read`
  return new SluiceError('record.protobuf.malformed', message, { details: { bytes: length } })
}
