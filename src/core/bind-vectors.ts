import type { BoundField, SchemaField } from './codec.ts'
import type { Field, Vector } from './frame.ts'
import { similarName } from './similar-name.ts'

export interface VectorBinding {
  readonly fields: readonly Field[]
  readonly schema: readonly SchemaField[] | undefined
  /** The record field that is declared to feed the input, or the value of an input, of this name. */
  readonly declared: (name: string) => string | undefined
  /** Throws what is thrown where a declared path does not lead to a list of numbers. */
  readonly refuse: (vector: Vector, path: string) => never
}

/**
 * Finds the lists that feed whole vectors of a model: the declared one; else, where no value of the vector has a field of its own, the
 * one of the vector's name, else the only one of a similar name. Fields that are not in the answer are bound one by one.
 */
export function bindVectors(binding: VectorBinding): Map<Field, BoundField> {
  const bound = new Map<Field, BoundField>()
  for (const [vector, fields] of vectorsOf(binding.fields)) {
    const found = listFor(vector, fields, binding)
    if (found === undefined) continue
    for (const [at, field] of fields.entries()) bound.set(field, { field, ...found, list: { at, shape: vector.shape } })
  }
  return bound
}

/** Binds fields to one list that is all of their values. */
export function bindToList(fields: readonly Field[], path: string): BoundField[] {
  const shape = fields[0]?.vector?.shape ?? [fields.length]
  return fields.map((field, at) => ({ field, path, list: { at, shape } }))
}

function vectorsOf(fields: readonly Field[]): Map<Vector, Field[]> {
  const vectors = new Map<Vector, Field[]>()
  for (const field of fields) {
    if (field.vector === undefined) continue
    const known = vectors.get(field.vector)
    if (known === undefined) vectors.set(field.vector, [field])
    else known.push(field)
  }
  return vectors
}

type Found = Pick<BoundField, 'path' | 'guessed'>

function listFor(vector: Vector, fields: readonly Field[], { schema, declared, refuse }: VectorBinding): Found | undefined {
  const path = declared(vector.name)
  if (schema === undefined) {
    if (path !== undefined) return { path }
    const isOne = fields.length === 1
    const haveOwnNames = fields.some((field, at) => field.name !== (isOne ? vector.name : `${vector.name}[${at}]`))
    return haveOwnNames || fields.some((field) => declared(field.name) !== undefined) ? undefined : { path: vector.name, guessed: true }
  }
  const typeOf = (name: string): SchemaField['type'] | undefined => schema.find((field) => field.path === name)?.type
  if (path !== undefined) {
    if (typeOf(path) === 'numbers' && fields.every((field) => field.type === 'number')) return { path }
    return fields.length === 1 ? undefined : refuse(vector, path)
  }
  const lists = schema.filter((field) => field.type === 'numbers').map((field) => field.path)
  const paths = new Set(schema.map((field) => field.path))
  const isFedByList = fields.every((field) => field.type === 'number' && declared(field.name) === undefined)
  if (!isFedByList || lists.length === 0) return undefined
  if (lists.includes(vector.name)) return { path: vector.name }
  if (fields.some((field) => paths.has(field.name))) return undefined
  const similar = lists.filter((name) => similarName(name) === similarName(vector.name))
  return similar.length === 1 ? { path: similar[0] } : undefined
}
