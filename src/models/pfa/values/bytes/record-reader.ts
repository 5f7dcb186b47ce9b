import type { RecordType, Type } from '../../types/type.ts'
import type { RecordClass } from '../record-classes.ts'
import type { Value } from '../value.ts'
import { type Cursor, deeper, matchSource, more, space, startsWith, take, unexpected, utf8 } from './cursor.ts'
import type { ReadBytes, ReadContext } from './read-bytes.ts'
import { createStringReader } from './read-string.ts'
import { skipValue } from './skip-value.ts'

/** Reads what is left of a record whose first fields have these values. */
type ReadRest = (cursor: Cursor, values: Value[]) => Value

/**
 * Reads records whose fields are in the order of the type. What stands between the values is compared as a whole where it is as programs write it:
 * without white space, or with a blank after each comma and colon; any other way, part by part. Where another name comes, the rest of an input is read by name.
 */
export function recordReader(type: RecordType, { of, classes, input }: ReadContext): ReadBytes {
  const { fields } = type
  if (fields.length === 0) return unexpected
  const Class = classes.get(type)
  const readers = fields.map((field) => of(field.type))
  const rest = input ? restReader(type, { readers, Class }) : unexpected
  const names = fields.map(({ name }) => JSON.stringify(name))
  const numbered = (letter: string): readonly string[] => names.map((_, i) => `${letter}${i}`)
  const values = numbered('p')
  const steps = names.map((name, i) => {
    const before = i === 0 ? '{' : ','
    const [dense, loose] = [`${before}${name}:`, `${i === 0 ? '{' : ', '}${name}: `]
    return `at = cursor.at;
if (${matchSource(dense)}) cursor.at = at + ${dense.length};
else if (${matchSource(loose)}) cursor.at = at + ${loose.length};
else if (!isKey(cursor, ${before.charCodeAt(0)}, n${i})) return rest(cursor, [${values.slice(0, i).join(',')}]);
const p${i} = r${i}(cursor);`
  })
  const source = `return (cursor) => {
const { view } = cursor;
let at;
deeper(cursor);
${steps.join('\n')}
if (space(cursor) !== 0x7d) return rest(cursor, [${values.join(',')}]);
cursor.at++;
cursor.depth--;
return new Class(${values.join(',')});
}`
  const given = { Class, deeper, isKey, rest, space }
  // oxlint-disable-next-line typescript/no-implied-eval -- names that the type table has found to be identifiers, and nothing else of the document
  const create = new Function(...Object.keys(given), ...numbered('n'), ...numbered('r'), source) as (
    ...args: readonly unknown[]
  ) => ReadBytes
  return create(...Object.values(given), ...names.map(utf8), ...readers)
}

/** Takes what comes before a name, the name in its quotes, and the colon; nothing, where that does not come. */
// oxlint-disable-next-line max-params -- called per field
function isKey(cursor: Cursor, before: number, name: Uint8Array): boolean {
  const { at } = cursor
  if (space(cursor) === before) {
    cursor.at++
    space(cursor)
    if (startsWith(cursor, name)) {
      cursor.at += name.length
      take(cursor, 0x3a)
      return true
    }
  }
  cursor.at = at
  return false
}

function restReader({ fields }: RecordType, { readers, Class }: { readers: readonly ReadBytes[]; Class: RecordClass }): ReadRest {
  const places = new Map(fields.map(({ name }, i) => [name, i]))
  const optional = fields.map((field) => !('fallback' in field) && isNullable(field.type))
  const readKey = createStringReader()
  return (cursor, values) => {
    if (values.length === 0) {
      take(cursor, 0x7b)
      if (space(cursor) === 0x7d) unexpected()
    } else if (!more(cursor, 0x7d)) return complete(values)
    do {
      space(cursor)
      const place = places.get(readKey(cursor))
      take(cursor, 0x3a)
      if (place === undefined) skipValue(cursor)
      // Of a name that comes twice, the last counts.
      else values[place] = readers[place]!(cursor)
    } while (more(cursor, 0x7d))
    return complete(values)
  }

  function complete(values: Value[]): Value {
    for (let i = 0; i < fields.length; i++) {
      if (values[i] !== undefined) continue
      if (!optional[i]) unexpected()
      values[i] = null
    }
    return new Class(...values)
  }
}

/** Whether a field that is left out is null. */
function isNullable(type: Type): boolean {
  return type.kind === 'null' || (type.kind === 'union' && type.types.some(({ kind }) => kind === 'null'))
}
