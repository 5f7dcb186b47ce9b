import { createHash } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { type ErrorCode, SluiceError } from '../../src/core/errors.ts'
import { CELL } from '../../src/core/frame.ts'
import type { Model, ModelDescriptor, Runtime } from '../../src/core/model.ts'
import { Scores } from '../../src/core/scores.ts'
import { type Answer, answersOf, scoreFrame, scoreRows } from './answers.ts'
import { damaged, truncations } from './damaged-bytes.ts'
import { type Expected, type ExpectedRows, expectAnswers, isRejection } from './expected.ts'
import { frameOf, type PlainRow } from './frame-of.ts'
import { longestTurn } from './longest-turn.ts'

export interface RuntimeCase extends ExpectedRows {
  readonly title: string
  /** What differs from a plain descriptor of the runtime's format. */
  readonly descriptor?: Partial<ModelDescriptor>
  readonly bytes: Uint8Array
  /** At least one must be scored. */
  readonly rows: readonly PlainRow[]
  /** One per row, derived from the format's standard, from hand computation or from another engine; never from our own output. */
  readonly expected: readonly Expected[]
}

export interface RuntimeSuite {
  readonly name: string
  /** Makes a runtime of its own; the suite disposes it. */
  readonly create: () => Runtime
  /** At least two, of different models, and at least one with a row that is rejected. */
  readonly cases: readonly [RuntimeCase, RuntimeCase, ...RuntimeCase[]]
  /** Bytes that must give `model.malformed` or `model.unsupported`, or the code given. The suite adds empty and truncated ones. */
  readonly malformed: readonly { readonly title: string; readonly bytes: Uint8Array; readonly code?: ErrorCode }[]
  /** A large model, to see that loading it leaves the event loop free: no turn of it takes more CPU time than this. */
  readonly large?: { readonly descriptor?: Partial<ModelDescriptor>; readonly bytes: Uint8Array; readonly turnMs: number }
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[]
}

/** A descriptor for tests: complete, with the sha256 of the bytes. */
export function descriptorOf(format: ModelDescriptor['format'], bytes: Uint8Array, rest: Partial<ModelDescriptor> = {}): ModelDescriptor {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { name: 'tested', version: '1', description: '', dataType: 'test', format, sha256, inputs: {}, metadata: {}, ...rest }
}

