import { isAscii } from 'node:buffer'
import { SluiceError } from '../../../core/errors.ts'
import type { DecodeCell, JsonObject } from '../document/json.ts'
import { Place } from '../document/place.ts'
import { TypeTable } from '../types/type-table.ts'
import { createByteReader, type FindValue } from '../values/bytes/read-bytes.ts'
import { RecentMemo } from '../values/recent-memo.ts'
import { RecordClasses } from '../values/record-classes.ts'

interface CellReader {
  readonly typeKey: string
  readonly find: FindValue
}

/** Longer declarations of types are not kept as keys. */
const LONGEST_TYPE = 100_000

/** Readers by the JSON of the types, for all documents: versions of a model have the same types, and warm code is fast. */
const READERS = new RecentMemo<CellReader | undefined>(100)

/**
 * Reads cells' values from the bytes of a document whose text is `text`, where a cell's type is known from what stands before its value. What can't be read
 * this way is left to the general one, which says what is wrong, if anything is.
 */
export function cellDecoder(bytes: Uint8Array, text: string): DecodeCell {
  const byteOf = createByteOf(bytes, text)
  return (cell, at) => {
    const type = cell.get('type')
    if (type === undefined || cell.has('source')) return undefined
    const reader = readerOf(cell)
    if (reader === undefined) return undefined
    const start = byteOf(at)
    const found = reader.find(bytes, start)
    return found && { typeKey: reader.typeKey, value: found.value, end: at + (found.end - start) - found.wide }
  }
}

function readerOf(cell: JsonObject): CellReader | undefined {
  const type = cell.get('type')!
  const key = JSON.stringify(type, (_, part: unknown) => (part instanceof Map ? [...part] : typeof part === 'bigint' ? String(part) : part))
  return key.length > LONGEST_TYPE ? createReader() : READERS.get(key, createReader)

  function createReader(): CellReader | undefined {
    const types = new TypeTable()
    const place = new Place(undefined, '')
    try {
      types.declareAll(type, place)
      const read = types.read(type, place)
      return { typeKey: read.key, find: createByteReader(read, new RecordClasses()) }
    } catch (error) {
      // A type that is declared elsewhere, or wrongly: the general way says which.
      if (error instanceof SluiceError) return undefined
      throw error
    }
  }
}

/** The place among the bytes of a character; asked for in the order of the text. */
function createByteOf(bytes: Uint8Array, text: string): (at: number) => number {
  if (isAscii(bytes)) return (at) => at
  // A byte order mark is no part of the text.
  let byte = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf && text.charCodeAt(0) !== 0xfeff ? 3 : 0
  let character = 0
  return (at) => {
    byte += Buffer.byteLength(text.slice(character, at))
    character = at
    return byte
  }
}
