import { describe, expect, it } from 'vitest'
import { leastN, leastPlaces } from './selection.ts'
import { callFunction } from './testing/call-function.ts'

const int = (value: number) => ['int', value] as const
const ints = (...values: readonly number[]) => [{ type: 'array', items: 'int' }, values] as const
const INTS = { type: 'array', items: 'int' }
const NESTED = { type: 'array', items: INTS }

describe('arrays', () => {
  it('extremes are stable: of equal items the first', () => {
    const words = ['bb', 'a', 'cc', 'b']
    const shorter = (x: string, y: string): boolean => x.length < y.length
    expect(leastN(words, 3, shorter)).toEqual(['a', 'b', 'bb'])
    expect(leastPlaces(words, 2, (x, y) => shorter(y, x))).toEqual([0, 2])
    expect(leastN(words, 0, shorter)).toEqual([])
    expect(callFunction('a.argmaxN', INTS, [ints(3, 5, 5, 1), int(3)])).toEqual([1, 2, 0])
    expect(callFunction('a.maxN', INTS, [ints(3, 5), int(-1)])).toEqual({ error: 15_281 })
  })

  it('the least n are those of a full sort', () => {
    let seed = 1
    const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) % 100
    const numbers = Array.from({ length: 500 }, random)
    expect(leastN(numbers, 40, (x, y) => x < y)).toEqual(numbers.toSorted((x, y) => x - y).slice(0, 40))
  })

  it('NaN is found by no search, and is the last of a sort', () => {
    const doubles = { type: 'array', items: 'double' }
    const withNaN = { expression: { new: [2, { 'm.sqrt': [-1] }, 1], type: doubles } }
    const nan = { expression: { 'm.sqrt': [-1] } }
    expect(callFunction('a.index', 'int', [withNaN, nan])).toBe(-1)
    expect(callFunction('a.last', 'double', [{ expression: { 'a.sort': [withNaN.expression] } }])).toBe('nan')
  })

  it('windows, combinations and permutations are in lexical order', () => {
    expect(callFunction('a.slidingWindow', NESTED, [ints(1, 2, 3, 4, 5), int(3), int(2)])).toEqual([
      [1, 2, 3],
      [3, 4, 5],
    ])
    expect(callFunction('a.combinations', NESTED, [ints(1, 2, 3), int(2)])).toEqual([
      [1, 2],
      [1, 3],
      [2, 3],
    ])
    expect((callFunction('a.permutations', NESTED, [ints(1, 2, 3)]) as unknown[]).map(String)).toEqual([
      '1,2,3',
      '1,3,2',
      '2,1,3',
      '2,3,1',
      '3,1,2',
      '3,2,1',
    ])
    expect(() => callFunction('a.permutations', NESTED, [ints(...Array.from({ length: 15 }, (_item, i) => i))])).toThrow(/items/)
  })

  it('ranks: the middle, the parts, and what is there most often', () => {
    expect([callFunction('a.median', 'int', [ints(4, 1, 3, 2)]), callFunction('a.median', 'double', [[4, 1, 3, 2]])]).toEqual([2, 2.5])
    expect(callFunction('a.ntile', 'double', [[10, 20, 30, 40, 50], 0.3])).toBeCloseTo(22, 12)
    expect(callFunction('a.mode', 'int', [ints(3, 1, 1, 3, 2)])).toBe(1)
  })
})

describe('maps', () => {
  const map = (values: Readonly<Record<string, number>>) => [{ type: 'map', values: 'int' }, values] as const

  it('keys of extremes are in the order of keys where values are equal', () => {
    expect(callFunction('map.argminN', { type: 'array', items: 'string' }, [map({ z: 1, b: 2, a: 1 }), int(2)])).toEqual(['a', 'z'])
    expect(callFunction('map.argmax', 'string', [map({})])).toEqual({ error: 26_120 })
  })

  it('as sets they are keyed by the Avro encoding of their values', () => {
    // Avro writes the int 5 as the one byte 10.
    expect(callFunction('map.toset', { type: 'map', values: 'int' }, [ints(5)])).toEqual({ [Buffer.from([10]).toString('base64')]: 5 })
  })

  it('names of prototypes are keys like any other', () => {
    const odd = { expression: { 'map.add': [{ type: { type: 'map', values: 'int' }, value: {} }, { string: '__proto__' }, 1] } }
    expect(callFunction('map.keys', { type: 'array', items: 'string' }, [odd])).toEqual(['__proto__'])
  })
})
