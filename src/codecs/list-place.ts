import type { BoundField } from '../core/codec.ts'
import { messageText } from './path.ts'
import { fitsShape, sizeOfShape } from '../core/shape.ts'

/** A list of the record, and the columns that its values feed. */
export interface FedList {
  readonly path: string
  readonly guessed: boolean
  /** The sizes that it must have; undefined where only some of its values are wanted. */
  readonly shape: readonly number[] | undefined
  /** How many of its values are looked at. */
  readonly size: number
  /** The column of its first value. Where it has a shape the others follow it. */
  readonly first: number
  /** Per value of a list without a shape: its column, or -1. */
  readonly columns: Int32Array | undefined
  /** All of the columns are of numbers. */
  readonly isNumeric: boolean
}

/** The lists that feed these columns. Values of one list that go to several columns make several lists of it. */
export function fedLists(fields: readonly BoundField[]): FedList[] {
  const lists: FedList[] = []
  const open = new Map<string, [place: number, column: number][]>()
  const close = (path: string): void => {
    const places = open.get(path)!
    const columns = new Int32Array(Math.max(...places.map(([place]) => place)) + 1).fill(-1)
    for (const [place, column] of places) columns[place] = column
    const isNumeric = places.every(([, column]) => fields[column]!.field.type === 'number')
    lists.push({ path, guessed: false, shape: undefined, size: columns.length, first: places[0]![1], columns, isNumeric })
    open.delete(path)
  }
  for (const [column, { path, list, guessed = false, field }] of fields.entries()) {
    if (path === undefined || list === undefined) continue
    if (list.shape !== undefined) {
      const [size, isNumeric] = [sizeOfShape(list.shape), field.type === 'number']
      if (list.at === 0) lists.push({ path, guessed, shape: list.shape, size, first: column, columns: undefined, isNumeric })
      continue
    }
    if (open.get(path)?.some(([place]) => place === list.at) === true) close(path)
    open.set(path, [...(open.get(path) ?? []), [list.at, column]])
  }
  for (const path of open.keys()) close(path)
  return lists
}

/** The value of a list that a place names, in row-major order; what is no list is its own only value. */
export function valueInList(value: unknown, at: number): unknown {
  return Array.isArray(value) ? (value.flat(Infinity) as unknown[])[at] : at === 0 ? value : undefined
}

/**
 * What a record has where a list of a shape is wanted, and what is wanted, for a message; undefined where the list as a whole fits.
 * `shown` is the value as text.
 */
export function listFault(name: string, value: unknown, shape: readonly number[]): string | undefined {
  const size = sizeOfShape(shape)
  const wanted = `the model needs a list of ${size} numbers` + (shape.length > 1 ? `, or lists of ${shape.join(' by ')}` : '')
  if (value === undefined || value === null) return `'${name}' is absent; ${wanted}`
  if (!Array.isArray(value)) return size === 1 ? undefined : `'${name}' is ${messageText(value) ?? 'nothing'}, and no list; ${wanted}`
  const lengths = lengthsOf(value)
  if (lengths === undefined) return `'${name}' has lists of different lengths or depths; ${wanted}`
  if (fitsShape(lengths, shape)) return undefined
  return `'${name}' has ${lengths.length === 1 ? `${lengths[0]} values` : `lists of ${lengths.join(' by ')}`}; ${wanted}`
}

/** The lengths of nested lists from the outside in, or undefined where those of one depth differ. */
function lengthsOf(list: readonly unknown[]): number[] | undefined {
  const lengths: number[] = []
  let level: readonly unknown[] = list
  for (;;) {
    lengths.push(lengths.length === 0 ? list.length : level.length === 0 ? 0 : (level[0] as readonly unknown[]).length)
    const lists = lengths.length === 1 ? [list] : (level as readonly (readonly unknown[])[])
    if (lists.some((one) => one.length !== lengths.at(-1))) return undefined
    const inner = lists.flat()
    const nested = inner.filter((value) => Array.isArray(value)).length
    if (nested === 0) return lengths
    if (nested < inner.length) return undefined
    level = inner
  }
}
