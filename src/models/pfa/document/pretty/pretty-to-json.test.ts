// oxlint-disable unicorn/no-thenable -- `then` is a word of PFA
import { describe, expect, it } from 'vitest'
import { loadEngine } from '../../engine/load-engine.ts'
import { type Json, Real } from '../json.ts'
import { readDocumentText } from '../read-document-text.ts'
import { prettyToJson } from './pretty-to-json.ts'

/** Without locators, as plain objects; a real number that is an integer as a text with a point. */
function plain(json: Json): unknown {
  if (Array.isArray(json)) return (json as readonly Json[]).map(plain)
  if (json instanceof Real) return `${json.value}.0`
  if (!(json instanceof Map)) return json
  return Object.fromEntries(
    [...(json as ReadonlyMap<string, Json>)].filter(([key]) => key !== '@').map(([key, part]) => [key, plain(part)]),
  )
}

function action(text: string, before = ''): unknown {
  const json = prettyToJson(`input: double\noutput: double\n${before}action:\n  ${text}\n`) as ReadonlyMap<string, Json>
  return plain(json.get('action')!)
}

describe('PrettyPFA', () => {
  it('groups operators by their strength, and those of one strength from the left', () => {
    expect(action('1 + 2 * 3 - 4')).toEqual([{ '-': [{ '+': [1, { '*': [2, 3] }] }, 4] }])
    expect(action('a || b && c == d')).toEqual([{ '||': ['a', { '&&': ['b', { '==': ['c', 'd'] }] }] }])
    expect(action('7 idiv 2 %% 3')).toEqual([{ '%%': [{ '//': [7, 2] }, 3] }])
    expect(action('!a == b')).toEqual([{ '!': [{ '==': ['a', 'b'] }] }])
    expect(action('-x ** 2')).toEqual([{ 'u-': [{ '**': ['x', 2] }] }])
    expect(action('x -1')).toEqual([{ '-': ['x', 1] }])
    expect(action('f(-1, 2.0)')).toEqual([{ f: [-1, '2.0'] }])
  })

  it('knows symbols, cells and pools apart', () => {
    const stores = 'cells:\n  c(array(int)) = [1, 2]\npools:\n  p(int) = {a: 1}\n'
    expect(action('x.y[0]', stores)).toEqual([{ attr: 'x', path: [['y'], 0] }])
    expect(action('c[0]', stores)).toEqual([{ cell: 'c', path: [0] }])
    expect(action('c = new(array(int), 3)', stores)).toEqual([{ cell: 'c', to: { type: { type: 'array', items: 'int' }, new: [3] } }])
    expect(action('p["a"] to fcn(old: int -> int) old + 1 init 0', stores)).toEqual([
      { pool: 'p', path: [{ string: 'a' }], to: { params: [{ old: 'int' }], ret: 'int', do: [{ '+': ['old', 1] }] }, init: 0 },
    ])
    expect(action('x = 1', stores)).toEqual([{ set: { x: 1 } }])
    expect(action('var x = 1, y = 2', stores)).toEqual([{ let: { x: 1, y: 2 } }])
  })

  it('makes conditions and loops', () => {
    expect(action('if (a) 1 else if (b) 2 else { 3; 4 }')).toEqual([
      {
        cond: [
          { if: 'a', then: [1] },
          { if: 'b', then: [2] },
        ],
        else: [3, 4],
      },
    ])
    expect(action('for (i = 0; i < 3; i = i + 1) log(i)')).toEqual([
      { for: { i: 0 }, while: { '<': ['i', 3] }, step: { i: { '+': ['i', 1] } }, do: [{ log: ['i'] }] },
    ])
    expect(action('foreach (k, v: m) log(k)')).toEqual([{ forkey: 'k', forval: 'v', in: 'm', do: [{ log: ['k'] }] }])
    expect(action('cast (x) { as(y: int) y as(z: null) 0 }')).toEqual([
      {
        cast: 'x',
        cases: [
          { as: 'int', named: 'y', do: ['y'] },
          { as: 'null', named: 'z', do: [0] },
        ],
        partial: false,
      },
    ])
    expect(action('try ("ouch", -3) error("ouch", code: -3)')).toEqual([{ try: [{ error: 'ouch', code: -3 }], filter: ['ouch', -3] }])
  })

  it('runs, with types of its own, functions and comments', () => {
    const text = [
      'types:',
      '  Point = record(Point, x: double, y: double)',
      'input: Point',
      'output: double',
      'fcns:',
      '  square = fcn(x: double -> double) x * x;  // a comment',
      '  length = fcn(p: Point -> double) { m.sqrt(u.square(p.x) + u.square(p.y)) };',
      'action:',
      '  u.length(input)',
    ].join('\n')
    const engine = loadEngine(readDocumentText(text))
    expect(engine.action(engine.readInput({ x: 3, y: 4 }))).toBe(5)
  })

  it('is told from YAML', () => {
    const engine = loadEngine(readDocumentText('input: double\noutput: double\naction: input + 1\n'))
    expect(engine.action(2)).toBe(3)
    const yaml = loadEngine(readDocumentText('input: double\noutput: double\naction:\n  - {+: [input, 1]}\n'))
    expect(yaml.action(2)).toBe(3)
  })

  it('says the line of what is wrong', () => {
    expect(() => prettyToJson('input: double\noutput: double\naction:\n  input +\n')).toThrow('PrettyPFA line 5: the document ends early')
    expect(() => prettyToJson('input: double\naction:\n  (input\n')).toThrow("PrettyPFA line 4: ')' is wanted, not the end")
    expect(() => prettyToJson('input: double\naction:\n  input # 2\n')).toThrow('PrettyPFA line 3: "#" begins nothing')
    expect(() => prettyToJson(`action:\n  ${'('.repeat(5000)}`)).toThrow(/nests deeper/)
  })
})
