import { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { OutputField } from '../../core/scores.ts'
import type { PfaEngine } from './engine/pfa-engine.ts'
import type { Type } from './types/type.ts'
import { propertyOf, type RecordValue, type Value } from './values/value.ts'

/** How many different texts an output may give, and how long one may be. */
const LABEL_LIMIT = 10_000
const LABEL_LENGTH = 1024

/** A column of a model's answers: its field, and how it is read from a result. */
export interface OutputColumn {
  readonly field: OutputField
  /** The number or code; NaN or -1 where the result has none. */
  read(result: Value): number
}

/**
 * The columns of a document's results: the fields of an output record, or `score` where that is no record. Numbers and truth values are
 * numbers; texts and symbols are labels; arrays, maps and the like are labels too, written as JSON.
 */
export function outputColumns(engine: PfaEngine): readonly OutputColumn[] {
  const { output } = engine.document
  if (output.kind !== 'record' || output.fields.length === 0) return [columnOf('score', output, engine)]
  return output.fields.map((field) => {
    const column = columnOf(field.name, field.type, engine)
    const property = propertyOf(field.name)
    return { field: column.field, read: (result) => column.read((result as RecordValue)[property]) }
  })
}

const NUMBERS: ReadonlySet<string> = new Set(['int', 'long', 'float', 'double'])

function columnOf(name: string, type: Type, engine: PfaEngine): OutputColumn {
  const branches = type.kind === 'union' ? type.types.filter(({ kind }) => kind !== 'null') : [type]
  const [only] = branches
  const plain = branches.length === 1 && only !== undefined ? only : type
  if (NUMBERS.has(plain.kind)) return { field: { name, type: 'number' }, read: (value) => (value === null ? NaN : Number(value)) }
  if (plain.kind === 'boolean') return { field: { name, type: 'number' }, read: (value) => (value === null ? NaN : value === true ? 1 : 0) }
  const dictionary = new Dictionary(plain.kind === 'enum' ? plain.symbols : [])
  const field: OutputField = { name, type: 'label', dictionary }
  if (plain.kind === 'enum') {
    const codes = new Map<Value, number>(plain.symbols.map((symbol, i) => [symbol, i]))
    return { field, read: (value) => codes.get(value) ?? -1 }
  }
  if (plain.kind === 'string') return { field, read: labelReader(field, (value) => value as string) }
  return { field, read: labelReader(field, engine.values.jsonWriter(type)) }
}

function labelReader(field: OutputField, textOf: (value: Value) => string): (value: Value) => number {
  const dictionary = field.dictionary!
  // Texts that were given before are found without encoding them.
  const codes = new Map<string, number>()
  return (value) => {
    if (value === null) return -1
    const text = textOf(value)
    const known = codes.get(text)
    if (known !== undefined) return known
    if (text.length > LABEL_LENGTH) throw failed(`output '${field.name}' has ${text.length} characters; ${LABEL_LENGTH} at most`)
    if (dictionary.size >= LABEL_LIMIT) throw failed(`output '${field.name}' has more than ${LABEL_LIMIT} different values`)
    const code = dictionary.add(text)
    codes.set(text, code)
    return code
  }
}

function failed(message: string): SluiceError {
  return new SluiceError('record.score.failed', message)
}
