import { cellOperand } from '../assembly/operand.ts'
import type { Assembly } from '../assembly/assembly.ts'
import type { DataField } from './data-field.ts'
import type { Input } from './input.ts'
import type { MiningField } from './mining-field.ts'

const LONGEST_LIST = 100_000

/**
 * A field that holds a list of texts, such as the items of a basket. In its cell stands the code of the list's JSON text; a single value
 * is a list of one. `path` says where in the record it is.
 */
export function createListInput(
  data: DataField,
  mining: MiningField,
  context: { assembly: Assembly; slot: number; path: string | undefined },
): Input {
  const { assembly, slot, path } = context
  const places = (path ?? data.name).split('.')
  const treatment: Input['treatment'] = { problem: undefined, apply: (value) => value }
  return {
    data,
    mining,
    treatment,
    operand: cellOperand('string', slot),
    shortcut: { low: Infinity, high: -Infinity, whole: false, single: false },
    read: () => NaN,
    readRecord: (record) => {
      const found = valueAt(record, data.name) ?? places.reduce<unknown>(valueAt, record)
      const list = found === undefined || found === null ? undefined : Array.isArray(found) ? (found as readonly unknown[]) : [found]
      treatment.problem = list !== undefined && (list.length > LONGEST_LIST || list.some((item) => !isPlain(item))) ? 'type' : undefined
      return list === undefined || treatment.problem !== undefined ? NaN : assembly.pool.code(JSON.stringify(list.map(String)))
    },
    field: () => ({ name: data.name, type: 'value', required: true }),
    forget: () => {},
  }
}

function valueAt(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

function isPlain(item: unknown): boolean {
  return typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean' || typeof item === 'bigint'
}