/** Registers the tests that every runtime must pass: the contract of src/core/model.ts. Call it at the top of a test file. */
export function testRuntime(suite: RuntimeSuite): void {
  describe(`the runtime contract: ${suite.name}`, () => {
    const runtime = suite.create()
    afterAll(async () => runtime[Symbol.asyncDispose]?.())
    const { test, checkSkips } = skipping(suite.skip ?? [])
    const load = async (one: Pick<RuntimeCase, 'bytes' | 'descriptor'>): Promise<Model> =>
      runtime.load(descriptorOf(runtime.format, one.bytes, one.descriptor), one.bytes)
    const [first, second] = suite.cases

    for (const one of suite.cases) {
      test(`scores ${one.title}`, async () => {
        using model = await load(one)
        expectAnswers(await scoreRows(model, one.rows), one)
      })
      test(`declares inputs and outputs for ${one.title}`, async () => {
        using model = await load(one)
        const { inputs, outputs } = model
        const names = { inputs: inputs.map((field) => field.name), outputs: outputs.map((output) => output.name) }
        expect(new Set(names.inputs).size, 'no two inputs share a name').toBe(inputs.length)
        expect(new Set(names.outputs).size, 'no two outputs share a name').toBe(outputs.length)
        expect(outputs.length).toBeGreaterThan(0)
        for (const field of inputs) expect(field.dictionary !== undefined, `dictionary of ${field.name}`).toBe(field.type === 'category')
        for (const output of outputs) expect(output.dictionary !== undefined, `dictionary of ${output.name}`).toBe(output.type === 'label')
        await scoreRows(model, one.rows)
        expect(model.inputs, 'the same after scoring').toBe(inputs)
        expect(model.outputs, 'the same after scoring').toBe(outputs)
        using again = await load(one)
        expect({ inputs: again.inputs.map((field) => field.name), outputs: again.outputs.map((output) => output.name) }).toEqual(names)
      })
      test(`scores one row at a time as it scores many of ${one.title}`, async () => {
        using model = await load(one)
        const answers: Answer[] = []
        for (const row of one.rows) answers.push(...(await scoreRows(model, [row])))
        expectAnswers(answers, one)
      })
      test(`gives every scored row a first value for ${one.title}`, async () => {
        using model = await load(one)
        const scores = await scoreFrame(model, frameOf(model.inputs, one.rows))
        const output = model.outputs[0]!
        for (let row = 0; row < scores.rows; row++) {
          if (scores.rejected[row] === 1) continue
          const value = scores.values[row * model.outputs.length]!
          expect(value, `row ${row}`).not.toBeNaN()
          if (output.type === 'label') expect(output.dictionary!.text(value)).toBeTypeOf('string')
        }
      })
      test(`lets bad rows between the others of ${one.title} pass as values`, async () => {
        using model = await load(one)
        const missing = model.inputs.map(() => null)
        const frame = frameOf(model.inputs, [missing, ...one.rows.flatMap((row) => [row, missing])])
        // Every second of the bad rows is ill-typed instead.
        for (let row = 0; row < frame.rows; row += 4) {
          frame.cells.fill(CELL.invalid, row * model.inputs.length, (row + 1) * model.inputs.length)
          frame.flags[row] = model.inputs.length > 0 ? CELL.invalid : 0
        }
        const answers = answersOf(await scoreFrame(model, frame))
        expectAnswers(
          one.rows.map((_, i) => answers[2 * i + 1]!),
          one,
        )
        for (const answer of answers) if (answer instanceof SluiceError) expect(answer.scope).toBe('record')
      })
      test(`leaves the bytes of ${one.title} alone`, async () => {
        const bytes = one.bytes.slice()
        using model = await load({ ...one, bytes })
        expect(Buffer.compare(bytes, one.bytes)).toBe(0)
        bytes.fill(0)
        expectAnswers(await scoreRows(model, one.rows), one)
      })
    }

    test('has a case with a row that is rejected', () => {
      expect(suite.cases.some((one) => one.expected.some(isRejection))).toBe(true)
    })

    test('takes a frame without rows', async () => {
      using model = await load(first)
      expect(await scoreRows(model, [])).toEqual([])
      expectAnswers(await scoreRows(model, first.rows), first)
    })

    test('scores many rows in one frame', async () => {
      using model = await load(first)
      const times = Math.ceil(1000 / first.rows.length)
      const rows = Array.from({ length: times }, () => first.rows).flat()
      const answers = await scoreRows(model, rows)
      for (let i = 0; i < times; i++) expectAnswers(answers.slice(i * first.rows.length, (i + 1) * first.rows.length), first)
    })

    test('gives the same scores when it scores again', async () => {
      using model = await load(first)
      const [once, again] = [await scoreRows(model, first.rows), await scoreRows(model, first.rows)]
      expectAnswers(once, first)
      expect(again.map(plain)).toEqual(once.map(plain))
    })

    test('uses frames and scores that were used before', async () => {
      using model = await load(first)
      const scores = new Scores()
      for (const rows of [first.rows, first.rows.slice(0, 1), first.rows]) {
        scores.reset(model.outputs, rows.length)
        scores.values.fill(NaN)
        await model.score(frameOf(model.inputs, rows), scores)
        expectAnswers(answersOf(scores), { ...first, expected: first.expected.slice(0, rows.length) })
      }
    })

    test('leaves a frame and scores alone once they are scored', async () => {
      using model = await load(first)
      const frame = frameOf(model.inputs, first.rows)
      const scores = await scoreFrame(model, frame)
      frame.matrix.fill(1e30)
      frame.cells.fill(CELL.missing)
      const [values, matrix] = [scores.values.slice(), frame.matrix.slice()]
      expectAnswers(await scoreRows(model, first.rows), first)
      expect(scores.values).toEqual(values)
      expect(frame.matrix).toEqual(matrix)
    })

    test('takes the next frame while it scores one, where it scores asynchronously', async () => {
      using model = await load(first)
      const started = Array.from({ length: 8 }, (_, i) => {
        const from = i % first.rows.length
        const rows = first.rows.slice(from)
        const scores = new Scores()
        scores.reset(model.outputs, rows.length)
        const promise = model.score(frameOf(model.inputs, rows), scores)
        return { scores, promise, part: { ...first, expected: first.expected.slice(from) } }
      })
      for (const { scores, promise, part } of started) {
        await promise
        expectAnswers(answersOf(scores), part)
      }
    })

    test('keeps two models apart', async () => {
      using one = await load(first)
      {
        using other = await load(second)
        const both = await Promise.all([scoreRows(one, first.rows), scoreRows(other, second.rows)])
        expectAnswers(both[0], first)
        expectAnswers(both[1], second)
      }
      expectAnswers(await scoreRows(one, first.rows), first)
    })

    test('keeps two copies of one model apart', async () => {
      using one = await load(first)
      {
        using copy = await load(first)
        expectAnswers(await scoreRows(copy, first.rows), first)
      }
      expectAnswers(await scoreRows(one, first.rows), first)
    })

    for (const bad of [{ title: 'no bytes', bytes: new Uint8Array(0) }, ...truncations(first.title, first.bytes), ...suite.malformed]) {
      const codes = 'code' in bad && bad.code !== undefined ? [bad.code] : ['model.malformed', 'model.unsupported']
      test(`refuses ${bad.title}`, async () => {
        const error = await refusalOf(load({ bytes: bad.bytes, ...(first.descriptor && { descriptor: first.descriptor }) }))
        expect(codes, error?.message ?? 'it was loaded').toContain(error?.code)
        expect(error!.message.length).toBeGreaterThan(10)
      })
    }

    test('loads or refuses damaged bytes, and never fails otherwise', async () => {
      for (const bytes of damaged(first.bytes)) {
        const error = await refusalOf(load({ ...first, bytes }))
        if (error !== undefined) expect(error.scope, error.message).toBe('model')
      }
      using model = await load(first)
      expectAnswers(await scoreRows(model, first.rows), first)
    })

    const { large } = suite
    if (large !== undefined) {
      test('leaves the event loop free while it loads a large model', async () => {
        const turn = await longestTurn(async () => {
          using model = await load(large)
          expect(model.outputs.length).toBeGreaterThan(0)
        })
        expect(turn).toBeLessThan(large.turnMs)
      })
    }

    test('disposes a runtime with its models', async () => {
      const own = suite.create()
      using model = await own.load(descriptorOf(own.format, first.bytes, first.descriptor), first.bytes)
      expectAnswers(await scoreRows(model, first.rows), first)
      await own[Symbol.asyncDispose]?.()
    })

    checkSkips()
  })
}

interface Skipping {
  readonly test: (title: string, body: () => void | Promise<void>) => void
  readonly checkSkips: () => void
}

function skipping(skips: NonNullable<RuntimeSuite['skip']>): Skipping {
  const titles = new Set<string>()
  return {
    test: (title, body) => {
      titles.add(title)
      const skip = skips.find((candidate) => candidate.tests.includes(title))
      if (skip === undefined) it(title, body)
      else it.skip(`${title} (skipped: ${skip.reason})`, body)
    },
    checkSkips: () => {
      it('skips only tests that exist', () => {
        expect(skips.flatMap((skip) => skip.tests).filter((title) => !titles.has(title))).toEqual([])
      })
    },
  }
}

function plain(answer: Answer): unknown {
  return answer instanceof SluiceError ? answer.toJSON() : answer
}

/** The error with which loading is refused, or undefined where it succeeds (the model is then disposed). */
async function refusalOf(loading: Promise<Model>): Promise<SluiceError | undefined> {
  try {
    using _ = await loading
    return undefined
  } catch (error) {
    if (!(error instanceof SluiceError)) throw new Error('loading failed with an error that has no code', { cause: error })
    return error
  }
}
