import type { Type } from '../types/type.ts'
import { branchIndex, unboxed } from './branches.ts'
import type { RecordClasses } from './record-classes.ts'
import { TypeMemo } from './type-memo.ts'
import { propertyOf, type RecordValue, type Value } from './value.ts'

export type Compare = (x: Value, y: Value) => number

/** Avro's order of values, by type: negative, 0 or positive. NaN equals itself and is above all numbers; maps go by their sorted keys. */
export function createComparators(classes: RecordClasses): (type: Type) => Compare {
  const memo = new TypeMemo<number, [Value, Value]>((type) => build(type))
  const of = (type: Type): Compare => memo.get(type)

  function build(type: Type): Compare {
    switch (type.kind) {
      case 'boolean':
      case 'int':
      case 'long':
      case 'string':
        return compareOrdered as Compare
      case 'float':
      case 'double':
        return compareDoubles as Compare
      case 'bytes':
      case 'fixed':
        return compareBytes as Compare
      case 'enum': {
        const places = new Map(type.symbols.map((symbol, i) => [symbol, i]))
        return (x, y) => places.get(x as string)! - places.get(y as string)!
      }
      case 'array':
        return arrays(of(type.items)) as Compare
      case 'map':
        return maps(of(type.values)) as Compare
      case 'record': {
        const fields = type.fields.map((field) => ({ name: propertyOf(field.name), compare: of(field.type) }))
        return (x, y) => {
          for (const { name, compare } of fields) {
            const order = compare((x as RecordValue)[name], (y as RecordValue)[name])
            if (order !== 0) return order
          }
          return 0
        }
      }
      case 'union': {
        const index = branchIndex(type, classes)
        const branches = type.types.map(of)
        return (x, y) => {
          const branch = index(x)
          const other = index(y)
          return branch === other ? branches[branch]!(unboxed(x), unboxed(y)) : branch - other
        }
      }
      case 'null':
      case 'fcn':
      case 'exception':
        return () => 0
    }
  }
  return of
}

function compareOrdered(x: number, y: number): number {
  return x < y ? -1 : x > y ? 1 : 0
}

function compareDoubles(x: number, y: number): number {
  if (x < y) return -1
  if (x > y) return 1
  if (x === y) return 0
  return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
}

function compareBytes(x: Uint8Array, y: Uint8Array): number {
  const shared = Math.min(x.length, y.length)
  for (let i = 0; i < shared; i++) if (x[i] !== y[i]) return x[i]! - y[i]!
  return x.length - y.length
}

function arrays(compare: Compare): (x: readonly Value[], y: readonly Value[]) => number {
  return (x, y) => {
    const shared = Math.min(x.length, y.length)
    for (let i = 0; i < shared; i++) {
      const order = compare(x[i], y[i])
      if (order !== 0) return order
    }
    return x.length - y.length
  }
}

function maps(compare: Compare): (x: ReadonlyMap<string, Value>, y: ReadonlyMap<string, Value>) => number {
  return (x, y) => {
    const keys = [...x.keys()].toSorted()
    const others = [...y.keys()].toSorted()
    const shared = Math.min(keys.length, others.length)
    for (let i = 0; i < shared; i++) {
      const key = keys[i]!
      const other = others[i]!
      if (key !== other) return key < other ? -1 : 1
      const order = compare(x.get(key), y.get(key))
      if (order !== 0) return order
    }
    return keys.length - others.length
  }
}
