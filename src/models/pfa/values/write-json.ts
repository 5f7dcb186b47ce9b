import type { RecordType, Type, UnionType } from '../types/type.ts'
import { branchIndex, tagOf, unboxed } from './branches.ts'
import { JsonSink, wordsOf } from './json-sink.ts'
import type { RecordClasses } from './record-classes.ts'
import { TypeMemo } from './type-memo.ts'
import { propertyOf, type Value } from './value.ts'

export type WriteJson = (value: Value) => string
type WriteTo = (value: Value, sink: JsonSink) => void

/**
 * Writers of values as JSON text in Avro's encoding, by type: unions as `{"tag":value}`, bytes as text or base64. Numbers that JSON lacks
 * are "inf", "-inf" and "nan".
 */
export function createWriters(classes: RecordClasses, { bytes }: { readonly bytes: 'latin1' | 'base64' }): (type: Type) => WriteJson {
  const sink = new JsonSink()
  const memo = new TypeMemo<void, [Value, JsonSink]>((type) => build(type))
  const of = (type: Type): WriteTo => memo.get(type)
  const writers = new Map<string, WriteJson>()

  function build(type: Type): WriteTo {
    switch (type.kind) {
      case 'null':
      case 'fcn':
      case 'exception':
        return (_, to) => to.ascii('null')
      case 'boolean':
        return (value, to) => to.ascii(value === true ? 'true' : 'false')
      case 'int':
      case 'long':
        return (value, to) => to.integer(value as number | bigint)
      case 'float':
      case 'double':
        return (value, to) => to.double(value as number)
      case 'string':
      case 'enum':
        return (value, to) => to.string(value as string)
      case 'bytes':
      case 'fixed':
        return (value, to) => to.string(Buffer.from(value as Uint8Array).toString(bytes))
      case 'array':
        return arrayWriter(of(type.items))
      case 'map':
        return mapWriter(of(type.values))
      case 'record':
        return recordWriter(type, of)
      case 'union':
        return unionWriter(type, { of, classes })
    }
  }

  return (type) => {
    const known = writers.get(type.key)
    if (known !== undefined) return known
    const write = of(type)
    const made: WriteJson = (value) => {
      sink.reset()
      write(value, sink)
      return sink.take()
    }
    writers.set(type.key, made)
    return made
  }
}

function arrayWriter(item: WriteTo): WriteTo {
  return (value, to) => {
    const array = value as readonly Value[]
    to.byte(0x5b)
    for (let i = 0; i < array.length; i++) {
      if (i > 0) to.byte(0x2c)
      item(array[i], to)
    }
    to.byte(0x5d)
  }
}

function mapWriter(part: WriteTo): WriteTo {
  return (value, to) => {
    let before = 0x7b
    for (const [key, inner] of value as ReadonlyMap<string, Value>) {
      to.byte(before)
      before = 0x2c
      to.string(key)
      to.byte(0x3a)
      part(inner, to)
    }
    if (before === 0x7b) to.byte(before)
    to.byte(0x7d)
  }
}

/** A function made for the type, so that each field is one load from a known shape, and one call. */
function recordWriter({ fields }: RecordType, of: (type: Type) => WriteTo): WriteTo {
  const heads = fields.map(({ name }, i) => `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`)
  const steps = fields.map(({ name }, i) => `to.words(h${i}, ${heads[i]!.length}); w${i}(value.${propertyOf(name)}, to)`)
  const end = fields.length === 0 ? "to.ascii('{}')" : 'to.byte(0x7d)'
  const source = `return (value, to) => {${steps.join('\n')}\n${end}}`
  const numbered = (letter: string): readonly string[] => fields.map((_, i) => `${letter}${i}`)
  // oxlint-disable-next-line typescript/no-implied-eval -- names that the type table has found to be identifiers, and nothing else of the document
  const create = new Function(...numbered('h'), ...numbered('w'), source) as (...args: readonly unknown[]) => WriteTo
  return create(...heads.map(wordsOf), ...fields.map(({ type }) => of(type)))
}

interface Inner {
  readonly of: (type: Type) => WriteTo
  readonly classes: RecordClasses
}

function unionWriter(type: UnionType, { of, classes }: Inner): WriteTo {
  const index = branchIndex(type, classes)
  const branches = type.types.map((branch) => ({ head: `{${JSON.stringify(tagOf(branch))}:`, write: of(branch) }))
  return (value, to) => {
    if (value === null) return to.ascii('null')
    const { head, write } = branches[index(value)]!
    to.ascii(head)
    write(unboxed(value), to)
    to.byte(0x7d)
  }
}
