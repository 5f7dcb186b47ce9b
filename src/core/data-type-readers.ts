import { type Batch, INDEX } from './batch.ts'
import { type DataTypeReader, MAX_DATA_TYPES } from './codec.ts'
import { type Dictionary, LONGEST_LEARNED, UNUSABLE_TEXT } from './dictionary.ts'
import { SluiceError } from './errors.ts'
import { HeaderCursor } from './headers.ts'
import type { Outcomes } from './outcomes.ts'

const encoder = new TextEncoder()

/** The data type is the same for all records of the stream. */
export function constantDataType(dataType: string, dataTypes: Dictionary): DataTypeReader {
  const code = dataTypes.add(dataType)
  return {
    read(batch: Batch, types: Int32Array): void {
      types.fill(code, 0, batch.count)
    },
  }
}

/** The data type is the name of the topic. */
export function topicDataType(dataTypes: Dictionary): DataTypeReader {
  return {
    read(batch: Batch, types: Int32Array): void {
      types.fill(dataTypes.add(batch.topic), 0, batch.count)
    },
  }
}

/** The data type is the record's key: with it, every customer or device can have its own model. */
export function keyDataType(dataTypes: Dictionary): DataTypeReader {
  const missing = new SluiceError('record.data-type.missing', 'the record has no key, and the key is its data type')
  const unusable = unusableDataType('the key')
  return {
    read(batch: Batch, types: Int32Array, outcomes: Outcomes): void {
      for (let i = 0; i < batch.count; i++) {
        if (outcomes.rejected[i] === 1) continue
        const length = batch.index[i * INDEX.stride + INDEX.keyLength]!
        if (length <= 0) outcomes.reject(i, missing)
        else {
          const code = dataTypes.internBytes(batch.bytes, batch.index[i * INDEX.stride + INDEX.keyAt]!, length, MAX_DATA_TYPES)
          if (code === UNUSABLE_TEXT) outcomes.reject(i, unusable)
          else types[i] = code
        }
      }
    },
  }
}

/** The data type is the value of the first header with this name. */
export function headerDataType(name: string, dataTypes: Dictionary): DataTypeReader {
  const missing = new SluiceError('record.data-type.missing', `the record has no header '${name}', which is to hold its data type`)
  const unusable = unusableDataType(`header '${name}'`)
  const nameBytes = encoder.encode(name)
  const header = new HeaderCursor()
  return {
    read(batch: Batch, types: Int32Array, outcomes: Outcomes): void {
      for (let i = 0; i < batch.count; i++) {
        if (outcomes.rejected[i] === 1) continue
        header.start(batch, i)
        let length = -1
        while (length < 0 && header.next()) if (header.isNamed(nameBytes)) length = Math.max(0, header.valueLength)
        if (length <= 0) outcomes.reject(i, missing)
        else {
          const code = dataTypes.internBytes(batch.bytes, header.valueAt, length, MAX_DATA_TYPES)
          if (code === UNUSABLE_TEXT) outcomes.reject(i, unusable)
          else types[i] = code
        }
      }
    },
  }
}

/** Why what stands at a place of the record, such as "field 'kind'", can't be its data type, for `UNUSABLE_TEXT`. */
export function unusableDataType(place: string): SluiceError {
  const message = `${place} is to hold the data type, and holds none: it is not UTF-8 text, or longer than ${LONGEST_LEARNED} bytes`
  return new SluiceError('record.data-type.missing', message)
}
