import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SluiceError } from '../errors.ts'
import { CELL, type Field, FrameBuffer } from '../frame.ts'
import type { Model } from '../model.ts'
import { Scores } from '../scores.ts'
import { newCacheCounts } from '../statistics.ts'
import { AnswerTable } from './answer-table.ts'
import { PredictionCache, whyNotCached } from './prediction-cache.ts'

const INPUTS: readonly Field[] = [
  { name: 'a', type: 'number', required: false },
  { name: 'b', type: 'number', required: false },
]

/** Null is missing, undefined is invalid. */
type Row = readonly (number | null | undefined)[]

/** A frame whose rows have a text of their own, as a record has what is not in its cells. */
function frameOf(rows: readonly Row[], texts: readonly string[] = []): FrameBuffer {
  const frame = new FrameBuffer()
  frame.reset(INPUTS, rows.length, { value: (record) => texts[record], text: (record) => texts[record] })
  frame.rows = rows.length
  for (const [row, values] of rows.entries()) {
    frame.records[row] = row
    for (const [i, value] of values.entries()) {
      const cell = row * values.length + i
      frame.matrix[cell] = value ?? Number.NaN
      frame.cells[cell] = value === null ? CELL.missing : value === undefined ? CELL.invalid : CELL.present
      frame.flags[row]! |= frame.cells[cell]
    }
  }
  return frame
}

/**
 * Says which bits its inputs have. It refuses rows whose first input is 3, in the words of the record, and asks the record for those whose second is
 * 3. With gates, it answers when a test lets it.
 */
class Telling implements Model {
  readonly inputs = INPUTS
  readonly outputs = [{ name: 'y', type: 'number' as const }, { name: 'z', type: 'number' as const }] // prettier-ignore
  readonly gates: PromiseWithResolvers<void>[] = []
  readonly asked: string[] = []
  later = false
  broken = false;

  [Symbol.dispose](): void {}

  score(frame: FrameBuffer, scores: Scores): void | Promise<void> {
    if (!this.later) return this.#fill(frame, scores)
    const gate = Promise.withResolvers<void>()
    this.gates.push(gate)
    return gate.promise.then(() => this.#fill(frame, scores))
  }

  #fill(frame: FrameBuffer, scores: Scores): void {
    if (this.broken) throw new Error('out of order')
    for (let row = 0; row < frame.rows; row++) {
      const [a, b] = [frame.matrix[row * 2]!, frame.matrix[row * 2 + 1]!]
      const [sawA, sawB] = [frame.cells[row * 2]!, frame.cells[row * 2 + 1]!]
      this.asked.push(`${Object.is(a, -0) ? '-0' : a},${b}`)
      if (a === 3) scores.reject(row, new SluiceError('record.feature.invalid', `not ${frame.text(row, 0)}`))
      else if (b === 3) scores.values.set([String(frame.value(row)).length, 1], row * 2)
      else scores.values.set([(Object.is(a, -0) ? 100 : a || sawA * 7) + 10 * (b || sawB * 7), sawA], row * 2)
    }
  }
}

function plainly(scores: Scores): unknown[] {
  return Array.from({ length: scores.rows }, (_, row) => {
    return scores.rejected[row] === 1 ? scores.error(row)!.message : [...scores.values.subarray(row * 2, row * 2 + 2)]
  })
}

function scoresFor({ outputs }: Model, rows: number): Scores {
  const scores = new Scores()
  scores.reset(outputs, rows)
  return scores
}

function uncached(frame: FrameBuffer): unknown[] {
  const model = new Telling()
  const scores = scoresFor(model, frame.rows)
  void model.score(frame, scores)
  return plainly(scores)
}

const cell = fc.constantFrom(0, -0, 1, 2, 3, null, undefined)
const someRows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 12 })
const texts = Array.from({ length: 12 }, (_, i) => 'x'.repeat(i))

