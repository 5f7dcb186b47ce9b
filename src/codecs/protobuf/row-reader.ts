import { type Batch, INDEX } from '../../core/batch.ts'
import type { BoundField, RowReader } from '../../core/codec.ts'
import type { SluiceError } from '../../core/errors.ts'
import type { FrameBuffer } from '../../core/frame.ts'
import type { Outcomes } from '../../core/outcomes.ts'
import type { MessageType } from './message-type.ts'
import { malformedMessage, wrongWireType } from './protobuf-errors.ts'
import { ProtobufRows } from './protobuf-rows.ts'
import { planMessage } from './read-plan.ts'
import { type CompiledReader, compileReader } from './reader-source.ts'
import { wireState, WRONG_WIRE_TYPE } from './wire.ts'

/** A reader of rows whose inner loop is compiled for these fields of this message. */
export class ProtobufRowReader implements RowReader {
  readonly #type: MessageType
  readonly #fields: readonly BoundField[]
  readonly #compiled: CompiledReader
  readonly #columns

  constructor(type: MessageType, fields: readonly BoundField[]) {
    this.#type = type
    this.#fields = fields
    this.#columns = fields.map((bound) => bound.field)
    this.#compiled = compileReader(planMessage(type.message, fields), fields)
  }

  read(batch: Batch, records: Int32Array, count: number, frame: FrameBuffer, outcomes: Outcomes): void {
    frame.reset(this.#columns, count, new ProtobufRows(batch, { type: this.#type, fields: this.#fields }))
    const { bytes, index } = batch
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const { cells, flags } = frame
    const width = this.#columns.length
    const { readMessage, isFloats } = this.#compiled
    const matrix = isFloats ? frame.useFloats() : frame.matrix
    let rows = 0
    for (let i = 0; i < count; i++) {
      const record = records[i]!
      const at = index[record * INDEX.stride + INDEX.valueAt]!
      const end = at + index[record * INDEX.stride + INDEX.valueLength]!
      const result = readMessage(bytes, view, at, end, matrix, cells, rows * width)
      if (result < 0) outcomes.reject(record, this.#failure(result, end - at))
      else {
        flags[rows] = result
        frame.records[rows++] = record
      }
    }
    frame.rows = rows
  }

  #failure(result: number, length: number): SluiceError {
    const { typeName } = this.#type.message
    if (result !== WRONG_WIRE_TYPE) return malformedMessage(typeName, length)
    return wrongWireType(typeName, this.#compiled.names[wireState.field]!)
  }
}
