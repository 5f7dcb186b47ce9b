import { fromBinary } from '@bufbuild/protobuf'
import { type Batch, INDEX } from '../../core/batch.ts'
import type { BoundField } from '../../core/codec.ts'
import type { RowSource } from '../../core/frame.ts'
import { listFault, valueInList } from '../list-place.ts'
import { messageText, valueAt } from '../path.ts'
import { type MessageType, resolveField } from './message-type.ts'
import { plainMessage } from './plain-message.ts'
import { malformedMessage } from './protobuf-errors.ts'

/** The structured records of one batch, for as long as a model that answers later may ask for them: the reader is with the next batch then. */
export class ProtobufRows implements RowSource {
  readonly #batch: Batch
  readonly #type: MessageType
  readonly #fields: readonly BoundField[]

  constructor(batch: Batch, { type, fields }: { readonly type: MessageType; readonly fields: readonly BoundField[] }) {
    this.#batch = batch
    this.#type = type
    this.#fields = fields
  }

  /** Throws `record.protobuf.malformed` where a part of the record that no column needs can't be read. */
  value(record: number): unknown {
    const { message } = this.#type
    const { bytes, index } = this.#batch
    const at = index[record * INDEX.stride + INDEX.valueAt]!
    const length = index[record * INDEX.stride + INDEX.valueLength]!
    try {
      return plainMessage(fromBinary(message, bytes.subarray(at, at + length)), message)
    } catch (cause) {
      throw malformedMessage(message.typeName, length, cause)
    }
  }

  text(record: number, field: number): string | undefined {
    const { list } = this.#fields[field]!
    const value = this.#fieldValue(record, field)
    return messageText(list === undefined ? value : valueInList(value, list.at))
  }

  fault(record: number, field: number): string | undefined {
    const { path, list } = this.#fields[field]!
    if (path === undefined || list?.shape === undefined) return undefined
    const value = this.#fieldValue(record, field)
    // An empty list and none are the same bytes.
    return listFault(path, Array.isArray(value) && value.length === 0 ? undefined : value, list.shape)
  }

  #fieldValue(record: number, field: number): unknown {
    const { path } = this.#fields[field]!
    if (path === undefined) return undefined
    const steps = resolveField(this.#type.message, path).map((step) => step.name)
    try {
      return valueAt(this.value(record), steps)
    } catch {
      // What is wrong with the field itself is said without its text.
      return undefined
    }
  }
}
