import { type DataType, DATA_TYPES, familyOf } from '../values/data-type.ts'
import { UNKNOWN_TEXT } from '../values/text-pool.ts'
import type { Assembly } from './assembly.ts'
import { constantOperand, type Evaluate, type Operand } from './operand.ts'

/** The cell of a literal of this type; NaN where the text is not one. */
export function literalCell(text: string, type: DataType, assembly: Assembly): number {
  return familyOf(type) === 'text' ? assembly.pool.code(text) : DATA_TYPES[type].parse(text)
}

/** The cell of a literal that an operand is compared with. */
export function comparedLiteral(operand: Operand, text: string, assembly: Assembly): number {
  operand.source?.mention(text)
  // An integer may be compared with a bound between two integers.
  return literalCell(text, operand.type === 'integer' ? 'double' : operand.type, assembly)
}

/** The cells of the values that a field declares; undefined where it declares none. */
export function declaredCells(field: Operand, assembly: Assembly): Float64Array | undefined {
  const { values = [] } = field
  return values.length === 0 ? undefined : Float64Array.from(values, (text) => comparedLiteral(field, text, assembly))
}

/** The operand as a value of a type (PMML 4.4.1, General Structure, type casting). What can't be converted is missing. */
export function cast(operand: Operand, type: DataType | undefined, assembly: Assembly): Operand {
  if (type === undefined || type === operand.type) return operand
  if (operand.literal !== undefined) return constantOperand(type, literalCell(operand.literal, type, assembly), operand.literal)
  if (familyOf(type) === 'text') return { type, run: toText(operand, assembly) }
  if (familyOf(operand.type) === 'text') return { type, run: fromText(operand, type, assembly) }
  const { run, slot, origin } = operand
  // Every number is a double as it stands.
  if (type === 'double' && slot !== undefined) return { type, run, slot, ...(origin !== undefined && { origin }) }
  return { type, run: betweenNumbers(operand, type) }
}

/** The code of the operand's value as text. Marks a source of texts as open: what is done with the text is not known. */
export function toText(operand: Operand, assembly: Assembly): Evaluate {
  if (familyOf(operand.type) === 'text') {
    operand.source?.open()
    return operand.run
  }
  const { run } = operand
  const { format } = DATA_TYPES[operand.type]
  const memo = assembly.memo()
  return (cells, at) => {
    const value = run(cells, at)
    if (Number.isNaN(value)) return NaN
    let code = memo.get(value)
    if (code === undefined) {
      code = assembly.pool.code(format(value))
      remember(memo, value, code)
    }
    return code
  }
}

const MEMO_LIMIT = 10_000

/** Keeps a result, dropping all when there are too many. */
export function remember<K>(memo: Map<K, number>, key: K, value: number): void {
  if (memo.size >= MEMO_LIMIT) memo.clear()
  memo.set(key, value)
}

function fromText(operand: Operand, type: DataType, assembly: Assembly): Evaluate {
  operand.source?.open()
  const { run } = operand
  const { parse } = DATA_TYPES[type]
  const memo = assembly.memo()
  return (cells, at) => {
    const code = run(cells, at)
    if (Number.isNaN(code) || code === UNKNOWN_TEXT) return NaN
    let value = memo.get(code)
    if (value === undefined) {
      value = parse(assembly.pool.text(code))
      remember(memo, code, value)
    }
    return value
  }
}

function betweenNumbers(operand: Operand, type: DataType): Evaluate {
  const { run, slot } = operand
  if (type === 'float') {
    if (slot !== undefined) return (cells, at) => Math.fround(cells[at + slot]!)
    return (cells, at) => Math.fround(run(cells, at))
  }
  if (type === 'boolean') {
    return (cells, at) => {
      const value = run(cells, at)
      return value === 1 || value === 0 ? value : NaN
    }
  }
  if (type === 'integer') {
    return (cells, at) => {
      const value = run(cells, at)
      return Number.isInteger(value) ? value : NaN
    }
  }
  return run
}
