import { SluiceError } from '../../core/errors.ts'
import type { Document } from '../trees/document.ts'
import type { CtrTable } from './catboost-plan.ts'

/** What CatBoost writes into places of a table that are empty. */
const EMPTY = 2n ** 64n - 1n

/** The tables of a model's `ctr_data`, by the identifiers by which statistics name them. Throws `model.malformed`. */
export function readCtrTables(data: Document | undefined): ReadonlyMap<string, CtrTable> {
  const tables = new Map<string, CtrTable>()
  for (const [identifier, table] of data?.entries ?? []) tables.set(identifier, readTable(table))
  return tables
}

/** `hash_map` lists a hash, as a text, and its values, for one combination after the other. */
function readTable(table: Document): CtrTable {
  const stride = table.get('hash_stride').count
  const map = table.get('hash_map')
  const list = map.value
  if (!Array.isArray(list) || stride < 2 || list.length % stride !== 0) throw map.malformed(`a list of groups of ${stride}`)
  const width = stride - 1
  const highs: number[] = []
  const lows: number[] = []
  const values: number[] = []
  for (let at = 0; at < list.length; at += stride) {
    const hash = hashOf(list[at], map)
    if (hash === EMPTY) continue
    highs.push(Number(BigInt.asIntN(32, hash >> 32n)))
    lows.push(Number(BigInt.asIntN(32, hash)))
    for (let k = 1; k < stride; k++) {
      const value: unknown = list[at + k]
      if (typeof value !== 'number') throw map.malformed('a list of hashes and numbers')
      values.push(value)
    }
  }
  return {
    highs: Int32Array.from(highs),
    lows: Int32Array.from(lows),
    values: Float64Array.from(values),
    width,
    denominator: table.find('counter_denominator')?.number ?? 0,
  }
}

function hashOf(value: unknown, map: Document): bigint {
  if (typeof value === 'string' && /^\d{1,20}$/.test(value)) return BigInt(value)
  throw new SluiceError('model.malformed', `${map.path} has '${String(value).slice(0, 50)}' where the text of a hash should be`)
}
