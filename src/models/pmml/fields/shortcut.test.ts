import { describe, expect, it } from 'vitest'
import { shortcutOf } from './shortcut.ts'
import type { DataField } from './data-field.ts'
import type { MiningField } from './mining-field.ts'

const DATA: DataField = {
  name: 'x',
  opType: 'continuous',
  dataType: 'double',
  values: [],
  displayValues: {},
  missingValues: [],
  invalidValues: [],
  intervals: [],
}
const MINING: MiningField = { name: 'x', usage: 'active', outliers: 'asIs', low: -Infinity, high: Infinity, rejectsMissing: false }

const takes = (value: number, data: Partial<DataField>, mining: Partial<MiningField> = {}): boolean => {
  const { low, high, whole, allowed } = shortcutOf({ ...MINING, ...mining }, { ...DATA, ...data })
  return value >= low && value <= high && (!whole || Number.isInteger(value)) && (allowed === undefined || allowed[value] === 1)
}

describe('the shortcut of a field', () => {
  it('takes every finite number where nothing is declared', () => {
    for (const value of [0, -0, 1e308, -5e-324, Number.MAX_VALUE]) expect(takes(value, {})).toBe(true)
    for (const value of [NaN, Infinity, -Infinity]) expect(takes(value, {})).toBe(false)
  })

  it('leaves out what an interval or the bounds of outliers leave out', () => {
    const interval = { low: 1, high: 2, closedLow: false, closedHigh: true }
    expect([1, 1.0000000000000002, 2, 2.0000000000000004].map((value) => takes(value, { intervals: [interval] }))).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(takes(3, {}, { outliers: 'asExtremeValues', low: 0, high: 2 })).toBe(false)
    expect(takes(2, {}, { outliers: 'asExtremeValues', low: 0, high: 2 })).toBe(true)
    expect(takes(1, { intervals: [interval, { ...interval, low: 4, high: 5 }] })).toBe(false)
  })

  it('never takes a value that stands for a missing or an invalid one', () => {
    expect([-999, -998, 0, 998, 999].map((value) => takes(value, { missingValues: ['-999', 'NaN'], invalidValues: ['999'] }))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ])
    expect(takes(0, { missingValues: ['0'] })).toBe(false)
  })

  it('takes declared whole numbers only', () => {
    const integer = { dataType: 'integer', values: ['3', '5', '8'], missingValues: ['5'] } as const
    expect([2, 3, 4, 5, 8, 9, 3.5].map((value) => takes(value, integer))).toEqual([false, true, false, false, true, false, false])
    expect(takes(0, { values: [''] })).toBe(false)
    expect(takes(1.5, { values: ['1.5', '2'] })).toBe(false)
  })
})
