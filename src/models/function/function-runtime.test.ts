import { describe, expect, expectTypeOf, it } from 'vitest'
import { type Answer, scoreRows } from '../../../test/contracts/answers.ts'
import type { PlainRow } from '../../../test/contracts/frame-of.ts'
import { descriptorOf, testRuntime } from '../../../test/contracts/runtime.ts'
import type { SluiceError } from '../../core/errors.ts'
import { modelId } from '../../core/model.ts'
import { defineModel, type ModelDefinition } from './define-model.ts'
import { createFunctionRuntime } from './function-runtime.ts'

const linear = defineModel({
  name: 'linear',
  version: '1',
  dataType: 'test',
  inputs: ['a', 'b'],
  score: ({ a, b }) => 2 * a - b,
})

const late = defineModel({
  name: 'late',
  version: '1.0-rc_2',
  dataType: 'flight',
  description: 'Whether a flight arrives late',
  inputs: { distance: 'number', carrier: ['UA', 'AA'], origin: 'category', wind: 'number?', gate: 'value?' },
  outputs: { verdict: ['late', 'on time'], probability: 'number', why: 'label' },
  score: ({ distance, carrier, origin, wind = 0, gate }) => {
    const probability = distance / 1000 + wind / 10
    const why = carrier === 'UA' ? `from ${origin}` : gate === undefined ? null : JSON.stringify(gate)
    return { verdict: probability > 0.5 ? 'late' : 'on time', probability, why }
  },
})

const sums = defineModel({
  name: 'sums',
  version: '1',
  dataType: 'test',
  inputs: ['x', 'y'],
  scoreFrame: (frame, scores) => {
    for (let row = 0; row < frame.rows; row++) scores.values[row] = frame.matrix[2 * row]! / frame.matrix[2 * row + 1]!
  },
})

const rejectedWith = (code: SluiceError['code']) => ({ rejectedWith: code })

testRuntime({
  name: 'functions in code',
  create: () => createFunctionRuntime([linear, late, sums]),
  cases: [
    {
      title: 'a function of numbers',
      bytes: linear.bytes,
      rows: [{ a: 1, b: 2 }, { a: 0.5, b: -1 }, { a: 1 }, { a: 'x', b: 1 }, { a: 1, b: NaN }, { a: 1e308, b: -1e308 }, { a: true, b: 0 }],
      expected: [
        0,
        2,
        rejectedWith('record.feature.missing'),
        rejectedWith('record.feature.invalid'),
        rejectedWith('record.feature.not-finite'),
        rejectedWith('record.score.not-finite'),
        2,
      ],
    },
    {
      title: 'a function with labels, categories and structured values',
      bytes: late.bytes,
      rows: [
        { distance: 400, carrier: 'UA', origin: 'JFK' },
        { distance: 400, carrier: 'AA', origin: 'LGA', wind: 5, gate: { terminal: 4 } },
        { distance: 100, carrier: 'AA', origin: 'LGA' },
        { distance: 100, carrier: 'ZZ', origin: 'LGA' },
        { distance: 100, carrier: 'AA', origin: null },
        { distance: 100, carrier: 'AA', origin: 'LGA', wind: 'strong' },
      ],
      expected: [
        { verdict: 'on time', probability: 0.4, why: 'from JFK' },
        { verdict: 'late', probability: 0.9, why: '{"terminal":4}' },
        { verdict: 'on time', probability: 0.1, why: null },
        rejectedWith('record.feature.unknown-category'),
        rejectedWith('record.feature.missing'),
        rejectedWith('record.feature.invalid'),
      ],
    },
    {
      title: 'a function of frames',
      bytes: sums.bytes,
      rows: [
        [6, 3],
        [1, 0],
        [0, 0],
        [null, 1],
        [1, 4],
      ],
      expected: [
        2,
        rejectedWith('record.score.not-finite'),
        rejectedWith('record.score.not-finite'),
        rejectedWith('record.feature.missing'),
        0.25,
      ],
    },
  ],
  malformed: [
    { title: 'text that is not name@version', bytes: Buffer.from('linear'), code: 'model.malformed' },
    { title: 'bytes that are not UTF-8', bytes: Uint8Array.of(0xff, 0xfe, 0x40, 0x31), code: 'model.malformed' },
    { title: 'a very long name', bytes: Buffer.from(`${'n'.repeat(300)}@1`), code: 'model.malformed' },
    { title: 'a function that is not linked in', bytes: Buffer.from('quadratic@1'), code: 'model.unsupported' },
    { title: 'another version of a function', bytes: Buffer.from('linear@2'), code: 'model.unsupported' },
  ],
})

