import type { Type } from '../../types/type.ts'
import type { RecordClasses } from '../record-classes.ts'
import type { Value } from '../value.ts'
import { createCursor, space } from './cursor.ts'
import { attempt, createReader } from './read-bytes.ts'

/** Reads a value from the UTF-8 bytes of a JSON text; undefined where that must be done in the general way. */
export type ReadInput = (bytes: Uint8Array) => Value

/** Most records are shorter: they are read from here. */
const ROOM = 1 << 16
const shared = createCursor(Buffer.allocUnsafeSlow(ROOM + 1), 0)

/**
 * Reads inputs as the general reader of inputs does from what JSON.parse gives: members in any order, unions whose tags may be absent. Fastest where the fields
 * of records are in the order of their type.
 */
export function createInputReader(type: Type, classes: RecordClasses): ReadInput {
  const read = createReader(type, classes, true)
  return (bytes) => {
    const { length } = bytes
    let cursor = shared
    if (length > ROOM) cursor = createCursor(bytes, 0)
    else {
      cursor.bytes.set(bytes)
      // No text goes on here.
      cursor.bytes[length] = 0
      cursor.at = 0
      cursor.depth = 0
    }
    const value = attempt(read, cursor)
    if (value === undefined) return undefined
    space(cursor)
    return cursor.at === length ? value : undefined
  }
}
