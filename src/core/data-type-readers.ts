import { type Batch, INDEX } from './batch.ts'
import { type DataTypeReader, MAX_DATA_TYPES } from './codec.ts'
import type { Dictionary } from './dictionary.ts'
import { SluiceError } from './errors.ts'
import { headersOf } from './headers.ts'
import type { Outcomes } from './outcomes.ts'

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
  return {
    read(batch: Batch, types: Int32Array, outcomes: Outcomes): void {
      for (let i = 0; i < batch.count; i++) {
        const length = batch.index[i * INDEX.stride + INDEX.keyLength]!
        if (length <= 0) outcomes.reject(i, missing)
        else types[i] = dataTypes.internBytes(batch.bytes, batch.index[i * INDEX.stride + INDEX.keyAt]!, length, MAX_DATA_TYPES)
      }
    },
  }
}

/** The data type is the value of a header. */
export function headerDataType(name: string, dataTypes: Dictionary): DataTypeReader {
  const missing = new SluiceError('record.data-type.missing', `the record has no header '${name}', which is to hold its data type`)
  return {
    read(batch: Batch, types: Int32Array, outcomes: Outcomes): void {
      for (let i = 0; i < batch.count; i++) {
        const value = headersOf(batch, i).find((header) => header.name === name)?.value
        if (value === undefined || value.length === 0) outcomes.reject(i, missing)
        else types[i] = dataTypes.internBytes(value, 0, value.length, MAX_DATA_TYPES)
      }
    },
  }
}
