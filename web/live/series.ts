/**
 * What was measured over the last while, as columns for a chart. Series come and go by name; where one has no value yet, or the
 * page heard nothing for a while, there is null, so that a line breaks instead of claiming what nobody saw.
 */
export class SeriesBuffer {
  readonly #spanMs: number
  readonly #gapMs: number
  readonly #rows: { readonly at: number; readonly values: Readonly<Record<string, number | null>> }[] = []

  constructor(spanMs: number, gapMs: number) {
    this.#spanMs = spanMs
    this.#gapMs = gapMs
  }

  /** Adds a row at a time in ms that is not before the last one's; such a row is left out. */
  push(at: number, values: Readonly<Record<string, number | null>>): void {
    const last = this.#rows.at(-1)
    if (last !== undefined && at <= last.at) return
    if (last !== undefined && at - last.at > this.#gapMs) this.#rows.push({ at: last.at + 1, values: {} })
    this.#rows.push({ at, values })
    while (this.#rows[0]!.at < at - this.#spanMs) this.#rows.shift()
  }

  /** Forgets everything: another node, or the same one with its clock set back. */
  clear(): void {
    this.#rows.length = 0
  }

  get lastAt(): number | undefined {
    return this.#rows.at(-1)?.at
  }

  /** The times in seconds, as uPlot wants them. */
  times(): number[] {
    return this.#rows.map((row) => row.at / 1000)
  }

  column(name: string): (number | null)[] {
    return this.#rows.map((row) => row.values[name] ?? null)
  }

  /** The names that have a value in some row that begin with this, in the order of their first appearance. */
  names(prefix: string): string[] {
    const names = new Set<string>()
    for (const { values } of this.#rows) {
      for (const name in values) if (name.startsWith(prefix) && (values[name] ?? 0) > 0) names.add(name)
    }
    return [...names]
  }
}

/** Each column plus all columns before it, for a stacked chart. A row is null where every column is. */
export function stack(columns: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const rows = columns[0]?.length ?? 0
  const total = new Float64Array(rows)
  const known = Array.from({ length: rows }, (_, row) => columns.some((column) => column[row] != null))
  return columns.map((column) =>
    column.map((value, row) => {
      total[row]! += value ?? 0
      return known[row] === true ? total[row]! : null
    }),
  )
}
