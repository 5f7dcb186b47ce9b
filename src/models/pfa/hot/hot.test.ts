import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../document/json.ts'
import { loadEngine, loadEngineFromBytes } from '../engine/load-engine.ts'

interface Node {
  readonly field: string
  readonly operator: string
  readonly value: number
  readonly pass: Node | number
  readonly fail: Node | number
}

const NODE = {
  type: 'record',
  name: 'Node',
  fields: [
    { name: 'field', type: { type: 'enum', name: 'Field', symbols: ['i', 'f', 'd'] } },
    { name: 'operator', type: 'string' },
    { name: 'value', type: 'double' },
    { name: 'pass', type: ['Node', 'double'] },
    { name: 'fail', type: ['Node', 'double'] },
  ],
}
const DATUM = {
  type: 'record',
  name: 'Datum',
  fields: [
    { name: 'i', type: 'int' },
    { name: 'f', type: 'float' },
    { name: 'd', type: 'double' },
  ],
}

function tagged(node: Node | number): unknown {
  if (typeof node === 'number') return { double: node }
  return { Node: untagged(node) }
}

function untagged({ pass, fail, ...rest }: Node): unknown {
  return { ...rest, pass: tagged(pass), fail: tagged(fail) }
}

const TESTS: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  '<': (x, y) => x < y,
  '<=': (x, y) => x <= y,
  '>': (x, y) => x > y,
  '>=': (x, y) => x >= y,
  '==': (x, y) => x === y,
  '!=': (x, y) => x !== y,
}

function walk(node: Node | number, datum: Readonly<Record<string, number>>): number {
  if (typeof node === 'number') return node
  return walk(TESTS[node.operator]!(datum[node.field]!, node.value) ? node.pass : node.fail, datum)
}

/** Numbers that are near each other, so that comparisons are often of equal ones. */
const number = fc.constantFrom(-1, -0, 0, 0.5, 1, 1 + Number.EPSILON, 2, 1e300, -1e300)
const operators = (ordered: boolean): fc.Arbitrary<string> => fc.constantFrom(...Object.keys(TESTS).slice(0, ordered ? 4 : 6))

function trees(ordered: boolean): fc.Arbitrary<Node> {
  return fc.letrec<{ node: Node; edge: Node | number }>((tie) => ({
    edge: fc.oneof({ maxDepth: 6 }, fc.integer(), tie('node')),
    node: fc.record({
      field: fc.constantFrom('i', 'f', 'd'),
      operator: operators(ordered),
      value: number,
      pass: tie('edge'),
      fail: tie('edge'),
    }),
  })).node
}

const datums = fc.array(
  fc.record({
    i: fc.integer({ min: -2, max: 2 }),
    f: number.map(Math.fround),
    d: fc.oneof(number, fc.constantFrom(NaN, Infinity, -Infinity)),
  }),
  { minLength: 1, maxLength: 8 },
)

const written = (datum: Readonly<Record<string, number>>): unknown =>
  Object.fromEntries(
    Object.entries(datum).map(([name, value]) => [
      name,
      Number.isFinite(value) ? value : Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf',
    ]),
  )

describe('code that is written out where it is called', () => {
  it.each([true, false])('walks all trees of a cell as they stand (only orders: %s)', (ordered) => {
    const property = fc.property(fc.array(trees(ordered), { minLength: 1, maxLength: 9 }), datums, (forest, rows) => {
      const engine = loadEngine(
        parseJson(
          JSON.stringify({
            input: DATUM,
            output: { type: 'array', items: 'double' },
            cells: { forest: { type: { type: 'array', items: NODE }, init: forest.map(untagged) } },
            action: {
              'a.map': [
                { cell: 'forest' },
                { params: [{ tree: 'Node' }], ret: 'double', do: { 'model.tree.simpleTree': ['input', 'tree'] } },
              ],
            },
          }),
        ),
      )
      for (const row of rows) expect(engine.action(engine.readInput(written(row)))).toEqual(forest.map((tree) => walk(tree, row)))
    })
    fc.assert(property, { numRuns: 150, seed: 11 })
  })

  it.each(['simpleTree', 'simpleWalk'])('walks one tree again and again with %s', (name) => {
    const property = fc.property(trees(true), datums, (tree, rows) => {
      const test = { params: [{ d: 'Datum' }, { n: 'Node' }], ret: 'boolean', do: { 'model.tree.simpleTest': ['d', 'n'] } }
      const args = ['input', { cell: 'tree' }, ...(name === 'simpleWalk' ? [test] : [])]
      const document = {
        input: DATUM,
        output: 'double',
        cells: { tree: { type: NODE, init: untagged(tree) } },
        action: { [`model.tree.${name}`]: args },
      }
      const engine = loadEngine(parseJson(JSON.stringify(document)))
      for (const row of [...rows, ...rows]) expect(engine.action(engine.readInput(written(row)))).toBe(walk(tree, row))
    })
    fc.assert(property, { numRuns: 150, seed: 12 })
  })

  it('finds the closest of clusters, the first of those that are as close, and refuses vectors of other sizes', () => {
    const vector = { type: 'array', items: 'double' }
    const point = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 3, maxLength: 3 })
    const property = fc.property(fc.array(point, { minLength: 1, maxLength: 9 }), point, (centers, x) => {
      const engine = loadEngine(
        parseJson(
          JSON.stringify({
            input: vector,
            output: 'int',
            cells: {
              clusters: {
                type: {
                  type: 'array',
                  items: {
                    type: 'record',
                    name: 'C',
                    fields: [
                      { name: 'center', type: vector },
                      { name: 'id', type: 'int' },
                    ],
                  },
                },
                init: centers.map((center, id) => ({ center, id })),
              },
            },
            action: {
              attr: {
                'model.cluster.closest': [
                  'input',
                  { cell: 'clusters' },
                  {
                    params: [{ x: vector }, { y: vector }],
                    ret: 'double',
                    do: { 'metric.euclidean': [{ fcn: 'metric.absDiff' }, 'x', 'y'] },
                  },
                ],
              },
              path: [['id']],
            },
          }),
        ),
      )
      const distances = centers.map((center) => Math.hypot(...center.map((value, i) => value - x[i]!)))
      const least = distances.findIndex((distance) => distance - Math.min(...distances) < 1e-12)
      expect(engine.action(x)).toBe(least)
      expect(() => engine.action([1])).toThrow(expect.objectContaining({ code: 28030 }) as Error)
    })
    fc.assert(property, { numRuns: 100, seed: 13 })
  })

  it('reads cells from the text as from the parsed document', () => {
    const property = fc.property(fc.array(trees(false), { maxLength: 4 }), fc.nat(3), (forest, indent) => {
      const document = {
        input: 'null',
        output: 'null',
        cells: { forest: { type: { type: 'array', items: NODE }, init: forest.map(untagged) } },
        action: null,
      }
      const text = JSON.stringify(document, null, indent)
      const expected = loadEngine(parseJson(text)).snapshot()
      expect(loadEngineFromBytes(Buffer.from(text), text).snapshot()).toBe(expected)
      // In another order, which is read the general way.
      const turned = JSON.stringify(document, null, indent).replaceAll(/("operator":\s*"[^"]*"),(\s*)("value":\s*[^,]*)/g, '$3,$2$1')
      expect(loadEngineFromBytes(Buffer.from(turned), turned).snapshot()).toBe(expected)
    })
    fc.assert(property, { numRuns: 100, seed: 14 })
  })
})
