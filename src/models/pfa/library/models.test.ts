import { describe, expect, it } from 'vitest'
import { callFunction } from './testing/call-function.ts'

const record = (name: string, fields: Readonly<Record<string, unknown>>) => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
})
const arrayOf = (items: unknown) => ({ type: 'array', items })
const DOUBLES = arrayOf('double')

describe('statistics of samples', () => {
  const STATE = record('State', { count: 'double', mean: 'double', variance: 'double' })

  it('an update gives the mean and the variance of all values so far', () => {
    let state: unknown = { count: 0, mean: 0, variance: 0 }
    for (const x of [2, 4, 4, 4, 5, 5, 7, 9]) state = callFunction('stat.sample.update', STATE, [x, 1, [STATE, state]])
    // Mean 5 and variance 4 by hand.
    expect(state).toEqual({ count: 8, mean: expect.closeTo(5, 12), variance: expect.closeTo(4, 12) })
  })

  it('a window forgets what left it', () => {
    const ENTRY = record('Entry', { x: 'double', w: 'double', count: 'double', mean: 'double', variance: 'double' })
    let window: unknown = []
    for (const x of [100, -3, 1, 2, 6])
      window = callFunction('stat.sample.updateWindow', arrayOf(ENTRY), [x, 1, [arrayOf(ENTRY), window], ['int', 3]])
    // Of 1, 2 and 6: the mean is 3 and the variance 14/3.
    expect((window as unknown[]).at(-1)).toEqual({ x: 6, w: 1, count: 3, mean: expect.closeTo(3, 10), variance: expect.closeTo(14 / 3, 9) })
    expect(window).toHaveLength(3)
  })

  it('a histogram counts what it has no bin for only in fields that are there', () => {
    const HISTOGRAM = record('Histogram', { low: 'double', high: 'double', numbins: 'int', values: DOUBLES, overflow: 'double' })
    const empty = { low: 0, high: 10, numbins: 5, values: [0, 0, 0, 0, 0], overflow: 0 }
    const fill = (x: number) => callFunction('stat.sample.fillHistogram', HISTOGRAM, [x, 2, [HISTOGRAM, empty]])
    expect(fill(4)).toEqual({ ...empty, values: [0, 0, 2, 0, 0] })
    expect(fill(10)).toEqual({ ...empty, overflow: 2 })
    expect(fill(-1)).toEqual(empty)
  })

  it('a document whose state lacks a field is refused when it is loaded', () => {
    const WRONG = record('Wrong', { count: 'double', variance: 'double' })
    expect(() => callFunction('stat.sample.update', WRONG, [1, 1, [WRONG, { count: 0, variance: 0 }]])).toThrow(/mean/)
  })
})