describe('a model in code', () => {
  it('infers the types of its row and its answer', () => {
    defineModel({
      name: 'typed',
      version: '1',
      dataType: 'test',
      inputs: { n: 'number', maybe: 'number?', text: 'category', maybeText: 'category?', one: ['x', 'y'], any: 'value' },
      outputs: ['yes', 'no'],
      score: (row) => {
        expectTypeOf(row).toEqualTypeOf<{
          readonly n: number
          readonly maybe: number | undefined
          readonly text: string
          readonly maybeText: string | undefined
          readonly one: 'x' | 'y'
          readonly any: unknown
        }>()
        return 'yes'
      },
    })
    defineModel({
      name: 'typed',
      version: '2',
      dataType: 'test',
      inputs: ['p', 'q'],
      score: (row) => {
        expectTypeOf(row).toEqualTypeOf<{ readonly p: number; readonly q: number }>()
        return row.p
      },
    })
    // @ts-expect-error the declared output is a number
    defineModel({ name: 'typed', version: '3', dataType: 'test', inputs: ['p'], score: () => 'a' })
    defineModel({
      name: 'typed',
      version: '4',
      dataType: 'test',
      inputs: ['p'],
      outputs: { a: 'number', b: 'label' },
      // @ts-expect-error the answer lacks an output
      score: () => ({ a: 1 }),
    })
  })

  it('rejects the row for which the function throws, with what it threw as the cause', async () => {
    const cause = new RangeError('too far')
    const picky = defineModel({
      name: 'picky',
      version: '1',
      dataType: 'test',
      inputs: ['x'],
      score: ({ x }) => {
        if (x > 10) throw cause
        return x
      },
    })
    const [first, second, third] = await answersTo(picky, [[1], [11], [2]])
    expect([first, third]).toEqual([{ score: 1 }, { score: 2 }])
    expect(second).toMatchObject({ code: 'record.score.failed', message: 'the function threw: too far', cause })
  })

  it('rejects the row whose answer is not what is declared', async () => {
    const liar = defineModel({
      name: 'liar',
      version: '1',
      dataType: 'test',
      inputs: ['x'],
      outputs: { kind: ['a', 'b'], size: 'number' },
      score: ({ x }) =>
        [{ kind: 'c', size: 1 }, { kind: null, size: 1 }, { kind: 'a', size: '1' }, { kind: 'a', size: NaN }, null][x] as never,
    })
    const answers = await answersTo(liar, [[0], [1], [2], [3], [4]])
    expect(answers.map((answer) => (answer as SluiceError).message)).toEqual([
      "output 'kind' is 'c'; declared are a, b",
      "the function gave no value for its first output 'kind'",
      "output 'size' is a string; the model declares it as a number",
      "output 'size' is NaN",
      "the function gave no value for its first output 'kind'",
    ])
  })

  it('says what is wrong with a row in terms of the record', async () => {
    const answers = await answersTo(late, [
      { distance: 'far', carrier: 'AA', origin: 'LGA' },
      { distance: 1, carrier: 'ZZ', origin: 'LGA' },
    ])
    expect(answers.map((answer) => (answer as SluiceError).toJSON())).toMatchObject([
      { message: "feature 'distance' is 'far'; the model needs a number", details: { feature: 'distance', value: 'far' } },
      { message: "feature 'carrier' is 'ZZ'; the model knows UA, AA", details: { feature: 'carrier', value: 'ZZ' } },
    ])
  })

  it('takes a structured value from where the descriptor says', async () => {
    const deep = defineModel({
      name: 'deep',
      version: '1',
      dataType: 'test',
      inputs: { items: 'value' },
      score: ({ items }) => (items as unknown[]).length,
    })
    const model = deep.createModel(descriptorOf('function', deep.bytes, { inputs: { items: 'order.lines' } }))
    expect(await scoreRows(model, [{ items: true, order: { lines: [1, 2, 3] } }])).toEqual([{ score: 3 }])
  })

  it('may score frames asynchronously', async () => {
    const slow = defineModel({
      name: 'slow',
      version: '1',
      dataType: 'test',
      inputs: ['x'],
      scoreFrame: async (frame, scores) => {
        await Promise.resolve()
        for (let row = 0; row < frame.rows; row++) scores.values[row] = 1 / frame.matrix[row]!
      },
    })
    const [half, infinite] = await answersTo(slow, [[2], [0]])
    expect(half).toEqual({ score: 0.5 })
    expect(infinite).toMatchObject({ code: 'record.score.not-finite' })
  })

  it('fails as a whole where a function of frames throws', async () => {
    const throwing = (scoreFrame: () => void | Promise<void>) =>
      defineModel({ name: 'broken', version: '1', dataType: 'test', inputs: ['x'], scoreFrame })
    for (const broken of [throwing(() => expect.unreachable()), throwing(async () => Promise.reject(new Error('no')))]) {
      await expect(answersTo(broken, [[1]])).rejects.toMatchObject({ code: 'model.runtime.failed', cause: expect.any(Error) })
    }
  })

  it('is refused where its name can not stand in name@version, or has no inputs', () => {
    const spec = { name: 'fine', version: '1', dataType: 'test', inputs: ['x'], score: () => 1 } as const
    const refused = { code: 'config.invalid' }
    expect(() => defineModel({ ...spec, name: 'a@b' })).toThrow(expect.objectContaining(refused))
    expect(() => defineModel({ ...spec, version: '' })).toThrow(expect.objectContaining(refused))
    expect(() => defineModel({ ...spec, inputs: [] })).toThrow(expect.objectContaining(refused))
    expect(() => createFunctionRuntime([linear, linear])).toThrow(expect.objectContaining(refused))
  })

  it('names itself in its bytes', () => {
    expect(Buffer.from(late.bytes).toString()).toBe(modelId(late))
    expect(modelId(late)).toBe('late@1.0-rc_2')
  })
})

async function answersTo(definition: ModelDefinition, rows: readonly PlainRow[]): Promise<readonly Answer[]> {
  const model = definition.createModel(descriptorOf('function', definition.bytes))
  return scoreRows(model, rows)
}
