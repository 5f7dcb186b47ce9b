import { SluiceError } from '../../../core/errors.ts'
import { type ConstTensor, elementCount } from '../const-tensor.ts'
import { DATA_TYPES, dataTypeOf } from '../data-types.ts'
import { readMessage } from '../proto/reader.ts'
import { readShape, type Shape } from '../proto/read-tensor.ts'
import { maskedCrc, readSortedTable } from './sorted-table.ts'

/** The variables of a saved model, by the names under which they were saved. */
export interface Bundle {
  /** Undefined where there is none of this name. Throws where its bytes are damaged. */
  read(name: string): ConstTensor | undefined
}

interface Entry {
  type: number
  shape: Shape
  shard: number
  offset: number
  size: number
  crc: number
  slices: number
}

/** A bundle without variables. */
export const EMPTY_BUNDLE: Bundle = { read: () => undefined }

/**
 * Reads a TensorBundle (tensor_bundle.proto): its index, and the tensors as they are asked for.
 *
 * @param shardOf the bytes of a data file, by its number and how many there are
 */
export function readBundle(index: Uint8Array, shardOf: (shard: number, shards: number) => Uint8Array): Bundle {
  const entries = new Map<string, Entry>()
  let shards = 1
  for (const [key, value] of readSortedTable(index)) {
    if (key === '') shards = readShards(value)
    else entries.set(key, readEntry(value))
  }
  return {
    read(name) {
      const entry = entries.get(name)
      if (entry === undefined) return undefined
      if (entry.slices > 0)
        throw new SluiceError('model.unsupported', `variable '${name}' is partitioned; save the model without a partitioner`)
      return tensorOf(name, entry, shardOf(entry.shard, shards))
    },
  }
}

function readShards(bytes: Uint8Array): number {
  let shards = 1
  const reader = readMessage(bytes)
  while (reader.next()) {
    if (reader.isVarint(1)) shards = reader.int32
    else if (reader.isVarint(2) && reader.int32 !== 0) throw new SluiceError('model.unsupported', 'the variables are big-endian')
  }
  return shards
}

function readEntry(bytes: Uint8Array): Entry {
  const entry: Entry = { type: 0, shape: [], shard: 0, offset: 0, size: 0, crc: 0, slices: 0 }
  const reader = readMessage(bytes)
  while (reader.next()) {
    if (reader.isVarint(1)) entry.type = reader.int32
    else if (reader.isBytes(2)) entry.shape = readShape(reader.bytes)
    else if (reader.isVarint(3)) entry.shard = reader.int32
    else if (reader.isVarint(4)) entry.offset = Number(reader.int64)
    else if (reader.isVarint(5)) entry.size = Number(reader.int64)
    else if (reader.isFixed32(6)) entry.crc = new DataView(reader.bytes.buffer, reader.bytes.byteOffset).getUint32(0, true)
    else if (reader.isBytes(7)) entry.slices++
  }
  return entry
}

function tensorOf(name: string, entry: Entry, data: Uint8Array): ConstTensor {
  const type = dataTypeOf(entry.type, `variable '${name}'`)
  const shape = (entry.shape ?? []).map((size) => size ?? 0)
  const { offset, size } = entry
  if (!(offset >= 0 && size >= 0 && offset + size <= data.length)) throw malformed(name, 'is outside of its file')
  const raw = data.subarray(offset, offset + size)
  if (type === 'string') return { type, shape, raw: new Uint8Array(0), texts: readTexts(name, raw, elementCount(shape)) }
  if (raw.length !== elementCount(shape) * DATA_TYPES[type].size)
    throw malformed(name, `has ${raw.length} bytes for the shape [${shape.join(', ')}]`)
  if (maskedCrc(raw) !== entry.crc) throw malformed(name, 'has a wrong checksum')
  return { type, shape, raw }
}

/** Texts are written as their lengths, a checksum of the lengths, and the texts. */
function readTexts(name: string, bytes: Uint8Array, count: number): readonly Uint8Array[] {
  if (count > bytes.length) throw malformed(name, `has ${bytes.length} bytes for ${count} texts`)
  const lengths: number[] = []
  let at = 0
  while (lengths.length < count) {
    let length = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined || scale > 2 ** 40) throw malformed(name, 'is cut off')
      length += (byte & 127) * scale
      if (byte < 128) break
    }
    lengths.push(length)
  }
  at += 4
  return lengths.map((length) => {
    if (at + length > bytes.length) throw malformed(name, 'is cut off')
    at += length
    return bytes.subarray(at - length, at)
  })
}

function malformed(name: string, what: string): SluiceError {
  return new SluiceError('model.malformed', `variable '${name}' ${what}`, { details: { variable: name } })
}
