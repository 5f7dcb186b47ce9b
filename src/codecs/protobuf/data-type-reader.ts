import { ScalarType } from '@bufbuild/protobuf'
import { type Batch, INDEX } from '../../core/batch.ts'
import { type DataTypeReader, MAX_DATA_TYPES } from '../../core/codec.ts'
import { unusableDataType } from '../../core/data-type-readers.ts'
import { type Dictionary, UNUSABLE_TEXT } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Outcomes } from '../../core/outcomes.ts'
import { type MessageType, resolvePath } from './message-type.ts'
import { malformedMessage, wrongWireType } from './protobuf-errors.ts'
import { MALFORMED, readVarint, skipField, WIRE, wireState, WRONG_WIRE_TYPE } from './wire.ts'

/** Reads the data type from a text field at the top level of a message. Where the field stands several times, the last counts. */
export function createDataTypeReader(type: MessageType, path: string, dataTypes: Dictionary): DataTypeReader {
  const field = resolvePath(type.message, path)
  const last = field.at(-1)!
  if (field.length > 1 || last.fieldKind !== 'scalar' || (last.scalar !== ScalarType.STRING && last.scalar !== ScalarType.BYTES)) {
    throw new SluiceError(
      'codec.schema.invalid',
      `the data type must be in a string field of ${type.message.typeName}; '${path}' is not one`,
    )
  }
  const wanted = (last.number << 3) | WIRE.bytes
  const missing = new SluiceError(
    'record.data-type.missing',
    `the record has no text in its field '${path}', which is to hold its data type`,
  )
  const unusable = unusableDataType(`field '${path}'`)
  const wrongType = wrongWireType(type.message.typeName, last.name)
  return {
    read(batch: Batch, types: Int32Array, outcomes: Outcomes): void {
      const { bytes, index, count } = batch
      for (let i = 0; i < count; i++) {
        if (outcomes.rejected[i] === 1) continue
        const at = index[i * INDEX.stride + INDEX.valueAt]!
        const length = index[i * INDEX.stride + INDEX.valueLength]!
        const result = findText(bytes, at, at + length, wanted)
        if (result === MALFORMED) outcomes.reject(i, malformedMessage(type.message.typeName, length))
        else if (result === WRONG_WIRE_TYPE) outcomes.reject(i, wrongType)
        else if (found.length <= 0) outcomes.reject(i, missing)
        else {
          const code = dataTypes.internBytes(bytes, found.at, found.length, MAX_DATA_TYPES)
          if (code === UNUSABLE_TEXT) outcomes.reject(i, unusable)
          else types[i] = code
        }
      }
    },
  }
}

const found = { at: 0, length: 0 }

/** Leaves the last field with the wanted tag in `found`, its length -1 where there is none; returns `MALFORMED`, `WRONG_WIRE_TYPE` or 0. */
function findText(bytes: Uint8Array, at: number, end: number, wanted: number): number {
  found.length = -1
  while (at < end) {
    let tag = bytes[at]!
    if (tag < 128) at++
    else {
      at = readVarint(bytes, at, end)
      if (at < 0 || wireState.high !== 0) return MALFORMED
      tag = wireState.low
    }
    if (tag >>> 3 === 0) return MALFORMED
    if (tag === wanted) {
      at = readVarint(bytes, at, end)
      if (at < 0 || wireState.high !== 0 || wireState.low < 0) return MALFORMED
      found.at = at
      found.length = wireState.low
      at += found.length
    } else if (tag >>> 3 === wanted >>> 3) return WRONG_WIRE_TYPE
    else if ((tag & 7) === WIRE.fixed64) at += 8
    else {
      at = skipField(bytes, at, end, tag)
      if (at < 0) return MALFORMED
    }
  }
  return at === end ? 0 : MALFORMED
}
