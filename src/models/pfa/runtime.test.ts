// oxlint-disable unicorn/no-thenable -- `then` is a word of PFA
import { describe, expect, it } from 'vitest'
import { answersOf, scoreRows } from '../../../test/contracts/answers.ts'
import { frameOf } from '../../../test/contracts/frame-of.ts'
import { descriptorOf, type RuntimeCase, testRuntime } from '../../../test/contracts/runtime.ts'
import { Scores } from '../../core/scores.ts'
import type { StatefulModel } from '../../core/model.ts'
import { createPfaRuntime } from './runtime.ts'

const bytesOf = (document: unknown): Uint8Array =>
  new TextEncoder().encode(typeof document === 'string' ? document : JSON.stringify(document))

const WINE = {
  input: {
    type: 'record',
    name: 'Wine',
    fields: [
      { name: 'alcohol', type: 'double' },
      { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['red', 'white'] } },
      { name: 'sugar', type: ['null', 'double'] },
      { name: 'bottles', type: 'int', default: 1 },
    ],
  },
  output: {
    type: 'record',
    name: 'Rating',
    fields: [
      { name: 'quality', type: 'double' },
      { name: 'style', type: 'string' },
    ],
  },
  action: {
    type: 'Rating',
    new: {
      quality: {
        '*': [
          { '+': [{ if: { '==': ['input.kind', { type: 'Kind', value: 'white' }] }, then: 0.5, else: 0 }, { '/': ['input.alcohol', 4] }] },
          'input.bottles',
        ],
      },
      style: {
        ifnotnull: { sugar: 'input.sugar' },
        then: { if: { '>': ['sugar', 40] }, then: { string: 'sweet' }, else: { string: 'dry' } },
        else: { string: 'unknown' },
      },
    },
  },
}

const wine: RuntimeCase = {
  title: 'a record in and a record out',
  bytes: bytesOf(WINE),
  rows: [
    { alcohol: 10, kind: 'white', sugar: 45 },
    { alcohol: 8, kind: 'red', sugar: 3, bottles: 2 },
    { alcohol: 8, kind: 'red' },
    { alcohol: 8, kind: 'rosé' },
    { kind: 'red' },
    { alcohol: 'strong', kind: 'red' },
    { alcohol: 8, kind: 'red', bottles: 1.5 },
    { alcohol: Infinity, kind: 'red' },
  ],
  expected: [
    { quality: 3, style: 'sweet' },
    { quality: 4, style: 'dry' },
    { quality: 2, style: 'unknown' },
    { rejectedWith: 'record.feature.unknown-category' },
    { rejectedWith: 'record.feature.missing' },
    { rejectedWith: 'record.feature.invalid' },
    { rejectedWith: 'record.feature.invalid' },
    { rejectedWith: 'record.score.not-finite' },
  ],
}

const division: RuntimeCase = {
  title: 'a document that can fail',
  bytes: bytesOf('input: int\noutput: int\naction: {"//": [100, input]}\n'),
  rows: [{ input: 7 }, { input: -50 }, { input: 0 }, { input: 2 ** 31 }],
  expected: [14, -2, { rejectedWith: 'record.score.failed' }, { rejectedWith: 'record.feature.invalid' }],
}

const wrong = (title: string, change: Record<string, unknown>): { title: string; bytes: Uint8Array } => ({
  title,
  bytes: bytesOf({ ...WINE, ...change }),
})

testRuntime({
  name: 'pfa',
  create: () => createPfaRuntime(),
  cases: [wine, division],
  malformed: [
    { title: 'text that is no document', bytes: bytesOf('quality = 2 + alcohol / 4') },
    wrong('an unknown top-level field', { actions: [] }),
    wrong('an unknown function', { action: { 'no.such': ['input'] } }),
    wrong('a result of another type', { action: ['text'] }),
    wrong('an unknown symbol', { action: 'wine' }),
    wrong('an unknown type', { output: 'decimal' }),
    wrong('a cell that is not initialised', { cells: { x: { type: 'int' } } }),
    wrong('a cell whose value is not of its type', { cells: { x: { type: 'int', init: 'one' } } }),
    wrong('a cell that comes from a file', { cells: { x: { type: 'int', init: '/etc/hostname', source: 'json' } } }),
    wrong('a folding engine without a start', { method: 'fold' }),
    { title: 'nested too deep', bytes: bytesOf(`{"input":"null","output":"null","action":${'['.repeat(5000)}${']'.repeat(5000)}}`) },
  ],
})

