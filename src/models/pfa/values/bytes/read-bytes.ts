import { DEPTH_LIMIT } from '../../document/json.ts'
import type { RecordType, Type, UnionType } from '../../types/type.ts'
import { tagOf } from '../branches.ts'
import type { RecordClasses } from '../record-classes.ts'
import { TypeMemo } from '../type-memo.ts'
import { Boxed, type Value } from '../value.ts'
import { createCursor, type Cursor, matchSource, space, startsWith, take, takeAll, unexpected, UnexpectedText, utf8 } from './cursor.ts'
import { readNumber } from './read-number.ts'
import { createStringReader } from './read-string.ts'

type ReadBytes = (cursor: Cursor) => Value

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
  const memo = new TypeMemo<Value, [Cursor]>((part) => build(part))
  const of = (part: Type): ReadBytes => memo.get(part)

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
        return readDouble
      case 'float':
        return (cursor) => Math.fround(readDouble(cursor))
      case 'string':
        return createStringReader()
      case 'enum':
        return enumReader(part.symbols)
      case 'array':
        return arrayReader(of(part.items))
      case 'map':
        return mapReader(of(part.values))
      case 'record':
        return recordReader(part, of, classes)
      case 'union':
        return unionReader(part, of)
      case 'long':
      case 'bytes':
      case 'fixed':
      case 'fcn':
      case 'exception':
        return unexpected
    }
  }

  const read = of(type)
  return (bytes, at) => {
    const cursor = createCursor(bytes, at)
    try {
      return { value: read(cursor), end: cursor.at, wide: cursor.wide }
    } catch (error) {
      // A RangeError says that the bytes end, or the stack.
      if (error instanceof UnexpectedText || error instanceof RangeError) return undefined
      throw error
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
  const value = readDouble(cursor)
  return (value | 0) === value ? value + 0 : unexpected()
}

function enumReader(symbols: readonly string[]): ReadBytes {
  const known = new Set(symbols)
  const read = createStringReader()
  return (cursor) => {
    const symbol = read(cursor)
    return known.has(symbol) ? symbol : unexpected()
  }
}

function deeper(cursor: Cursor): void {
  if (++cursor.depth > DEPTH_LIMIT) unexpected()
}

/** Whether another item follows; else what closes is taken. */
function more(cursor: Cursor, close: number): boolean {
  const byte = space(cursor)
  cursor.at++
  if (byte === 0x2c) return true
  if (byte !== close) unexpected()
  cursor.depth--
  return false
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

function mapReader(value: ReadBytes): ReadBytes {
  const readKey = createStringReader()
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
      take(cursor, 0x3a)
      map.set(name, value(cursor))
    } while (more(cursor, 0x7d))
    return map
  }
}

/** Takes what comes before a name, the name in its quotes, and the colon. */
// oxlint-disable-next-line max-params -- called per field
function key(cursor: Cursor, before: number, name: Uint8Array): void {
  take(cursor, before)
  space(cursor)
  takeAll(cursor, name)
  take(cursor, 0x3a)
}

/**
 * Reads records whose fields are in the order of the type. What stands between the values is compared as a whole where it is as programs write it:
 * without white space, or with a blank after each comma and colon; any other way, part by part.
 */
function recordReader(type: RecordType, of: (type: Type) => ReadBytes, classes: RecordClasses): ReadBytes {
  const { fields } = type
  if (fields.length === 0) return unexpected
  const names = fields.map(({ name }) => JSON.stringify(name))
  const steps = names.map((name, i) => {
    const before = i === 0 ? '{' : ','
    const [dense, loose] = [`${before}${name}:`, `${i === 0 ? '{' : ', '}${name}: `]
    return `at = cursor.at;
if (${matchSource(dense)}) cursor.at = at + ${dense.length};
else if (${matchSource(loose)}) cursor.at = at + ${loose.length};
else key(cursor, ${before.charCodeAt(0)}, n${i});
const p${i} = r${i}(cursor);`
  })
  const numbered = (letter: string): readonly string[] => names.map((_, i) => `${letter}${i}`)
  const source = `return (cursor) => {
const { view } = cursor;
let at;
deeper(cursor);
${steps.join('\n')}
take(cursor, 0x7d);
cursor.depth--;
return new Class(${numbered('p').join(',')});
}`
  // oxlint-disable-next-line typescript/no-implied-eval -- names that the type table has found to be identifiers, and nothing else of the document
  const create = new Function('Class', 'deeper', 'key', 'take', ...numbered('n'), ...numbered('r'), source) as (
    ...args: readonly unknown[]
  ) => ReadBytes
  return create(classes.get(type), deeper, key, take, ...names.map(utf8), ...fields.map((field) => of(field.type)))
}

/** Reads values of unions with their tags, which are compared as a whole where they are written without white space. */
function unionReader(type: UnionType, of: (type: Type) => ReadBytes): ReadBytes {
  const tagged = type.types.filter(({ kind }) => kind !== 'null')
  const none = tagged.length < type.types.length ? wordReader('null', null) : unexpected
  const tags = tagged.map((branch) => tagOf(branch))
  const steps = tags.map((tag, i) => {
    const dense = `{${JSON.stringify(tag)}:`
    const value = type.boxed ? `new Boxed(${JSON.stringify(tag)}, value)` : 'value'
    return `if ((${matchSource(dense)}) ? (cursor.at = at + ${dense.length}, true) : takeTag(cursor, n${i})) {
const value = r${i}(cursor);
take(cursor, 0x7d);
cursor.depth--;
return ${value};
}`
  })
  const numbered = (letter: string): readonly string[] => tags.map((_, i) => `${letter}${i}`)
  const source = `return (cursor) => {
const { view } = cursor;
if (space(cursor) === 0x6e) return none(cursor);
const at = cursor.at;
deeper(cursor);
${steps.join('\n')}
return unexpected();
}`
  const given = { none, deeper, takeTag, take, space, Boxed, unexpected }
  // oxlint-disable-next-line typescript/no-implied-eval -- names of types, which the type table has checked, and nothing else of the document
  const create = new Function(...Object.keys(given), ...numbered('n'), ...numbered('r'), source) as (
    ...args: readonly unknown[]
  ) => ReadBytes
  return create(...Object.values(given), ...tags.map((tag) => utf8(JSON.stringify(tag))), ...tagged.map(of))
}

/** Takes `{"tag":` where it is this tag. */
function takeTag(cursor: Cursor, tag: Uint8Array): boolean {
  const { at } = cursor
  take(cursor, 0x7b)
  space(cursor)
  if (!startsWith(cursor, tag)) {
    cursor.at = at
    return false
  }
  cursor.at += tag.length
  take(cursor, 0x3a)
  return true
}
