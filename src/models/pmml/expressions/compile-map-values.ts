import { comparedLiteral, literalCell } from '../assembly/convert.ts'
import type { Evaluate, Operand } from '../assembly/operand.ts'
import type { Scope } from '../assembly/scope.ts'
import type { MapValues } from './expression.ts'

/** A look-up table over one or more fields (PMML 4.4.1, Transformations, Mapping Values). */
export function compileMapValues(map: MapValues, scope: Scope): Operand {
  const { assembly } = scope
  const type = map.dataType ?? 'string'
  const cell = (text: string | undefined): number => (text === undefined ? NaN : literalCell(text, type, assembly))
  const fields = map.fields.map((name) => scope.require(name))
  const table = new Map<number, Branch>()
  for (const row of map.rows) {
    const keys = fields.map((field, i) => (row[i] === undefined ? NaN : comparedLiteral(field, row[i], assembly)))
    if (!keys.some(Number.isNaN)) insert(table, keys, cell(row[fields.length]))
  }
  const fallback = cell(map.defaultValue)
  const missing = map.mapMissingTo === undefined ? NaN : cell(map.mapMissingTo)
  const runs = fields.map((field) => field.run)
  return { type, run: lookUp(runs, table, { fallback, missing }) }
}

type Branch = number | Map<number, Branch>

function insert(table: Map<number, Branch>, keys: readonly number[], result: number): void {
  let level = table
  for (let i = 0; i < keys.length - 1; i++) {
    let next = level.get(keys[i]!)
    if (!(next instanceof Map)) {
      next = new Map()
      level.set(keys[i]!, next)
    }
    level = next
  }
  const last = keys.at(-1)
  if (last !== undefined && !level.has(last)) level.set(last, result)
}

function lookUp(runs: readonly Evaluate[], table: Map<number, Branch>, otherwise: { fallback: number; missing: number }): Evaluate {
  const { fallback, missing } = otherwise
  return (cells, at) => {
    let branch: Branch | undefined = table
    let anyMissing = false
    for (let i = 0; i < runs.length; i++) {
      const key = runs[i]!(cells, at)
      if (Number.isNaN(key)) anyMissing = true
      else if (branch instanceof Map) branch = branch.get(key)
    }
    if (anyMissing) return missing
    return typeof branch === 'number' ? branch : fallback
  }
}
