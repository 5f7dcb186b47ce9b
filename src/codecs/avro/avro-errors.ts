import { SluiceError } from '../../core/errors.ts'

/** Why a value is not a record. */
export function malformedRecord(name: string, length: number, cause?: unknown): SluiceError {
  const message = `the value of ${length} bytes is not a ${name}: it is truncated, goes on after its end, or a length, index or number in it can't be`
  return new SluiceError('record.avro.malformed', message, { cause, details: { bytes: length } })
}
