/** A column whose entries are all the same, on its way between threads. */
interface ConstantColumn {
  readonly column: ColumnType
  readonly constant: number
  readonly length: number
}

const COLUMN_TYPES = { Uint8Array, Int32Array, Float64Array } as const
type ColumnType = keyof typeof COLUMN_TYPES
type Column = Uint8Array | Int32Array | Float64Array

/** Shorter ones are left as they are. */
const SHORTEST = 32

/** Replaces, in place, columns that say the same for every entry; `expandColumns` brings them back. */
export function shrinkColumns(plan: object): void {
  replaceIn(plan, (value) => {
    const type = typeOf(value)
    if (type === undefined) return value
    const column = value as Column
    const [first] = column
    const same = column.length >= SHORTEST && column.every((entry) => Object.is(entry, first))
    return same ? ({ column: type, constant: first!, length: column.length } satisfies ConstantColumn) : value
  })
}

/** Undoes `shrinkColumns`, in place. Columns of one constant share their memory, so that nobody may write to them. */
export function expandColumns(plan: object): void {
  const shared = new Map<string, Column>()
  replaceIn(plan, (value) => {
    if (!isConstantColumn(value)) return value
    const { column, constant, length } = value
    const key = `${column} ${Object.is(constant, -0) ? '-0' : constant}`
    let whole = shared.get(key)
    if (whole === undefined || whole.length < length) shared.set(key, (whole = new COLUMN_TYPES[column](length * 2).fill(constant)))
    return whole.subarray(0, length)
  })
}

function replaceIn(plan: object, replacementOf: (value: unknown) => unknown): void {
  const pending: object[] = [plan]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const [key, value] of Object.entries(next)) {
      const replacement = replacementOf(value)
      if (replacement !== value) (next as Record<string, unknown>)[key] = replacement
      else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) pending.push(value)
    }
  }
}

function typeOf(value: unknown): ColumnType | undefined {
  if (value instanceof Float64Array) return 'Float64Array'
  if (value instanceof Int32Array) return 'Int32Array'
  return value instanceof Uint8Array ? 'Uint8Array' : undefined
}

function isConstantColumn(value: unknown): value is ConstantColumn {
  return typeof value === 'object' && value !== null && 'column' in value && 'constant' in value && Object.keys(value).length === 3
}
