import { NULL, type Type } from '../types/type.ts'
import type { Value } from '../values/value.ts'
import type { Operand } from './operand.ts'

/** What generated code can't spell out: values and functions that it gets by name. No text of a document comes into code but as JSON. */
export class ConstantPool {
  readonly values: unknown[] = []
  readonly #names = new Map<unknown, string>()

  /** A name by which code mentions this object. */
  name(value: unknown): string {
    const known = this.#names.get(value)
    if (known !== undefined) return known
    const name = `k$${this.values.length}`
    this.values.push(value)
    this.#names.set(value, name)
    return name
  }

  /** The declarations of all names, from an array `$k`. */
  declarations(): string {
    return this.values.map((_, i) => `const k$${i}=$k[${i}];`).join('')
  }

  literal(type: Type, value: Value): Operand {
    return { code: spelled(value) ?? this.name(value), type, stable: true, literal: { value } }
  }
}

export const NULL_OPERAND: Operand = { code: 'null', type: NULL, stable: true, literal: { value: null } }

function spelled(value: Value): string | undefined {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `(${value}n)`
  if (typeof value !== 'number') return undefined
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '(-Infinity)'
  if (Object.is(value, -0)) return '(-0)'
  return value < 0 ? `(${value})` : String(value)
}
