import { expect, test } from 'vitest'
import { record } from '../../../test/contracts/log/plain-record.ts'
import { batchOf, createJsonOperator, headersByName, plainRecords, value } from '../../../test/fixtures/serving/json-operator.ts'
import { loadedStub } from '../../../test/fixtures/serving/stub-model.ts'
import { FATAL, SummingModel } from '../../../test/fixtures/serving/summing-model.ts'
import { FrameBuffer } from '../frame.ts'
import { keyText, type ModelState, readStateText, stateKey, stateText } from '../model-state.ts'
import { Scores } from '../scores.ts'
import type { Answers } from './answers.ts'
import { KeyedInstance } from './keyed-instance.ts'
import { Lane } from './lane.ts'
import type { OperatorOptions, ServingOperator } from './operator.ts'
import type { Work } from './work.ts'

type Keyed = readonly [key: string | null, x: number]

function createSumming(options: Partial<OperatorOptions> = {}, id = 'm@1'): ServingOperator {
  const operator = createJsonOperator(options)
  serve(operator, id)
  return operator
}

function serve(operator: ServingOperator, id: string, start = 0): void {
  operator.serve('a', operator.fit(loadedStub(id, 'a', new SummingModel(start, 'key'))))
}

function answer(operator: ServingOperator, lane: Lane, records: readonly Keyed[]): Answers {
  const work = operator.begin(batchOf(records.map(([key, x]) => record(value('a', x), { key }))), lane) as Work
  return work.finish()
}

const scores = ({ outputs }: Answers): number[] => plainRecords(outputs).map((each) => Number(headersByName(each)['sluice_score']))
const reasons = ({ deadLetters }: Answers): unknown[] => plainRecords(deadLetters).map((each) => headersByName(each)['sluice_error'])
const states = (answers: Answers): unknown[] => answers.states.map(({ key, snapshot }) => [key, snapshot])

test('each key has a state of its own, however the keys take turns', () => {
  const operator = createSumming()
  const lane = new Lane('input', 0)
  const first = answer(operator, lane, [['x', 1], ['y', 10], ['x', 2], ['x', 3], ['y', 20], ['', 5]]) // prettier-ignore
  expect(scores(first)).toEqual([1, 10, 3, 6, 30, 5])
  expect(states(first)).toEqual([
    ['x', '{"sum":6}'],
    ['y', '{"sum":30}'],
    ['', '{"sum":5}'],
  ])
  const second = answer(operator, lane, [['y', 1], ['z', 0]]) // prettier-ignore
  expect(scores(second)).toEqual([31, 0])
  // What a key begins with is not written.
  expect(states(second)).toEqual([['y', '{"sum":31}']])
})

test('sums of many keys over many batches are those of a map, with restarts between them', () => {
  const expected = new Map<string, number>()
  let lane = new Lane('input', 0)
  let operator = createSumming()
  let random = 1
  for (let round = 0; round < 40; round++) {
    const records = Array.from({ length: 50 }, (): Keyed => {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0
      return [`key ${(random >>> 16) % 30}`, random % 100]
    })
    const sums = records.map(([key, x]) => {
      const sum = (expected.get(key!) ?? 0) + x
      expected.set(key!, sum)
      return sum
    })
    expect(scores(answer(operator, lane, records))).toEqual(sums)
    if (round % 7 !== 6) continue
    const restored = new Lane('input', 0)
    for (const state of lane.states.finished()) restored.states.restore(readStateText(stateText(lane, state)!))
    lane = restored
    operator = createSumming()
  }
})

test('a record without a key is rejected, and leaves nothing', () => {
  const operator = createSumming()
  const lane = new Lane('input', 0)
  const answers = answer(operator, lane, [['x', 1], [null, 10], ['x', 2]]) // prettier-ignore
  expect([scores(answers), reasons(answers)]).toEqual([[1, 3], ['record.score.failed']])
})

test('a frame that fails leaves the states of all keys as they were', () => {
  const operator = createSumming()
  const lane = new Lane('input', 0)
  answer(operator, lane, [['x', 1], ['y', 2]]) // prettier-ignore
  const failed = answer(operator, lane, [['x', 10], ['z', 7], ['y', FATAL]]) // prettier-ignore
  expect([scores(failed), states(failed)]).toEqual([[], []])
  expect(scores(answer(operator, lane, [['x', 1], ['y', 1], ['z', 1]]))).toEqual([2, 3, 1]) // prettier-ignore
})