describe('a model with a cache', () => {
  it('answers as it does without, whatever came before, however few answers are kept', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(someRows, { minLength: 1, maxLength: 8 }), (entries, frames) => {
        const model = new Telling()
        const cache = new PredictionCache(model, entries)
        const counts = newCacheCounts()
        for (const rows of frames) {
          const frame = frameOf(rows, texts)
          const scores = scoresFor(model, rows.length)
          expect(cache.score(frame, scores, counts)).toBeUndefined()
          expect(plainly(scores)).toEqual(uncached(frame))
        }
        expect(counts.hits + counts.misses + counts.coalesced).toBe(frames.flat().length)
        expect(model.asked.length).toBe(counts.misses)
      }),
      { numRuns: 300 },
    )
  })

  it('answers as it does without while it is at several frames that end in any order, some in failure', async () => {
    const step = fc.oneof({ weight: 3, arbitrary: someRows }, { weight: 2, arbitrary: fc.record({ ends: fc.nat(5), fails: fc.boolean() }) })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 14 }), async (entries, steps) => {
        const model = new Telling()
        model.later = true
        const cache = new PredictionCache(model, entries)
        const running: Promise<void>[] = []
        const end = async (at: number, fails: boolean): Promise<void> => {
          const [gate] = model.gates.splice(at % model.gates.length, 1)
          if (fails) gate!.reject(new Error('out of order'))
          else gate!.resolve()
          await new Promise(setImmediate)
        }
        for (const one of steps) {
          if (!Array.isArray(one)) {
            if (model.gates.length > 0) await end((one as { ends: number }).ends, (one as { fails: boolean }).fails)
            continue
          }
          const frame = frameOf(one, texts)
          const scores = scoresFor(model, frame.rows)
          const check = (): void => expect(plainly(scores)).toEqual(uncached(frame))
          const failed = (error: Error): void => expect(error.message).toBe('out of order')
          running.push(Promise.resolve(cache.score(frame, scores, newCacheCounts())).then(check, failed))
        }
        while (model.gates.length > 0) await end(0, false)
        await Promise.all(running)
      }),
      { numRuns: 150 },
    )
  })

  it('asks once for what is the same, in a frame and in those under way', async () => {
    const model = new Telling()
    model.later = true
    const cache = new PredictionCache(model, 100)
    const counts = newCacheCounts()
    const ask = (rows: readonly Row[]): { scores: Scores; done: void | Promise<void> } => {
      const scores = scoresFor(model, rows.length)
      return { scores, done: cache.score(frameOf(rows), scores, counts) }
    }
    const first = ask([[1, 1], [1, 1], [2, 1]]) // prettier-ignore
    const second = ask([[2, 1], [1, 2]]) // prettier-ignore
    for (const gate of model.gates) gate.resolve()
    await Promise.all([first.done, second.done])
    expect(model.asked).toEqual(['1,1', '2,1', '1,2'])
    expect([...plainly(first.scores), ...plainly(second.scores)]).toEqual([[11, 0], [11, 0], [12, 0], [12, 0], [21, 0]]) // prettier-ignore
    expect(counts).toEqual({ hits: 0, misses: 3, coalesced: 2 })
    expect(ask([[1, 1]]).done).toBeUndefined()
    expect(counts.hits).toBe(1)
  })

  it('does not remember what was refused, nor what was read from the record itself', () => {
    const model = new Telling()
    const cache = new PredictionCache(model, 100)
    for (const word of ['one', 'three']) {
      const scores = scoresFor(model, 2)
      void cache.score(frameOf([[3, 1], [1, 3]], [word, word]), scores, newCacheCounts()) // prettier-ignore
      expect(plainly(scores)).toEqual([`not ${word}`, [word.length, 1]])
    }
  })

  it('gives rows that waited for a frame that failed to the model again', async () => {
    const model = new Telling()
    model.later = true
    const cache = new PredictionCache(model, 100)
    const [one, other] = [scoresFor(model, 1), scoresFor(model, 1)]
    const first = cache.score(frameOf([[1, 1]]), one, newCacheCounts()) as Promise<void>
    const second = cache.score(frameOf([[1, 1]]), other, newCacheCounts()) as Promise<void>
    model.gates[0]!.reject(new Error('out of order'))
    await expect(first).rejects.toThrow('out of order')
    await new Promise(setImmediate)
    model.gates[1]!.resolve()
    await second
    expect(plainly(other)).toEqual([[11, 0]])
  })
})

describe('a table of answers', () => {
  it('holds no more than it was made for, and keeps what is asked for again', () => {
    const table = new AnswerTable({ inputs: 2, outputs: 1, entries: 8 })
    expect(table.capacity).toBe(8)
    const frame = frameOf(Array.from({ length: 100 }, (_, i) => [i, 0]))
    const scores = new Scores()
    scores.reset([{ name: 'y', type: 'number' }], 100)
    scores.values.forEach((_, i, values) => (values[i] = i))
    table.look(frame)
    const isKnown = (row: number): boolean => table.find(table.hash(row), row) >= 0
    for (let row = 0; row < 100; row++) {
      table.fill(table.claim(table.hash(row), row), scores, row)
      if (row % 4 === 0) table.read(table.find(table.hash(0), 0), scores, 0)
    }
    expect(Array.from({ length: 100 }, (_, row) => row).filter(isKnown)).toHaveLength(8)
    expect([isKnown(0), isKnown(50), isKnown(99)]).toEqual([true, false, true])
  })

  it('takes no more memory than 256 MiB, however long the inputs are', () => {
    const table = new AnswerTable({ inputs: 100_000, outputs: 10, entries: 1_000_000 })
    expect(table.capacity * 100_000 * 9).toBeLessThan(256 * 1024 * 1024)
    expect(table.capacity).toBeGreaterThan(200)
  })
})

it('a model with a state, and one that reads values as they stand in the record, are not remembered', () => {
  const model = new Telling()
  expect(whyNotCached(model)).toBeUndefined()
  const stateful: Model = { inputs: INPUTS, outputs: model.outputs, score: () => {}, [Symbol.dispose]: () => {}, state: { fork: () => ({}) as never } } // prettier-ignore
  expect(whyNotCached(stateful)).toMatch(/has a state/)
  const inputs: Field[] = [{ name: 'items', type: 'value', required: true }]
  expect(whyNotCached({ outputs: model.outputs, inputs, score: () => {}, [Symbol.dispose]: () => {} })).toMatch(/'items'/)
})