async function load(document: unknown): Promise<StatefulModel> {
  const bytes = bytesOf(document)
  return (await createPfaRuntime().load(descriptorOf('pfa', bytes), bytes)) as StatefulModel
}

describe('a PFA model', () => {
  const counting = {
    input: 'double',
    output: 'double',
    cells: { sum: { type: 'double', init: 0, rollback: true } },
    pools: { seen: { type: 'int', init: {}, rollback: true } },
    action: [
      {
        pool: 'seen',
        path: [{ 's.number': ['input', null, null] }],
        to: { params: [{ n: 'int' }], ret: 'int', do: { '+': ['n', 1] } },
        init: 0,
      },
      { let: { total: { cell: 'sum', to: { params: [{ old: 'double' }], ret: 'double', do: { '+': ['old', 'input'] } } } } },
      { if: { '<': ['input', 0] }, then: { error: 'negative', code: -7 } },
      'total',
    ],
  }

  it('keeps its state from record to record, and leaves it as it was where a record fails', async () => {
    using model = await load({ ...counting, action: counting.action.slice(1) })
    const answers = await scoreRows(model, [{ input: 1 }, { input: -5 }, { input: 2 }])
    expect(answers[0]).toEqual({ score: 1 })
    expect(answers[1]).toMatchObject({ code: 'record.score.failed', details: { pfaCode: -7 } })
    expect(answers[2]).toEqual({ score: 3 })
    expect(JSON.parse(model.snapshot())).toMatchObject({ cells: { sum: 3 }, actions: [3, 2] })
  })

  it('continues from a snapshot', async () => {
    using first = await load({ ...counting, action: counting.action.slice(1) })
    await scoreRows(first, [{ input: 1.5 }, { input: 2 }])
    using second = await load({ ...counting, action: counting.action.slice(1) })
    second.restore(first.snapshot())
    expect(await scoreRows(second, [{ input: 1 }])).toEqual([{ score: 4.5 }])
    expect(() => second.restore('{"cells":{"sum":"much"},"pools":{"seen":{}}}')).toThrow(/does not fit/)
  })

  it('has instances with a state of their own, of the same dictionaries', async () => {
    using model = await load({ ...counting, action: counting.action.slice(1) })
    const [one, other] = [model.state!.fork(), model.state!.fork()]
    expect([one.inputs, one.outputs]).toEqual([model.inputs, model.outputs])
    expect(one.inputs.every((field, i) => field === model.inputs[i])).toBe(true)
    expect(await scoreRows(one, [{ input: 1 }, { input: 2 }])).toEqual([{ score: 1 }, { score: 3 }])
    expect(await scoreRows(other, [{ input: 10 }])).toEqual([{ score: 10 }])
    expect(await scoreRows(model, [{ input: 5 }])).toEqual([{ score: 5 }])
  })

  it('shares not even what a document declares as shared among its instances', async () => {
    using model = await load({
      input: 'int',
      output: 'int',
      cells: { n: { type: 'int', init: 0, shared: true } },
      pools: { p: { type: 'int', init: { a: 1 }, shared: true } },
      action: [
        {
          pool: 'p',
          path: ['input'].map(() => ({ string: 'a' })),
          to: { params: [{ x: 'int' }], ret: 'int', do: { '+': ['x', 1] } },
          init: 0,
        },
        { cell: 'n', to: { params: [{ x: 'int' }], ret: 'int', do: { '+': ['x', 1] } } },
        { '+': [{ cell: 'n' }, { pool: 'p', path: [{ string: 'a' }] }] },
      ],
    })
    const [one, other] = [model.state!.fork(), model.state!.fork()]
    expect(await scoreRows(one, [{ input: 0 }, { input: 0 }])).toEqual([{ score: 3 }, { score: 5 }])
    expect(await scoreRows(other, [{ input: 0 }])).toEqual([{ score: 3 }])
  })

  it.each<[string, Record<string, unknown>, boolean]>([
    ['no cells', { action: 'input' }, false],
    ['a cell that is only read', { cells: { c: { type: 'int', init: 1 } }, action: { '+': ['input', { cell: 'c' }] } }, false],
    ['a cell that is written', { cells: { c: { type: 'int', init: 1 } }, action: [{ cell: 'c', to: 2 }, 'input'] }, true],
    ['a pool that is only read', { pools: { p: { type: 'int', init: { a: 3 } } }, action: { pool: 'p', path: [['a']] } }, false],
    ['a pool that is written', { pools: { p: { type: 'int' } }, action: [{ pool: 'p', path: [['a']], to: 1, init: 1 }, 'input'] }, true],
    ['a pool that loses items', { pools: { p: { type: 'int' } }, action: [{ pool: 'p', del: ['a'] }, 'input'] }, true],
    [
      'a cell that a function writes',
      { cells: { c: { type: 'int', init: 1 } }, fcns: { f: { params: [], ret: 'int', do: { cell: 'c', to: 2 } } }, action: { 'u.f': [] } },
      true,
    ],
    ['a tally', { method: 'fold', zero: 0, merge: { '+': ['tallyOne', 'tallyTwo'] }, action: { '+': ['input', 'tally'] } }, true],
    ['a count of runs', { output: 'long', action: 'actionsStarted' }, true],
    ['a count of runs as an argument', { output: 'long', action: { '+': ['actionsFinished', 'input'] } }, true],
    ['a count of runs in a call', { output: 'long', action: { max: ['actionsStarted', 'input'] } }, true],
  ])('with %s: whether it has a state', async (_, part, hasState) => {
    using model = await load({ input: 'int', output: 'int', ...part })
    expect(model.state !== undefined).toBe(hasState)
  })

  it('brings every kind of value through a snapshot, and leaves out what is never written', async () => {
    const types = {
      n: 'long',
      x: 'double',
      f: 'float',
      s: 'string',
      b: 'bytes',
      u: ['null', 'long', 'string'],
      a: { type: 'array', items: 'double' },
    }
    const values = {
      n: 9007199254740993n,
      x: 'nan',
      f: '-inf',
      s: '"},"state":\u2028',
      b: '\u0000\u00ff',
      u: { long: 1 },
      a: ['inf', -0.5, 1e-300],
    }
    const cells = Object.entries(types).map(([name, type]) => {
      const init = name === 'n' ? '9007199254740993' : JSON.stringify(values[name as 's'])
      return `${JSON.stringify(name)}:{"type":${JSON.stringify(type)},"init":${init}}`
    })
    const writes = Object.keys(types).map((name) => `{"cell":"${name}","to":{"cell":"${name}"}}`)
    const text = `{"input":"null","output":"string","cells":{${cells.join(',')},"big":{"type":"int","init":42}},
      "action":[${writes.join(',')},{"s.int":[{"cell":"n"}]}]}`
    using model = await load(text)
    const one = model.state!.fork()
    const snapshot = one.snapshot()
    expect(snapshot).toContain('9007199254740993')
    expect(snapshot).not.toContain('big')
    const other = model.state!.fork()
    other.restore(snapshot)
    expect(other.snapshot()).toBe(snapshot)
    expect(answersOf(scored(other))).toEqual([{ score: '9007199254740993' }])
    for (const part of ['"nan"', '"-inf"', '"inf"', '1e-300', '{"long":1}']) expect(snapshot).toContain(part)
  })

  it('keeps its state by partition, or by key where it says so, and by nothing else', async () => {
    const per = async (kind: string): Promise<unknown> => {
      using model = await load({ ...counting, metadata: { 'sluice.state': kind } })
      return model.state?.per
    }
    expect([await per('partition'), await per('key')]).toEqual(['partition', 'key'])
    await expect(per('day')).rejects.toMatchObject({ code: 'model.unsupported' })
  })

  it('gives what was emitted last, and rejects a record for which nothing was', async () => {
    using model = await load({
      input: 'int',
      output: 'int',
      method: 'emit',
      action: {
        foreach: 'x',
        in: { type: { type: 'array', items: 'int' }, value: [1, 5] },
        do: { if: { '>': ['input', 'x'] }, then: { emit: 'x' } },
      },
    })
    const answers = await scoreRows(model, [{ input: 9 }, { input: 3 }, { input: 0 }])
    expect(answers.slice(0, 2)).toEqual([{ score: 5 }, { score: 1 }])
    expect(answers[2]).toMatchObject({ code: 'record.score.failed', message: 'the document emitted nothing for this record' })
  })

  it('takes long integers beyond 2^53 exactly', async () => {
    using model = await load({
      input: { type: 'record', name: 'In', fields: [{ name: 'n', type: 'long' }] },
      output: 'string',
      action: { 's.int': [{ '+': ['input.n', 1] }] },
    })
    const frame = frameOf(model.inputs, [{ n: 9007199254740993n }])
    const scores = new Scores()
    scores.reset(model.outputs, 1)
    model.score(frame, scores)
    expect(answersOf(scores)).toEqual([{ score: '9007199254740994' }])
  })

  it('stops a record that runs for ever', async () => {
    const bytes = bytesOf({ input: 'null', output: 'int', action: [{ while: true, do: { let: { x: 1 } } }, 1] })
    using model = await createPfaRuntime({ timeoutMs: 50 }).load(descriptorOf('pfa', bytes), bytes)
    const [answer] = await scoreRows(model, [{}])
    expect(answer).toMatchObject({ code: 'record.score.failed', details: { reason: 'timeout' } })
  })

  it('stops a record that recurs for ever', async () => {
    using model = await load({
      input: 'int',
      output: 'int',
      action: { 'u.f': ['input'] },
      fcns: { f: { params: [{ x: 'int' }], ret: 'int', do: { '+': [1, { 'u.f': ['x'] }] } } },
    })
    const answers = await scoreRows(model, [{ input: 1 }])
    expect(answers[0]).toMatchObject({ code: 'record.score.failed' })
  })

  it('says where a document is wrong', async () => {
    await expect(load({ ...WINE, action: { if: { '>': [{ '+': ['input.alcohol', ['much']] }, 1] }, then: 1, else: 2 } })).rejects.toThrow(
      /^\/action\/if\/>\/0: the function '\+'/,
    )
    await expect(load('input: double\noutput: double\naction:\n  - {m.sqrt: [input]}\n  - {m.sqroot: [input]}\n')).rejects.toThrow(
      /^\/action\/1 \(YAML line 5\)/,
    )
  })

  it('lets no document reach the host', async () => {
    const names = ['constructor', '__proto__', 'toString', 'globalThis', 'process', '$env', 'k$0']
    for (const name of names) {
      await expect(load({ ...WINE, action: name })).rejects.toThrow(/symbol/)
      await expect(load({ ...WINE, action: { [name]: ['input'] } })).rejects.toThrow(/function|special form/)
      await expect(load({ ...WINE, action: { attr: 'input', path: [[name]] } })).rejects.toThrow(/no field/)
    }
    const text = `"});process.exit(1);({x:"\u2028\`\${process.exit(1)}`
    using model = await load({
      input: 'null',
      output: 'string',
      name: text,
      cells: { constructor: { type: 'int', init: 1 } },
      metadata: { a: text },
      action: { 's.concat': [[text], 'name'] },
    })
    expect(answersOf(scored(model))).toEqual([{ score: text + text }])
    using record = await load({
      input: 'null',
      output: {
        type: 'record',
        name: 'constructor',
        fields: [
          { name: '__proto__', type: 'int' },
          { name: 'constructor', type: 'string' },
        ],
      },
      action: { type: 'constructor', new: { constructor: ['mine'], ['__proto__']: 3 } },
    })
    expect(answersOf(scored(record))).toEqual([
      Object.fromEntries([
        ['__proto__', 3],
        ['constructor', 'mine'],
      ]),
    ])
  })
})

function scored(model: StatefulModel): Scores {
  const scores = new Scores()
  scores.reset(model.outputs, 1)
  model.score(frameOf(model.inputs, [{}]), scores)
  return scores
}