test('a state that does not fit its model stops the partition when its key comes', () => {
  const operator = createSumming()
  const lane = new Lane('input', 0)
  lane.states.restore({ dataType: 'a', model: 'm@1', sha256: 'ab'.repeat(32), key: 'bad', snapshot: '{"sum":"much"}' })
  expect(scores(answer(operator, lane, [['good', 1]]))).toEqual([1])
  expect(() => answer(operator, lane, [['good', 1], ['bad', 1]])).toThrow(expect.objectContaining({ code: 'log.corrupt' }) as Error) // prettier-ignore
})

test('a state that its topic would not take rejects the records that made it so', () => {
  const operator = createSumming({ maxStateBytes: 600 })
  const lane = new Lane('input', 0)
  const long = 'k'.repeat(300)
  const answers = answer(operator, lane, [['x', 1], [long, 1]]) // prettier-ignore
  expect([scores(answers), states(answers)]).toEqual([[], []])
  expect(scores(answer(operator, lane, [['x', 1]]))).toEqual([1])
})

test('a version that goes takes the states of all of its keys along, and one that comes back finds them', () => {
  const operator = createSumming()
  const lane = new Lane('input', 0)
  answer(operator, lane, [['x', 1], ['y', 2]]) // prettier-ignore
  for (let version = 2; version <= 10; version++) {
    serve(operator, `m@${version}`, version)
    answer(operator, lane, [['x', 1]])
  }
  serve(operator, 'm@1')
  expect(scores(answer(operator, lane, [['y', 1]]))).toEqual([3])
  serve(operator, 'm@11')
  expect(states(answer(operator, lane, [['x', 1]]))).toEqual([
    ['x', undefined],
    ['x', '{"sum":1}'],
  ])
  expect([...lane.states.finished()].filter(({ model }) => model === 'm@1')).toHaveLength(2)
})

test('a key that would be one too many is rejected, and all others go on', () => {
  const known = new Map<string, ModelState>()
  const about = { dataType: 'a', model: 'm@1', sha256: 'ab' }
  const place = { topic: 'input', partition: 0 }
  const instance = new KeyedInstance({ model: new SummingModel(), about, place, known: (key) => known.get(key!), all: [], mostKeys: 2 })
  const turn = (records: readonly Keyed[]): (number | string)[] => {
    const frame = new FrameBuffer()
    frame.reset(instance.model.inputs, records.length)
    frame.rows = records.length
    for (const [row, [, x]] of records.entries()) {
      frame.matrix[row] = x
      frame.records[row] = row
    }
    frame.keyOf = (row) => new TextEncoder().encode(records[row]![0]!)
    const into = new Scores()
    into.reset(instance.model.outputs, records.length)
    instance.model.score(frame, into)
    for (const state of instance.changed()) known.set(state.key!, state)
    instance.accept()
    return records.map((_, row) => into.error(row)?.message ?? into.values[row]!)
  }
  const refused = expect.stringContaining('has 2 keys already') as string
  expect(turn([['x', 1], ['y', 1], ['z', 1], ['x', 1]])).toEqual([1, 1, refused, 2]) // prettier-ignore
  expect(turn([['z', 1], ['y', 5]])).toEqual([refused, 6]) // prettier-ignore
})

test('no two keys have one text, nor the states of two keys one record', () => {
  const keys = ['', 'a', 'a/b', 'a%2Fb', '?key=a', 'é', '\u0000', ' '].map((key) => keyText(new TextEncoder().encode(key)))
  expect(keys).toEqual(['', 'a', 'a%2Fb', 'a%252Fb', '%3Fkey%3Da', '%C3%A9', '%00', '%20'])
  expect(keyText(Uint8Array.of(0xff, 0xc3))).toBe('%FF%C3')
  const place = { topic: 'in', partition: 3 }
  const texts = [undefined, ...keys].map((key) => stateKey(place, { dataType: 'a', model: 'm@1', ...(key !== undefined && { key }) }))
  expect(new Set(texts).size).toBe(texts.length)
  const state = { dataType: 'a', model: 'm@1', sha256: 'ab', key: '%22%2C', snapshot: '{"n":9007199254740993}' }
  expect(readStateText(stateText(place, state)!)).toEqual({ ...place, ...state })
})
