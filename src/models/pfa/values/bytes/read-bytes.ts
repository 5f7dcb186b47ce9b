import type { Type } from '../../types/type.ts'
import type { RecordClasses } from '../record-classes.ts'
import { TypeMemo } from '../type-memo.ts'
import type { Value } from '../value.ts'
import { createCursor, type Cursor, deeper, more, space, take, takeAll, unexpected, UnexpectedText, utf8 } from './cursor.ts'
import { readNumber, readWhole } from './read-number.ts'
import { createStringReader } from './read-string.ts'
import { recordReader } from './record-reader.ts'
import { unionReader } from './union-reader.ts'

export type ReadBytes = (cursor: Cursor) => Value

/** What readers of parts are made with. */
export interface ReadContext {
  readonly of: (type: Type) => ReadBytes
  readonly classes: RecordClasses
  /** Whether what is read is an input, as the readers of inputs take what JSON.parse gives; else a part of a document. */
  readonly input: boolean
  /** A reader of a word that stands for a value. */
  readonly word: (text: string, value: Value) => ReadBytes
}

/** What was read from a JSON text: a value, where its text ends, and how many more bytes than characters it has. */
export interface Found {
  readonly value: Value
  readonly end: number
  readonly wide: number
}

/** Reads a value from the UTF-8 bytes of a JSON text, from a place on; undefined where the text must be read in the general way. */
export type FindValue = (bytes: Uint8Array, at: number) => Found | undefined

/**
 * Reads large values straight from the bytes of a document: only what is written plainly (fields in the order of the type, no escapes), which
 * is how models are written by programs.
 */
export function createByteReader(type: Type, classes: RecordClasses): FindValue {
  const read = createReader(type, classes, false)
  return (bytes, at) => {
    const cursor = createCursor(bytes, at)
    const value = attempt(read, cursor)
    return value === undefined ? undefined : { value, end: cursor.at, wide: cursor.wide }
  }
}

/** What a reader gives; undefined where the text is not as it takes it. */
export function attempt(read: ReadBytes, cursor: Cursor): Value {
  try {
    return read(cursor)
  } catch (error) {
    // A RangeError says that the bytes end, or the stack.
    if (error instanceof UnexpectedText || error instanceof RangeError) return undefined
    throw error
  }
}

/** The reader for a type. */
export function createReader(type: Type, classes: RecordClasses, input: boolean): ReadBytes {
  const memo = new TypeMemo<Value, [Cursor]>((part) => build(part))
  const of = (part: Type): ReadBytes => memo.get(part)
  const context: ReadContext = { of, classes, input, word: wordReader }
  const readReal = input ? readSigned : readDouble
  return of(type)

  function build(part: Type): ReadBytes {
    switch (part.kind) {
      case 'null':
        return wordReader('null', null)
      case 'boolean': {
        const [yes, no] = [wordReader('true', true), wordReader('false', false)]
        return (cursor) => (space(cursor) === 0x74 ? yes(cursor) : no(cursor))
      }
      case 'int':
        return readInt
      case 'double':
        return readReal
      case 'float':
        return (cursor) => Math.fround(readReal(cursor))
      case 'string':
        return createStringReader(input)
      case 'enum':
        return enumReader(part.symbols)
      case 'array':
        return arrayReader(of(part.items))
      case 'map':
        return mapReader(of(part.values), input)
      case 'record':
        return recordReader(part, context)
      case 'union':
        return unionReader(part, context)
      case 'long':
        return input ? readSafe : unexpected
      case 'bytes':
      case 'fixed':
      case 'fcn':
      case 'exception':
        return unexpected
    }
  }
}

function wordReader(text: string, value: Value): ReadBytes {
  const bytes = utf8(text)
  return (cursor) => {
    space(cursor)
    takeAll(cursor, bytes)
    return value
  }
}

function readDouble(cursor: Cursor): number {
  if (cursor.bytes[cursor.at]! <= 0x20) space(cursor)
  return readNumber(cursor)
}

function readInt(cursor: Cursor): number {
  if (cursor.bytes[cursor.at]! <= 0x20) space(cursor)
  const value = readWhole(cursor)
  return (value | 0) === value ? value + 0 : unexpected()
}

/** As JSON.parse reads it: -0 has its sign. */
function readSigned(cursor: Cursor): number {
  const first = space(cursor)
  const value = readNumber(cursor)
  return value === 0 && first === 0x2d ? -0 : value
}

/** A long that a double holds, as nearly all are. */
function readSafe(cursor: Cursor): number {
  space(cursor)
  const value = readWhole(cursor)
  return Number.isSafeInteger(value) ? value + 0 : unexpected()
}

function enumReader(symbols: readonly string[]): ReadBytes {
  const known = new Set(symbols)
  const read = createStringReader()
  return (cursor) => {
    const symbol = read(cursor)
    return known.has(symbol) ? symbol : unexpected()
  }
}

function arrayReader(item: ReadBytes): ReadBytes {
  return (cursor) => {
    take(cursor, 0x5b)
    deeper(cursor)
    const array: Value[] = []
    if (space(cursor) === 0x5d) {
      more(cursor, 0x5d)
      return array
    }
    do array.push(item(cursor))
    while (more(cursor, 0x5d))
    return array
  }
}

function mapReader(value: ReadBytes, input: boolean): ReadBytes {
  const readKey = createStringReader(input)
  return (cursor) => {
    take(cursor, 0x7b)
    deeper(cursor)
    const map = new Map<string, Value>()
    if (space(cursor) === 0x7d) {
      more(cursor, 0x7d)
      return map
    }
    do {
      const name = readKey(cursor)
      if (name === '@' || map.has(name)) unexpected()
      // JSON.parse puts keys that are integers before the others.
      if (input && map.size > 0 && isDigit(name)) unexpected()
      take(cursor, 0x3a)
      map.set(name, value(cursor))
    } while (more(cursor, 0x7d))
    return map
  }
}

function isDigit(name: string): boolean {
  const code = name.charCodeAt(0)
  return code >= 0x30 && code <= 0x39
}
