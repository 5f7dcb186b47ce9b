import { SluiceError } from '../../core/errors.ts'

/** Why a value is not a message. */
export function malformedMessage(typeName: string, length: number, cause?: unknown): SluiceError {
  const message = `the value of ${length} bytes is not a ${typeName}: it is truncated, or a tag, length or varint in it can't be read`
  return new SluiceError('record.protobuf.malformed', message, { cause, details: { bytes: length } })
}

/** Why a field of a message, which may be a dotted path, can't be read. */
export function wrongWireType(typeName: string, field: string): SluiceError {
  const message = `field '${field}' of ${typeName} has another wire type than its declared type`
  return new SluiceError('record.protobuf.wire-type', message, { details: { field } })
}
