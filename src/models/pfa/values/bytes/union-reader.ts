import type { UnionType } from '../../types/type.ts'
import { tagOf } from '../branches.ts'
import { Boxed } from '../value.ts'
import { type Cursor, deeper, matchSource, space, startsWith, take, unexpected, utf8 } from './cursor.ts'
import type { ReadBytes, ReadContext } from './read-bytes.ts'

/**
 * Reads values of unions with their tags, which are compared as a whole where they are written without white space. A value of an input may lack its tag where
 * it can only be of one branch.
 */
export function unionReader(type: UnionType, { of, input, word }: ReadContext): ReadBytes {
  const tagged = type.types.filter(({ kind }) => kind !== 'null')
  const none = tagged.length < type.types.length ? word('null', null) : unexpected
  const tags = tagged.map((branch) => tagOf(branch))
  const readers = tagged.map((branch) => of(branch))
  const isOne = input && tagged.length === 1 && !type.boxed
  const bare = isOne ? readers[0]! : unexpected
  // An object of one member might be one with a tag that is written otherwise, unless it is read as a record: that has other names.
  const bareObject = isOne && tagged[0]!.kind === 'record' ? readers[0]! : unexpected
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
const byte = space(cursor);
if (byte === 0x6e) return none(cursor);
if (byte !== 0x7b) return bare(cursor);
const at = cursor.at;
deeper(cursor);
${steps.join('\n')}
cursor.depth--;
return bareObject(cursor);
}`
  const given = { none, bare, bareObject, deeper, takeTag, take, space, Boxed }
  // oxlint-disable-next-line typescript/no-implied-eval -- names of types, which the type table has checked, and nothing else of the document
  const create = new Function(...Object.keys(given), ...numbered('n'), ...numbered('r'), source) as (
    ...args: readonly unknown[]
  ) => ReadBytes
  return create(...Object.values(given), ...tags.map((tag) => utf8(JSON.stringify(tag))), ...readers)
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
