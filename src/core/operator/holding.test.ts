import { expect, test } from 'vitest'
import { batchOf, createJsonOperator, headersByName, plainRecords, value } from '../../../test/fixtures/serving/json-operator.ts'
import { loadedStub } from '../../../test/fixtures/serving/stub-model.ts'
import { VirtualClock } from '../../../test/fixtures/serving/virtual-clock.ts'
import { Lane } from './lane.ts'
import type { ServingOperator } from './operator.ts'
import { Work } from './work.ts'

function holding(maxMs = 1000, declared?: readonly string[]): { operator: ServingOperator; clock: VirtualClock; lane: Lane } {
  const clock = new VirtualClock()
  const operator = createJsonOperator({ clock, beforeModel: { do: 'hold', maxMs, maxRecords: 100 }, declaredDataTypes: declared })
  return { operator, clock, lane: new Lane('input', 0) }
}

function reasons(begun: ReturnType<ServingOperator['begin']>): string[] {
  if (!(begun instanceof Work)) throw new Error(`held for ${begun.held}`)
  const letters = plainRecords(begun.finish().deadLetters).map(headersByName)
  begun.release()
  return letters.map((headers) => `${headers['sluice_error']}: ${headers['sluice_reason']}`)
}

test('records without a model wait, and nothing is done with the batch until a model comes', () => {
  const { operator, clock, lane } = holding()
  operator.serve('b', operator.fit(loadedStub('other@1', 'b')))
  const batch = batchOf([value('b', 1), value('a', 1)])
  expect(operator.begin(batch, lane)).toEqual({ held: 'a', forMs: 1000 })
  clock.advance(400)
  expect(operator.begin(batch, lane)).toEqual({ held: 'a', forMs: 600 })
  expect([...lane.serving, ...lane.allStatistics()]).toEqual([])

  operator.serve('a', operator.fit(loadedStub('m@1', 'a')))
  const work = operator.begin(batch, lane) as Work
  expect(work.finish()).toMatchObject({ scored: 2, rejected: 0 })
})

test('after the time that the stream holds them, records are rejected at once, until a model has come and gone', () => {
  const { operator, clock, lane } = holding()
  const batch = batchOf([value('a', 1)])
  expect(operator.begin(batch, lane)).toMatchObject({ held: 'a' })
  clock.advance(1000)
  const expected = "record.no-model: no model serves data type 'a', and its records were held as far as the stream allows (for 1000 ms, and 100 records)" // prettier-ignore
  expect(reasons(operator.begin(batch, lane))).toEqual([expected])
  expect(reasons(operator.begin(batch, lane))).toEqual([expected])

  operator.serve('a', operator.fit(loadedStub('m@1', 'a')))
  operator.serve('a', undefined)
  expect(operator.begin(batch, lane)).toEqual({ held: 'a', forMs: 1000 })
})

test('each data type has its own window', () => {
  const { operator, clock, lane } = holding()
  operator.begin(batchOf([value('a', 1)]), lane)
  clock.advance(700)
  expect(operator.begin(batchOf([value('b', 1)]), lane)).toEqual({ held: 'b', forMs: 1000 })
  clock.advance(300)
  expect(operator.begin(batchOf([value('a', 1), value('b', 1)]), lane)).toEqual({ held: 'b', forMs: 700 })
  expect(reasons(operator.begin(batchOf([value('a', 1)]), lane))).toHaveLength(1)
})

test('what may not wait is rejected, and what comes after it may still wait', () => {
  const { operator, lane } = holding()
  expect(reasons(operator.begin(batchOf([value('a', 1)]), lane, false))).toHaveLength(1)
  expect(operator.begin(batchOf([value('a', 1)]), lane)).toEqual({ held: 'a', forMs: 1000 })
})

test('a stream that rejects says so in a sentence without a window', () => {
  const operator = createJsonOperator()
  expect(reasons(operator.begin(batchOf([value('a', 1)]), new Lane('input', 0)))).toEqual([
    "record.no-model: no model serves data type 'a'",
  ])
})

test('records that no model could help do not wait: undeclared data types, malformed values, tombstones', () => {
  const { operator, lane } = holding(1000, ['a'])
  expect(reasons(operator.begin(batchOf([value('z', 1), '{', null]), lane)).map((reason) => reason.split(':')[0])).toEqual([
    'record.data-type.unknown',
    'record.json.malformed',
    'record.tombstone',
  ])
})

test('an expired window that is a single tick away is not held with no time left', () => {
  const { operator, clock, lane } = holding(0)
  expect(reasons(operator.begin(batchOf([value('a', 1)]), lane))).toHaveLength(1)
  clock.advance(1)
  expect(reasons(operator.begin(batchOf([value('a', 1)]), lane))).toHaveLength(1)
})
