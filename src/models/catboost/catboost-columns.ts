import type { Dictionary } from '../../core/dictionary.ts'
import type { Field, Frame } from '../../core/frame.ts'
import { type Columns, type ColumnWriter, createColumns } from '../trees/columns.ts'
import type { TreePlan } from '../trees/tree-plan.ts'
import type { CatBoostPlan, CtrElement, CtrPlan } from './catboost-plan.ts'
import { cityHash64 } from './city-hash.ts'
import { CombinedHash, HashIndex } from './hash-index.ts'

/** Makes the columns of a CatBoost forest. Categories are known by the hashes of their texts, taken once for each text. */
export function createCatBoostColumns(plan: TreePlan, fields: readonly Field[]): Columns {
  const { ctrs } = plan as CatBoostPlan
  const hashes = fields.map(({ dictionary }) => (dictionary ? createTextHashes(dictionary) : undefined))
  const hashAt = (frame: Frame, row: number, input: number): number => hashes[input]!(frame.matrix[row * frame.fields.length + input]!)
  const indices = new Map<object, HashIndex>()
  return createColumns(plan, (column) => {
    if (column.as === 'equals') return (frame, row) => (hashAt(frame, row, column.input) === column.hash ? 1 : 0)
    const ctr = ctrs[(column as { readonly ctr: number }).ctr]!
    let index = indices.get(ctr.table)
    if (index === undefined) indices.set(ctr.table, (index = new HashIndex(ctr.table.highs, ctr.table.lows)))
    return ctrWriter(ctr, index, hashAt)
  })
}

/** Answers the hash of a category's text by its code in the dictionary, as a signed 32-bit integer. */
function createTextHashes(dictionary: Dictionary): (code: number) => number {
  let known = new Int32Array(64)
  let count = 0
  return (code) => {
    // A text that the dictionary had no room for is one that the training did not have.
    if (!(code >= 0)) return 0
    if (code >= count) {
      if (dictionary.size > known.length) {
        const more = new Int32Array(dictionary.size * 2)
        more.set(known)
        known = more
      }
      for (; count < dictionary.size; count++) known[count] = Number(BigInt.asIntN(32, cityHash64(dictionary.encoded(count))))
    }
    return known[code]!
  }
}

function ctrWriter(ctr: CtrPlan, index: HashIndex, hashAt: (frame: Frame, row: number, input: number) => number): ColumnWriter {
  const hash = new CombinedHash()
  const valueOf = createCtrValue(ctr)
  const bitOf = (element: Exclude<CtrElement, { kind: 'category' }>, frame: Frame, row: number): number => {
    if (element.kind === 'is') return hashAt(frame, row, element.input) === element.hash ? 1 : 0
    const cell = Math.fround(frame.matrix[row * frame.fields.length + element.input]!)
    return cell > element.border || (cell !== cell && element.missingIsAbove) ? 1 : 0
  }
  return (frame, row) => {
    hash.reset()
    for (let i = 0; i < ctr.elements.length; i++) {
      const element = ctr.elements[i]!
      hash.add(element.kind === 'category' ? hashAt(frame, row, element.input) : bitOf(element, frame, row))
    }
    return valueOf(index.find(hash.high, hash.low))
  }
}

/** Answers a statistic by the place of a combination in its table, -1 for one that the training did not have. */
function createCtrValue({ type, table, targetBorder, priorNumerator, priorDenominator, shift, scale }: CtrPlan): (place: number) => number {
  const { values, width, denominator } = table
  const { fround } = Math
  const ratio = (good: number, total: number): number => {
    const value = fround(fround(fround(good) + priorNumerator) / fround(fround(total) + priorDenominator))
    return fround(fround(value + shift) * scale)
  }
  if (type === 'Counter' || type === 'FeatureFreq') return (place) => ratio(place < 0 ? 0 : values[place * width]!, denominator)
  if (type === 'BinarizedTargetMeanValue' || type === 'FloatTargetMeanValue') {
    return (place) => (place < 0 ? ratio(0, 0) : ratio(values[place * width]!, values[place * width + 1] ?? 0))
  }
  return (place) => {
    if (place < 0) return ratio(0, 0)
    let total = 0
    let good = 0
    for (let k = 0; k < width; k++) {
      const count = values[place * width + k]!
      total += count
      if (type === 'Buckets' ? k === targetBorder : k > targetBorder) good += count
    }
    return ratio(good, total)
  }
}
