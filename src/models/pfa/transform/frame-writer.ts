import { SluiceError } from '../../../core/errors.ts'
import { CELL, type Field, type FrameBuffer } from '../../../core/frame.ts'
import type { Type } from '../types/type.ts'
import { unboxed } from '../values/branches.ts'
import { propertyOf, type RecordValue, type Value } from '../values/value.ts'

const OPEN_LIMIT = 10_000

interface Source {
  readonly fields: readonly Field[]
  /** The first of them among the fields of the model. */
  readonly at: number
  readonly name: string
  readonly property: string | undefined
}

/** Writes what a document gives as a row of a model's inputs. */
export type WriteRow = (value: Value, frame: FrameBuffer, row: number) => void

/**
 * How results of a type feed a model: a record's fields by the names of inputs and tensors, in their order where the model's names mean nothing; anything else is
 * the only input. Throws `model.inputs.mismatch` where an input that the model needs would get nothing.
 */
export function createFrameWriter(
  type: Type,
  { inputs, positional }: { readonly inputs: readonly Field[]; readonly positional?: boolean },
): WriteRow {
  const groups = groupsOf(inputs)
  const sources = groups.map((fields, i): Source => {
    const { name, required } = fields[0]!
    const wanted = fields[0]!.vector?.name ?? name
    const at = inputs.indexOf(fields[0]!)
    if (fields[0]!.type === 'value') throw mismatch(`input '${name}' is a structure, which a document before a model can not give`)
    if (type.kind !== 'record') {
      if (groups.length > 1) throw mismatch(`the document gives one value, and the model has ${groups.length} inputs: give a record`)
      return { fields, at, name: wanted, property: undefined }
    }
    const byName = type.fields.find((field) => field.name === wanted)
    const isNameless =
      positional === true && !type.fields.some((field) => groups.some(([first]) => field.name === (first!.vector?.name ?? first!.name)))
    const found = byName ?? (isNameless ? type.fields[i] : undefined)
    if (found === undefined && required) {
      throw mismatch(`the model needs '${wanted}'; the document gives ${type.fields.map((field) => `'${field.name}'`).join(', ')}`)
    }
    return { fields, at, name: wanted, property: found === undefined ? '' : propertyOf(found.name) }
  })
  return (value, frame, row) => {
    let flags = 0
    for (const source of sources) {
      const part = source.property === undefined ? value : (value as RecordValue)[source.property]
      flags |= writePart(unboxed(part ?? null), source, { frame, row })
    }
    frame.flags[row] = flags
  }
}

/** Inputs one by one, and those of a tensor together. */
function groupsOf(inputs: readonly Field[]): readonly (readonly Field[])[] {
  const groups: Field[][] = []
  for (const field of inputs) {
    const last = groups.at(-1)
    if (field.vector !== undefined && last?.[0]!.vector === field.vector) last.push(field)
    else groups.push([field])
  }
  return groups
}

function writePart(
  value: Value,
  { fields, at, name }: Source,
  { frame, row }: { readonly frame: FrameBuffer; readonly row: number },
): number {
  const first = row * frame.fields.length + at
  if (fields[0]!.vector === undefined || fields.length === 1 || !Array.isArray(value)) {
    const cell = Array.isArray(value) && value.length === 1 ? cellOf(fields[0]!, value[0] as Value) : cellOf(fields[0]!, value)
    for (let i = 0; i < fields.length; i++) {
      frame.matrix[first + i] = i === 0 ? cell : Number.NaN
      frame.cells[first + i] = value === null ? CELL.missing : i > 0 || Number.isNaN(cell) ? stateOf(value, fields[0]!) : CELL.present
    }
    return frame.cells[first]!
  }
  const numbers = (value as readonly unknown[]).flat(Infinity) as readonly unknown[]
  if (numbers.length !== fields.length) {
    const message = `the document before the model gives ${numbers.length} numbers for '${name}'; it takes ${fields.length}`
    throw new SluiceError('record.feature.invalid', message, { details: { feature: name } })
  }
  for (let i = 0; i < numbers.length; i++) {
    frame.matrix[first + i] = Number(numbers[i])
    frame.cells[first + i] = CELL.present
  }
  return CELL.present
}

/** NaN is a number where the document gives it. */
function stateOf(value: Value, { type }: Field): number {
  return type === 'number' && typeof value === 'number' ? CELL.present : CELL.invalid
}

/** The number or code; NaN where the value is none. */
function cellOf({ type, dictionary, open }: Field, value: Value): number {
  if (type !== 'category') return ['number', 'bigint', 'boolean'].includes(typeof value) ? Number(value) : Number.NaN
  if (typeof value !== 'string') return Number.NaN
  const code = dictionary!.code(value)
  return code < 0 && open === true && dictionary!.size < OPEN_LIMIT ? dictionary!.add(value) : code
}

function mismatch(message: string): SluiceError {
  return new SluiceError('model.inputs.mismatch', message)
}
