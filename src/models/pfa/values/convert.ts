import { accepts } from '../types/accepts.ts'
import type { FunctionType, Type, UnionType } from '../types/type.ts'
import { branchIndex, tagOf, unboxed } from './branches.ts'
import type { RecordClasses } from './record-classes.ts'
import { Boxed, type Value } from './value.ts'

export type Convert = (value: Value) => Value

/**
 * What makes a value of type `from` one of type `to`, which must accept it; undefined where the value is the same. For functions: one that
 * takes and gives what `to` says.
 */
export function converterOf(from: Type, to: Type, classes: RecordClasses): Convert | undefined {
  if (from.key === to.key || from.kind === 'exception') return undefined
  if (from.kind === 'union') return to.kind === 'union' ? betweenUnions(from, to, classes) : outOfUnion(from, to, classes)
  if (to.kind === 'union') return intoUnion(from, to, classes)
  if (to.kind === 'double') return from.kind === 'long' ? (value) => Number(value) : undefined
  if (to.kind === 'float') return (value) => Math.fround(Number(value))
  if (from.kind === 'array' && to.kind === 'array') {
    const item = converterOf(from.items, to.items, classes)
    return item && ((value) => (value as readonly Value[]).map(item))
  }
  if (from.kind === 'map' && to.kind === 'map') {
    const part = converterOf(from.values, to.values, classes)
    return part && ((value) => new Map([...(value as ReadonlyMap<string, Value>)].map(([key, v]) => [key, part(v)])))
  }
  if (from.kind === 'fcn' && to.kind === 'fcn') return functionConverter(from, to, classes)
  return undefined
}

function functionConverter(from: FunctionType, to: FunctionType, classes: RecordClasses): Convert | undefined {
  const params = to.params.map((param, i) => converterOf(param, from.params[i]!, classes))
  const ret = converterOf(from.ret, to.ret, classes)
  if (ret === undefined && params.every((param) => param === undefined)) return undefined
  return (value) => {
    const call = value as (...args: readonly Value[]) => Value
    return (...args: readonly Value[]): Value => {
      const result = call(...args.map((arg, i) => params[i]?.(arg) ?? arg))
      return ret === undefined ? result : ret(result)
    }
  }
}

/** The branch that a value of this type goes to: its own, else the first that accepts it. */
export function branchFor(from: Type, to: UnionType): Type {
  const branch = to.types.find((type) => type.key === from.key) ?? to.types.find((type) => accepts(type, from))
  if (branch === undefined) throw new RangeError(`${to.key} does not accept ${from.key}`)
  return branch
}

function intoUnion(from: Type, to: UnionType, classes: RecordClasses): Convert | undefined {
  const branch = branchFor(from, to)
  const convert = converterOf(from, branch, classes)
  if (!to.boxed || branch.kind === 'null') return convert
  const tag = tagOf(branch)
  return (value) => new Boxed(tag, convert === undefined ? value : convert(value))
}

function betweenUnions(from: UnionType, to: UnionType, classes: RecordClasses): Convert | undefined {
  const same = from.types.every((type) => {
    const branch = branchFor(type, to)
    return converterOf(type, branch, classes) === undefined && (!to.boxed || tagOf(branch) === tagOf(type))
  })
  if (same && from.boxed === to.boxed) return undefined
  return byBranch(from, to, classes)
}

function outOfUnion(from: UnionType, to: Type, classes: RecordClasses): Convert | undefined {
  if (!from.boxed && from.types.every((type) => converterOf(type, to, classes) === undefined)) return undefined
  return byBranch(from, to, classes)
}

function byBranch(from: UnionType, to: Type, classes: RecordClasses): Convert {
  const index = branchIndex(from, classes)
  const converters = from.types.map((type) => converterOf(type, to, classes))
  return (value) => {
    const convert = converters[index(value)]
    const plain = unboxed(value)
    return convert === undefined ? plain : convert(plain)
  }
}