describe('models', () => {
  it('a Gaussian process goes through its points', () => {
    const ROW = record('Row', { x: 'double', to: 'double' })
    const table = [
      { x: 0, to: 1 },
      { x: 1, to: 3 },
      { x: 2, to: -1 },
    ]
    const kernel = {
      expression: {
        params: [{ x: DOUBLES }, { y: DOUBLES }],
        ret: 'double',
        do: { 'm.kernel.rbf': ['x', 'y', 0.5] },
      },
    }
    for (const { x, to } of table) {
      const got = callFunction('model.reg.gaussianProcess', 'double', [x, [arrayOf(ROW), table], [['null', 'double'], null], kernel])
      expect(got).toBeCloseTo(to, 6)
    }
  })

  it('layers of a network are products and sums, with the activation between them', () => {
    const LAYER = record('Layer', { weights: arrayOf(DOUBLES), bias: DOUBLES })
    const model = [
      {
        weights: [
          [1, -1],
          [2, 0],
        ],
        bias: [0, -1],
      },
      { weights: [[1, 10]], bias: [0.5] },
    ]
    const relu = { expression: { params: [{ x: 'double' }], ret: 'double', do: { max: ['x', { double: 0 }] } } }
    expect(callFunction('model.neural.simpleLayers', DOUBLES, [[1, 3], [arrayOf(LAYER), model], relu])).toEqual([10.5])
  })

  it('a tree compares by the types of its fields, and a missing field makes the test unknown', () => {
    const DATUM = record('Datum', { x: ['null', 'double'], s: 'string' })
    const FIELD = { type: 'enum', name: 'Field', symbols: ['x', 's'] }
    const TEST = record('Test', { field: FIELD, operator: 'string', value: ['double', 'string', arrayOf('string')] })
    const test = (datum: unknown, comparison: unknown) =>
      callFunction(
        'model.tree.missingTest',
        ['null', 'boolean'],
        [
          [DATUM, datum],
          [TEST, comparison],
        ],
      )
    expect(test({ x: { double: 3 }, s: 'b' }, { field: 'x', operator: '<', value: { double: 4 } })).toEqual({ boolean: true })
    expect(test({ x: null, s: 'b' }, { field: 'x', operator: '<', value: { double: 4 } })).toBeNull()
    expect(test({ x: null, s: 'b' }, { field: 's', operator: '>=', value: { string: 'c' } })).toEqual({ boolean: false })
    expect(test({ x: null, s: 'b' }, { field: 's', operator: 'notIn', value: { array: ['a', 'b'] } })).toEqual({ boolean: false })
    expect(test({ x: { double: 3 }, s: 'b' }, { field: 'x', operator: '<', value: { string: 'c' } })).toEqual({ error: 32_011 })
    expect(test({ x: { double: 3 }, s: 'b' }, { field: 'x', operator: '=<', value: { double: 4 } })).toEqual({ error: 32_010 })
  })

  it('clusters: the closest, and the mean of those that are closest', () => {
    const CLUSTER = record('Cluster', { id: 'int', center: DOUBLES })
    const clusters = [
      { id: 1, center: [0, 0] },
      { id: 2, center: [10, 10] },
    ]
    expect(
      callFunction('model.cluster.closest', CLUSTER, [
        [6, 5],
        [arrayOf(CLUSTER), clusters],
      ]),
    ).toEqual(clusters[1])
    expect(
      callFunction('model.cluster.updateMean', CLUSTER, [
        [
          arrayOf(DOUBLES),
          [
            [1, 2],
            [3, 4],
          ],
        ],
        [CLUSTER, clusters[1]],
        2,
      ]),
    ).toEqual({
      id: 2,
      center: [6, 6.5],
    })
    expect(
      callFunction('model.cluster.closest', CLUSTER, [
        [6, 5],
        [arrayOf(CLUSTER), []],
      ]),
    ).toEqual({ error: 29_000 })
  })
})

describe('random functions', () => {
  const int = (value: number) => ['int', value] as const

  it('stay in their ranges, and samples have no item twice', () => {
    for (let i = 0; i < 50; i++) {
      expect(callFunction('rand.int', 'int', [int(-2), int(1)])).toBeOneOf([-2, -1, 0])
      const sample = callFunction('rand.sample', arrayOf('int'), [int(3), [arrayOf('int'), [1, 2, 3, 4]]]) as number[]
      expect(new Set(sample).size).toBe(3)
    }
    expect(callFunction('rand.uuid', 'string', [])).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(callFunction('rand.string', 'string', [int(4), 'x'])).toBe('xxxx')
    expect(callFunction('rand.histogram', 'int', [[0, 0, 3, 0]])).toBe(2)
  })

  it('refuse ranges and sizes that are empty', () => {
    expect(callFunction('rand.int', 'int', [int(3), int(3)])).toEqual({ error: 34_000 })
    expect(callFunction('rand.bytes', 'bytes', [int(0)])).toEqual({ error: 34_090 })
    expect(callFunction('rand.histogram', 'int', [[0, 0]])).toEqual({ error: 34_070 })
  })
})
