// oxlint-disable unicorn/no-thenable, vitest/no-conditional-expect -- `then` is a word of PFA; a document may be refused or not
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { SluiceError } from '../../core/errors.ts'
import { type Json, parseJson, Real } from './document/json.ts'
import { loadEngine } from './engine/load-engine.ts'
import { createPfaModel } from './pfa-model.ts'

/** Documents that use every special form, cells, pools, functions and trees. */
const DOCUMENTS: readonly unknown[] = [
  {
    input: {
      type: 'record',
      name: 'In',
      fields: [
        { name: 'x', type: 'double' },
        { name: 'y', type: ['null', 'int'] },
        { name: 's', type: 'string' },
      ],
    },
    output: ['null', 'double', 'string'],
    cells: { c: { type: { type: 'array', items: 'int' }, init: [1, 2, 3], rollback: true } },
    pools: { p: { type: 'double', init: { a: 1 }, rollback: true } },
    fcns: { f: { params: [{ a: 'double' }, { b: 'int' }], ret: 'double', do: [{ let: { z: { '*': ['a', 2] } } }, { '+': ['z', 'b'] }] } },
    action: [
      { let: { n: 0, t: { 's.concat': ['input.s', ['!']] } } },
      { for: { i: 0 }, while: { '<': ['i', 5] }, step: { i: { '+': ['i', 1] } }, do: [{ set: { n: { '+': ['n', 'i'] } } }] },
      { foreach: 'k', in: { cell: 'c' }, do: { set: { n: { '+': ['n', 'k'] } } } },
      { cell: 'c', path: [1], to: { params: [{ o: 'int' }], ret: 'int', do: { '+': ['o', 1] } } },
      { pool: 'p', path: ['input.s'], to: { params: [{ o: 'double' }], ret: 'double', do: { '+': ['o', 'input.x'] } }, init: 0.5 },
      { if: { '>': ['n', 10] }, then: { set: { n: { '//': ['n', 2] } } }, else: { set: { n: 1 } } },
      { let: { u: { 'u.f': ['input.x', { ifnotnull: { q: 'input.y' }, then: 'q', else: 7 }] } } },
      { let: { g: { try: [{ attr: { cell: 'c' }, path: ['n'] }], filter: ['array index not found'] } } },
      {
        cond: [
          { if: { '<': ['u', 0] }, then: null },
          { if: { '==': ['t', ['!']] }, then: 't' },
        ],
        else: { 'm.sqrt': ['u'] },
      },
    ],
  },
  {
    input: {
      type: 'record',
      name: 'D',
      fields: [
        { name: 'a', type: 'double' },
        { name: 'b', type: 'string' },
      ],
    },
    output: 'double',
    method: 'map',
    cells: {
      t: {
        type: {
          type: 'record',
          name: 'N',
          fields: [
            { name: 'field', type: { type: 'enum', name: 'F', symbols: ['a', 'b'] } },
            { name: 'operator', type: 'string' },
            { name: 'value', type: ['double', 'string'] },
            { name: 'pass', type: ['double', 'N'] },
            { name: 'fail', type: ['double', 'N'] },
          ],
        },
        init: {
          field: 'a',
          operator: '<',
          value: { double: 1.5 },
          pass: { N: { field: 'b', operator: '==', value: { string: 'x' }, pass: { double: 1 }, fail: { double: 2 } } },
          fail: { double: 3 },
        },
      },
    },
    action: { 'model.tree.simpleTree': ['input', { cell: 't' }] },
  },
]

const STRANGE: readonly Json[] = [
  null,
  true,
  -1,
  0,
  2 ** 31,
  2n ** 70n,
  new Real(1e300),
  '',
  'input',
  '__proto__',
  'x.y.0',
  ['text'],
  [],
  new Map(),
  'double',
  new Map([['error', 'no']]),
]

interface Change {
  readonly at: number
  readonly kind: number
  readonly what: number
}

/** The document with one part of it taken out, doubled, or put in place of another. */
function changed(json: Json, { at, kind, what }: Change): Json {
  const parts = partsOf(json, [])
  let left = at % parts.length
  const by = kind === 0 ? STRANGE[what % STRANGE.length]! : parts[what % parts.length]!
  const walk = (part: Json): Json => {
    if (left-- === 0) return by
    if (Array.isArray(part))
      return (part as readonly Json[]).flatMap((item): readonly Json[] => (left === 0 && kind === 2 ? (left--, []) : [walk(item)]))
    if (!(part instanceof Map)) return part
    return new Map(
      [...(part as ReadonlyMap<string, Json>)].flatMap(([key, item]) =>
        left === 0 && kind === 2 ? (left--, []) : [[key, walk(item)] as const],
      ),
    )
  }
  return walk(json)
}

function partsOf(json: Json, into: Json[]): Json[] {
  into.push(json)
  if (Array.isArray(json)) for (const part of json as readonly Json[]) partsOf(part, into)
  if (json instanceof Map) for (const part of (json as ReadonlyMap<string, Json>).values()) partsOf(part, into)
  return into
}

const ROWS = [
  { x: 1.5, y: 3, s: 'a', a: 1, b: 'x', input: 1 },
  { x: -2, s: '', a: NaN, b: 'y', input: 'text' },
  { x: 1e300, y: -1, s: 'constructor', a: 2, b: '', input: [1, 2] },
]

it('documents with changes load or are refused, and score or reject, and nothing else', async () => {
  const change = fc.record({ at: fc.nat(2000), kind: fc.nat(2), what: fc.nat(2000) })
  const property = fc.asyncProperty(
    fc.nat(DOCUMENTS.length - 1),
    fc.array(change, { minLength: 1, maxLength: 3 }),
    async (which, changes) => {
      let model
      try {
        const json = changes.reduce(changed, parseJson(JSON.stringify(DOCUMENTS[which])))
        const engine = loadEngine(json, { timeoutMs: 100 })
        engine.begin()
        model = createPfaModel(engine, {})
      } catch (error) {
        expect(error).toBeInstanceOf(SluiceError)
        expect((error as SluiceError).scope).toBe('model')
        return
      }
      for (const answer of await scoreRows(model, ROWS)) if (answer instanceof SluiceError) expect(answer.scope).toBe('record')
      const snapshot = model.snapshot()
      model.restore(snapshot)
      expect(model.snapshot()).toBe(snapshot)
    },
  )
  await fc.assert(property, { numRuns: 1500, seed: 20260, endOnFailure: false })
})

it('texts of all kinds are documents or refused', () => {
  const pieces = ['{', '}', '[', ']', '"a"', ':', ',', '1', '-', 'null', '\\u00', '\u2028', ' ', 'input', '"input"', '1e9', '\n', '//']
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (words) => {
      try {
        parseJson(words.join(''))
      } catch (error) {
        expect(error).toMatchObject({ code: 'model.malformed' })
      }
    }),
    { numRuns: 1000, seed: 7 },
  )
})
