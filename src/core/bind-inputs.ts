import { bindToList, bindVectors } from './bind-vectors.ts'
import type { BoundField, SchemaField } from './codec.ts'
import { SluiceError } from './errors.ts'
import type { Field } from './frame.ts'
import { type Model, type ModelDescriptor, modelId } from './model.ts'
import { elementOfPath, sizeOfShape } from './shape.ts'
import { similarName } from './similar-name.ts'

export interface BindOptions {
  readonly descriptor: ModelDescriptor
  readonly model: Model
  /** The record's fields, or undefined where records follow no schema. */
  readonly schema: readonly SchemaField[] | undefined
  /** The stream's own mapping, model input -> record field; the descriptor's comes first. */
  readonly inputs: Readonly<Record<string, string>>
  /** The field that holds the data type: no feature. */
  readonly dataTypePath: string | undefined
}

/**
 * Finds the record field that feeds each input of a model: the declared one, else the one of the same name, else the only one
 * of a similar name that is not another input's own, else (for a model whose inputs have no names) the numeric fields in their order, or the only list of numbers.
 * An input of several values may be fed by a list as a whole, or each of its values by a field, or by one value of a list: `features[3]`.
 * Throws `model.inputs.mismatch` naming what was not found and what there is.
 */
export function bindInputs(options: BindOptions): BoundField[] {
  const { model, schema } = options
  checkDeclared(options)
  const vectors = bindVectors({
    fields: model.inputs,
    schema,
    declared: (name) => declared(name, options),
    refuse(vector, path) {
      const found = schema!.some((field) => field.path === path)
        ? 'no list of numbers'
        : `not among ${list(schema!.map((field) => field.path))}`
      const size = sizeOfShape(vector.shape)
      throw mismatch(options, `is declared to take the ${size} numbers of its input '${vector.name}' from '${path}', which is ${found}`)
    },
  })
  if (schema === undefined) return model.inputs.map((field) => vectors.get(field) ?? bindWithoutSchema(field, options))
  const paths = new Set(schema.map((field) => field.path))
  const similar = similarPaths(options, paths)
  const bound = model.inputs.map((field) => vectors.get(field) ?? bindBySchema(field, options, { paths, similar }))
  const unbound = bound.filter((candidate) => candidate.path === undefined)
  if (unbound.length === 0) return bound
  if (model.positional === true && unbound.length === bound.length) return bindByPosition(options, schema)
  const missing = unbound.filter((candidate) => candidate.field.required).map((candidate) => candidate.field.name)
  if (missing.length > 0) throw mismatch(options, `needs ${list(missing)}, and the record has ${list([...paths])}`)
  return bound
}

/** A mapping that the descriptor declares must be of inputs that the model has; a stream's own is for all of its models. */
function checkDeclared(options: BindOptions): void {
  const names = options.model.inputs.map((field) => field.name)
  const known = new Set([...names, ...options.model.inputs.flatMap((field) => field.vector?.name ?? [])])
  const unknown = Object.keys(options.descriptor.inputs).filter((name) => !known.has(name))
  if (unknown.length > 0) throw mismatch(options, `is declared to have the inputs ${list(unknown)}, and it has ${list(names)}`)
}

function declared(name: string, { descriptor, inputs }: BindOptions): string | undefined {
  if (Object.hasOwn(descriptor.inputs, name)) return descriptor.inputs[name]
  return Object.hasOwn(inputs, name) ? inputs[name] : undefined
}

function bindWithoutSchema(field: Field, options: BindOptions): BoundField {
  const path = declared(field.name, options)
  if (path !== undefined) return elementOf(field, path) ?? { field, path }
  if (options.model.positional !== true) return { field, path: field.name, guessed: true }
  throw mismatch(
    options,
    `has inputs without names (${field.name} …), and JSON records have no order of fields: declare which field feeds each`,
  )
}

interface RecordPaths {
  readonly paths: ReadonlySet<string>
  /** By similar name; undefined where several fields, or several inputs, have it. */
  readonly similar: ReadonlyMap<string, string | undefined>
}

/** The fields that may feed an input of a similar name: those that no input has as its own name. */
function similarPaths(options: BindOptions, paths: ReadonlySet<string>): ReadonlyMap<string, string | undefined> {
  const similar = new Map<string, string | undefined>()
  const own = new Set(options.model.inputs.map((field) => field.name))
  for (const path of paths) {
    if (own.has(path)) continue
    const name = similarName(path)
    similar.set(name, similar.has(name) ? undefined : path)
  }
  const seen = new Set<string>()
  for (const field of options.model.inputs) {
    if (paths.has(field.name) || declared(field.name, options) !== undefined) continue
    const name = similarName(field.name)
    if (seen.has(name)) similar.delete(name)
    seen.add(name)
  }
  return similar
}

function bindBySchema(field: Field, options: BindOptions, { paths, similar }: RecordPaths): BoundField {
  const path = declared(field.name, options)
  if (path !== undefined) {
    if (paths.has(path)) return { field, path }
    const element = elementOf(field, path)
    if (
      element !== undefined &&
      field.type === 'number' &&
      options.schema!.some((one) => one.path === element.path && one.type === 'numbers')
    )
      return element
    throw mismatch(options, `is declared to take its input '${field.name}' from '${path}', and the record has ${list([...paths])}`)
  }
  if (paths.has(field.name)) return { field, path: field.name }
  return { field, path: similar.get(similarName(field.name)) }
}

/** The binding to one value of a list, where the path says so. */
function elementOf(field: Field, path: string): BoundField | undefined {
  const element = elementOfPath(path)
  return element === undefined || field.type === 'value' ? undefined : { field, path: element.path, list: { at: element.at } }
}

function bindByPosition(options: BindOptions, schema: readonly SchemaField[]): BoundField[] {
  const { inputs } = options.model
  const numeric = schema.filter((field) => field.type === 'number' && field.path !== options.dataTypePath).map((field) => field.path)
  if (numeric.length < inputs.length) {
    const lists = schema.filter((field) => field.type === 'numbers' && field.path !== options.dataTypePath)
    if (lists.length === 1 && inputs.every((field) => field.type === 'number')) return bindToList(inputs, lists[0]!.path)
    throw mismatch(options, `takes ${inputs.length} numbers without names, and the record has ${numeric.length}: ${list(numeric)}`)
  }
  return inputs.map((field, at) => ({ field, path: numeric[at] }))
}

function mismatch({ descriptor }: BindOptions, problem: string): SluiceError {
  return new SluiceError('model.inputs.mismatch', `${modelId(descriptor)} ${problem}`, { details: { model: modelId(descriptor) } })
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `'${name}'`)
  return names.length === 0 ? 'no fields' : shown.join(', ') + (names.length > 20 ? `, … (${names.length} in all)` : '')
}
