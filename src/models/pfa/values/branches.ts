import type { Type, UnionType } from '../types/type.ts'
import type { RecordClasses } from './record-classes.ts'
import { Boxed, type Value } from './value.ts'

/** Whether a value of an unboxed union is of this branch. */
export function branchTest(type: Type, classes: RecordClasses): (value: Value) => boolean {
  switch (type.kind) {
    case 'null':
      return (value) => value === null
    case 'boolean':
      return (value) => typeof value === 'boolean'
    case 'int':
    case 'long':
    case 'float':
    case 'double':
      return (value) => typeof value === 'number' || typeof value === 'bigint'
    case 'string':
    case 'enum':
      return (value) => typeof value === 'string'
    case 'bytes':
    case 'fixed':
      return (value) => value instanceof Uint8Array
    case 'array':
      return (value) => Array.isArray(value)
    case 'map':
      return (value) => value instanceof Map
    case 'record': {
      const made = classes.get(type)
      return (value) => value instanceof made
    }
    case 'union':
    case 'fcn':
    case 'exception':
      return () => false
  }
}

/** The name of a branch: what a value of it is tagged with in JSON. */
export function tagOf(type: Type): string {
  return type.kind === 'array' || type.kind === 'map' ? type.kind : type.key
}

/** Which branch of the union a value is of, by its place. */
export function branchIndex(union: UnionType, classes: RecordClasses): (value: Value) => number {
  const { types, boxed } = union
  if (boxed) {
    const places = new Map(types.map((type, i) => [tagOf(type), i]))
    const none = places.get('null') ?? -1
    return (value) => (value instanceof Boxed ? (places.get(value.tag) ?? -1) : none)
  }
  const tests = types.map((type) => branchTest(type, classes))
  return (value) => tests.findIndex((test) => test(value))
}

/** The value without its box. */
export function unboxed(value: Value): Value {
  return value instanceof Boxed ? value.value : value
}
