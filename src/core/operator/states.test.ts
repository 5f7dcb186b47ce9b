import { expect, test } from 'vitest'
import { batchOf, createJsonOperator, headersByName, plainRecords, value } from '../../../test/fixtures/serving/json-operator.ts'
import { loadedStub, StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import { FATAL, SummingModel } from '../../../test/fixtures/serving/summing-model.ts'
import { readStateText, stateKey, stateText } from '../model-state.ts'
import type { Answers } from './answers.ts'
import { Lane } from './lane.ts'
import type { OperatorOptions, ServingOperator } from './operator.ts'
import type { Work } from './work.ts'

function createSumming(options: Partial<OperatorOptions> = {}, id = 'm@1'): ServingOperator {
  const operator = createJsonOperator(options)
  serve(operator, id)
  return operator
}

function serve(operator: ServingOperator, id: string, start = 0): void {
  operator.serve('a', operator.fit(loadedStub(id, 'a', new SummingModel(start))))
}

function answer(operator: ServingOperator, lane: Lane, numbers: readonly (number | null)[]): Answers {
  const work = operator.begin(batchOf(numbers.map((x) => (x === null ? '{"dataType":"a"}' : value('a', x)))), lane) as Work
  expect(work.done).toBeUndefined()
  return work.finish()
}

const scores = ({ outputs }: Answers): number[] => plainRecords(outputs).map((each) => Number(headersByName(each)['sluice_score']))
const codes = ({ deadLetters }: Answers): (string | null)[] => plainRecords(deadLetters).map((each) => headersByName(each)['sluice_error']!)
const states = (answers: Answers): unknown[] =>
  answers.states.map(({ model, snapshot }) => [model, snapshot && (JSON.parse(snapshot) as unknown)])

test('each partition has a state of its own, which goes on from batch to batch', () => {
  const operator = createSumming()
  const [one, other] = [new Lane('input', 0), new Lane('input', 1)]
  expect(scores(answer(operator, one, [1, 2, 3]))).toEqual([1, 3, 6])
  expect(scores(answer(operator, other, [10]))).toEqual([10])
  const last = answer(operator, one, [4])
  expect(scores(last)).toEqual([10])
  expect(states(last)).toEqual([['m@1', { sum: 10 }]])
})

test('a batch tells the states that it changed, and only those', () => {
  const operator = createSumming()
  operator.serve('b', operator.fit(loadedStub('plain@1', 'b')))
  const lane = new Lane('input', 0)
  expect(states(answer(operator, lane, [5]))).toEqual([['m@1', { sum: 5 }]])
  expect(states(answer(operator, lane, [0, 0]))).toEqual([])
  expect(states(answer(operator, lane, [null]))).toEqual([])
  const work = operator.begin(batchOf([value('b', 1)]), lane) as Work
  expect(work.finish().states).toEqual([])
})

test('a lane that was restored goes on where the other one was', () => {
  const operator = createSumming()
  const first = new Lane('input', 0)
  answer(operator, first, [1, 2])
  const lane = new Lane('input', 0)
  for (const state of first.states.finished()) lane.states.restore(readStateText(stateText(first, state)!))
  expect(scores(answer(createSumming(), lane, [3]))).toEqual([6])
})

test('a state of other bytes of the same name is not gone on from', () => {
  const lane = new Lane('input', 0)
  lane.states.restore({ dataType: 'a', model: 'm@1', sha256: 'other', snapshot: '{"sum":7}' })
  expect(scores(answer(createSumming(), lane, [3]))).toEqual([3])
})

test('a state that does not fit its model stops the partition, rather than answers on a guess', () => {
  const operator = createSumming()
  const lane = new Lane('input', 0)
  lane.states.restore({ dataType: 'a', model: 'm@1', sha256: 'ab'.repeat(32), snapshot: '{"sum":"much"}' })
  const attempt = (): unknown => operator.begin(batchOf([value('a', 1)]), lane)
  expect(attempt).toThrow(
    expect.objectContaining({ code: 'log.corrupt', message: expect.stringContaining('input-0/a/m@1') as string }) as Error,
  )
  expect(scores(answer(operator, new Lane('input', 0), [1]))).toEqual([1])
})

test('a version begins with its own state, and one that comes back goes on from where it was', () => {
  const operator = createSumming()
  const lane = new Lane('input', 0)
  expect(scores(answer(operator, lane, [1, 1]))).toEqual([1, 2])
  serve(operator, 'm@2', 100)
  expect(scores(answer(operator, lane, [1]))).toEqual([101])
  serve(operator, 'm@1')
  expect(scores(answer(operator, lane, [1]))).toEqual([3])
})

test('the states of the ten versions that were used last are kept, and the rest are taken off the log', () => {
  const operator = createSumming()
  const lane = new Lane('input', 0)
  const told = Array.from({ length: 12 }, (_, i) => {
    serve(operator, `m@${i + 1}`)
    return states(answer(operator, lane, [i + 1]))
  })
  expect(told[9]).toEqual([['m@10', { sum: 10 }]])
  expect(told[10]).toEqual([['m@1', undefined], ['m@11', { sum: 11 }]]) // prettier-ignore
  expect(told[11]).toEqual([['m@2', undefined], ['m@12', { sum: 12 }]]) // prettier-ignore
  expect([...lane.states.finished()].map(({ model }) => model)).toEqual(Array.from({ length: 10 }, (_, i) => `m@${i + 3}`))
})

test('a frame that fails leaves the state as it was', () => {
  const operator = createSumming()
  const lane = new Lane('input', 0)
  answer(operator, lane, [1])
  const failed = answer(operator, lane, [10, FATAL])
  expect([codes(failed), states(failed)]).toEqual([['record.score.failed', 'record.score.failed'], []])
  expect(scores(answer(operator, lane, [1]))).toEqual([2])
})

test('a state that its topic would not take rejects the records that made it so, and stays as it was', () => {
  const lane = new Lane('input', 0)
  const longest = { dataType: 'a', model: 'm@1', sha256: 'ab'.repeat(32), snapshot: '{"sum":12345}' }
  // A record batch has less than 256 bytes beside the key and the value of its only record.
  const maxStateBytes = stateText(lane, longest)!.length + stateKey(lane, longest).length + 256
  const operator = createSumming({ maxStateBytes })
  operator.serve('b', operator.fit(loadedStub('plain@1', 'b')))
  expect(scores(answer(operator, lane, [12344, 1]))).toEqual([12344, 12345])
  const work = operator.begin(batchOf([value('a', 100_000), value('b', 7), value('a', 1)]), lane) as Work
  const refused = work.finish()
  expect([scores(refused), codes(refused), states(refused)]).toEqual([[7], ['record.score.failed', 'record.score.failed'], []])
  const reason = headersByName(plainRecords(refused.deadLetters)[0]!)['sluice_reason']
  expect(reason).toContain(`the state of m@1 would take ${maxStateBytes + 1} bytes, and the topic of states takes at most ${maxStateBytes}`)
  expect(scores(answer(operator, lane, [1]))).toEqual([12346])
})

test('batches that are finished later tell the state as it was after them, not after those that began meanwhile', async () => {
  const operator = createSumming()
  const gate = Promise.withResolvers<void>()
  operator.serve('b', operator.fit(loadedStub('slow@1', 'b', new StubModel({ before: () => gate.promise }))))
  const lane = new Lane('input', 0)
  const works = [1, 2].map((x, i) => operator.begin(batchOf([value('a', x), value('b', x)], BigInt(2 * i)), lane) as Work)
  expect([...lane.states.finished()]).toEqual([])
  gate.resolve()
  await Promise.all(works.map(async (work) => work.done))
  expect(states(works[0]!.finish())).toEqual([['m@1', { sum: 1 }]])
  expect([...lane.states.finished()].map(({ snapshot }) => snapshot)).toEqual(['{"sum":1}'])
  expect(states(works[1]!.finish())).toEqual([['m@1', { sum: 3 }]])
})

test('where a policy takes its time before it asks the model, batches still take turns', async () => {
  const gates: PromiseWithResolvers<void>[] = []
  const operator = createSumming({
    policy: {
      name: 'thoughtful',
      async decide(frame, arms, into) {
        const gate = Promise.withResolvers<void>()
        gates.push(gate)
        await gate.promise
        into.reset(arms[0]!.model.outputs, frame.rows)
        void arms[0]!.model.score(frame, into)
        return { arm: 0, rule: 'thoughtful', elapsedMs: 1 }
      },
    },
  })
  const lane = new Lane('input', 0)
  const works = [1, 2, 3].map((x, i) => operator.begin(batchOf([value('a', x)], BigInt(i)), lane) as Work)
  expect(gates).toHaveLength(1)
  for (let i = 0; i < 3; i++) {
    gates[i]!.resolve()
    await works[i]!.done
  }
  const answers = works.map((work) => work.finish())
  expect(answers.flatMap(scores)).toEqual([1, 3, 6])
  expect(answers.flatMap(states)).toEqual([1, 3, 6].map((sum) => ['m@1', { sum }]))
})
