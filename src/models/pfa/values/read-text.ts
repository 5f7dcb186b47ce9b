import { DEPTH_LIMIT, numberAt } from '../document/json.ts'
import type { RecordType, Type, UnionType } from '../types/type.ts'
import { tagOf } from './branches.ts'
import type { RecordClasses } from './record-classes.ts'
import { TypeMemo } from './type-memo.ts'
import { Boxed, type Value } from './value.ts'

/** A place in a text that is being read. */
export interface Cursor {
  readonly text: string
  at: number
  depth: number
}

type ReadText = (cursor: Cursor) => Value

/** What is thrown where a text is not as plain as these readers take it. */
class UnexpectedText extends Error {}
const UNEXPECTED = new UnexpectedText('not a plain text')

/**
 * Reads large values straight from the text of a document: only what is written plainly (fields in the order of the type, no escapes), which
 * is how models are written by programs. Gives the value and where it ends, or undefined where the text must be read in the general way.
 */
export function createTextReaders(
  classes: RecordClasses,
): (type: Type) => (text: string, at: number) => { value: Value; end: number } | undefined {
  const memo = new TypeMemo<Value, [Cursor]>((type) => build(type))
  const of = (type: Type): ReadText => memo.get(type)

  function build(type: Type): ReadText {
    switch (type.kind) {
      case 'null':
        return (cursor) => word(cursor, 'null', null)
      case 'boolean':
        return (cursor) => (space(cursor) === 0x74 ? word(cursor, 'true', true) : word(cursor, 'false', false))
      case 'int':
        return readInt
      case 'double':
        return readDouble
      case 'float':
        return (cursor) => Math.fround(readDouble(cursor))
      case 'string':
        return readString
      case 'enum': {
        const symbols = new Map(type.symbols.map((symbol) => [symbol, symbol]))
        return (cursor) => symbols.get(readString(cursor)) ?? unexpected()
      }
      case 'array':
        return arrayReader(of(type.items))
      case 'map':
        return mapReader(of(type.values))
      case 'record':
        return recordReader(type, of, classes)
      case 'union':
        return unionReader(type, of)
      case 'long':
      case 'bytes':
      case 'fixed':
      case 'fcn':
      case 'exception':
        return unexpected
    }
  }

  return (type) => {
    const read = of(type)
    return (text, at) => {
      const cursor: Cursor = { text, at, depth: 0 }
      try {
        return { value: read(cursor), end: cursor.at }
      } catch (error) {
        if (error instanceof UnexpectedText) return undefined
        throw error
      }
    }
  }
}

function unexpected(): never {
  throw UNEXPECTED
}

/** Skips white space; gives the code of what follows. */
function space(cursor: Cursor): number {
  const { text } = cursor
  let code = text.charCodeAt(cursor.at)
  while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++cursor.at)
  return code
}

function take(cursor: Cursor, wanted: number): void {
  if (space(cursor) !== wanted) unexpected()
  cursor.at++
}

function word(cursor: Cursor, text: string, value: Value): Value {
  space(cursor)
  if (!cursor.text.startsWith(text, cursor.at)) unexpected()
  cursor.at += text.length
  return value
}

function readDouble(cursor: Cursor): number {
  space(cursor)
  const number = numberAt(cursor.text, cursor.at)
  if (number === undefined) return unexpected()
  cursor.at = number.end
  return number.value
}

function readInt(cursor: Cursor): number {
  const value = readDouble(cursor)
  return (value | 0) === value ? value + 0 : unexpected()
}

function readString(cursor: Cursor): string {
  take(cursor, 0x22)
  const { text, at } = cursor
  for (let end = at; ; end++) {
    const code = text.charCodeAt(end)
    if (code === 0x22) {
      cursor.at = end + 1
      return end === at + 1 ? text[at]! : text.slice(at, end)
    }
    if (code === 0x5c || !(code >= 0x20)) unexpected()
  }
}

function enter(cursor: Cursor, open: number): void {
  take(cursor, open)
  if (++cursor.depth > DEPTH_LIMIT) unexpected()
}

/** Whether another item follows; else what closes is taken. */
function more(cursor: Cursor, close: number): boolean {
  const code = space(cursor)
  cursor.at++
  if (code === 0x2c) return true
  if (code !== close) unexpected()
  cursor.depth--
  return false
}

function arrayReader(item: ReadText): ReadText {
  return (cursor) => {
    enter(cursor, 0x5b)
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

function mapReader(value: ReadText): ReadText {
  return (cursor) => {
    enter(cursor, 0x7b)
    const map = new Map<string, Value>()
    if (space(cursor) === 0x7d) {
      more(cursor, 0x7d)
      return map
    }
    do {
      const name = readString(cursor)
      if (name === '@' || map.has(name)) unexpected()
      take(cursor, 0x3a)
      map.set(name, value(cursor))
    } while (more(cursor, 0x7d))
    return map
  }
}

/** Takes `"name":`, which is compared character by character: that is faster than to ask the text. */
function key(cursor: Cursor, name: string): void {
  space(cursor)
  const { text, at } = cursor
  const { length } = name
  for (let i = 0; i < length; i++) if (text.charCodeAt(at + i) !== name.charCodeAt(i)) unexpected()
  if (text.charCodeAt(at + length) === 0x3a) cursor.at = at + length + 1
  else {
    cursor.at = at + length
    take(cursor, 0x3a)
  }
}

function recordReader(type: RecordType, of: (type: Type) => ReadText, classes: RecordClasses): ReadText {
  const Class = classes.get(type)
  const readers = type.fields.map((field) => of(field.type))
  const names = type.fields.map(({ name }) => JSON.stringify(name))
  if (names.length === 0) return unexpected
  const steps = names.map((_, i) => `${i === 0 ? '' : 'take(cursor, 0x2c);'}key(cursor, names[${i}]);const p${i} = r${i}(cursor);`)
  const source = `return (cursor) => {
enter(cursor, 0x7b);
${steps.join('\n')}
take(cursor, 0x7d);
cursor.depth--;
return new Class(${names.map((_, i) => `p${i}`).join(',')});
}`
  // oxlint-disable-next-line typescript/no-implied-eval -- names that are numbered here, and nothing of the document
  const create = new Function('Class', 'names', 'enter', 'key', 'take', ...names.map((_, i) => `r${i}`), source) as (
    ...args: readonly unknown[]
  ) => ReadText
  return create(Class, names, enter, key, take, ...readers)
}

function unionReader(type: UnionType, of: (type: Type) => ReadText): ReadText {
  const branches = type.types.map((branch) => ({
    name: JSON.stringify(tagOf(branch)),
    tag: tagOf(branch),
    read: of(branch),
    none: branch.kind === 'null',
  }))
  const nullable = branches.some(({ none }) => none)
  const tagged = branches.filter(({ none }) => !none)
  return (cursor) => {
    if (space(cursor) === 0x6e) return nullable ? word(cursor, 'null', null) : unexpected()
    enter(cursor, 0x7b)
    space(cursor)
    for (let i = 0; i < tagged.length; i++) {
      const { name, tag, read } = tagged[i]!
      if (i < tagged.length - 1 && !cursor.text.startsWith(name, cursor.at)) continue
      key(cursor, name)
      const value = read(cursor)
      take(cursor, 0x7d)
      cursor.depth--
      return type.boxed ? new Boxed(tag, value) : value
    }
    return unexpected()
  }
}
