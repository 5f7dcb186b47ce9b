import { expect, test } from 'vitest'
import { batchOf, createJsonOperator, headersByName, plainRecords, value } from '../../../test/fixtures/serving/json-operator.ts'
import { loadedStub, StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import type { Frame } from '../frame.ts'
import { Lane } from './lane.ts'
import type { Work } from './work.ts'

/** A model that answers when it is told to, frame by frame. */
function slowModel(seen: (frame: Frame) => void = () => {}): { model: StubModel; answers: (() => void)[] } {
  const answers: (() => void)[] = []
  const model = new StubModel({
    before: async (frame) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      answers.push(resolve)
      await promise
      seen(frame)
    },
  })
  return { model, answers }
}

function scoresOf(work: Work): (string | null | undefined)[] {
  return plainRecords(work.finish().outputs).map((each) => headersByName(each)['sluice_score'])
}

test('batches overlap in a model that answers later, and each gets its own answers whichever is ready first', async () => {
  const operator = createJsonOperator()
  const { model, answers } = slowModel()
  operator.serve('a', operator.fit(loadedStub('slow@1', 'a', model)))
  const lane = new Lane('input', 0)
  const works = [10, 20, 30].map((x, i) => operator.begin(batchOf([value('a', x), value('a', x + 1)], BigInt(i * 2)), lane) as Work)
  expect(answers).toHaveLength(3)
  for (const release of answers.toReversed()) release()
  await Promise.all(works.map(async (work) => work.done))
  expect(works.map(scoresOf)).toEqual([
    ['10', '11'],
    ['20', '21'],
    ['30', '31'],
  ])
})

test('a model that answers later still reads the structured records of its own batch', async () => {
  const operator = createJsonOperator()
  const seen: unknown[] = []
  const { model, answers } = slowModel((frame) => seen.push(frame.value(0), frame.text(0, 0)))
  operator.serve('a', operator.fit(loadedStub('slow@1', 'a', model)))
  const lane = new Lane('input', 0)
  const works = [1, 2].map((x, i) => operator.begin(batchOf([value('a', x)], BigInt(i)), lane) as Work)
  answers[0]!()
  await works[0]!.done
  answers[1]!()
  await works[1]!.done
  expect(seen).toEqual([{ dataType: 'a', x: 1 }, '1', { dataType: 'a', x: 2 }, '2'])
})

test('a version that was swapped out is disposed of after the last of its batches, and not before', async () => {
  const operator = createJsonOperator()
  const { model, answers } = slowModel()
  operator.serve('a', operator.fit(loadedStub('slow@1', 'a', model)))
  const lane = new Lane('input', 0)
  const first = operator.begin(batchOf([value('a', 1)]), lane) as Work
  const second = operator.begin(batchOf([value('a', 2)], 1n), lane) as Work
  operator.serve('a', operator.fit(loadedStub('next@2', 'a')))
  expect(model.disposals).toBe(0)
  for (const release of answers) release()
  await Promise.all([first.done, second.done])
  first.finish()
  first.release()
  expect(model.disposals).toBe(0)
  expect(scoresOf(second)).toEqual(['2'])
  second.release()
  expect(model.disposals).toBe(1)
})

test('a thousand batches need no more buffers than the first', () => {
  const operator = createJsonOperator()
  operator.serve('a', operator.fit(loadedStub('m@1', 'a')))
  const lane = new Lane('input', 0)
  const batch = batchOf(Array.from({ length: 100 }, (_, i) => (i % 10 === 0 ? '{' : value('a', i))))
  const works = new Set<Work>()
  const buffers = new Set<ArrayBufferLike>()
  for (let i = 0; i < 1000; i++) {
    const work = operator.begin(batch, lane) as Work
    works.add(work)
    const { outputs, deadLetters } = work.finish()
    for (const bytes of [...outputs, ...deadLetters]) buffers.add(bytes.buffer)
    for (const group of work.groups()) buffers.add(group.frame.matrix.buffer).add(group.scores.values.buffer).add(group.records.buffer)
    work.release()
  }
  expect(works.size).toBe(1)
  // One for the outputs, one for the dead letters, and the frame's, the scores' and the places of the one group.
  expect(buffers.size).toBe(5)
})
