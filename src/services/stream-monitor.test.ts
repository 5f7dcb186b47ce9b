import { afterEach, beforeEach, expect, test } from 'vitest'
import { batchOf, createJsonOperator, value } from '../../test/fixtures/serving/json-operator.ts'
import { loadedStub, StubModel } from '../../test/fixtures/serving/stub-model.ts'
import { VirtualClock } from '../../test/fixtures/serving/virtual-clock.ts'
import { EPOCH } from '../../test/contracts/log/plain-record.ts'
import { createJsonCodec } from '../codecs/index.ts'
import { Lane } from '../core/operator/lane.ts'
import type { ServingOperator } from '../core/operator/operator.ts'
import type { Work } from '../core/operator/work.ts'
import { StreamMonitor } from './stream-monitor.ts'

let clock: VirtualClock
let operator: ServingOperator
let monitor: StreamMonitor
let lane: Lane
let offset: bigint

beforeEach(() => {
  clock = new VirtualClock()
  operator = createJsonOperator({ clock })
  operator.serve('a', operator.fit(loadedStub('m@1', 'a', new StubModel({ score: (x) => 10 * x }))))
  monitor = new StreamMonitor({ name: 's', input: 'input', output: 'output', deadLetters: 'dead', partitions: 1, codec: createJsonCodec(), operator, answer: { field: 'answer' }, dataType: 'topic', guarantee: 'exactly-once' }, clock) // prettier-ignore
  lane = new Lane('input', 0)
  offset = 0n
})
afterEach(() => monitor[Symbol.dispose]())

function answer(...values: (string | null)[]): void {
  const work = operator.begin(batchOf(values, offset), lane) as Work
  offset += BigInt(values.length)
  monitor.answered(work, work.finish())
  work.release()
}

test('rates are of what was answered while it was watched, not of what was restored', () => {
  answer(...Array<string>(50).fill(value('a', 1)))
  monitor.assigned([lane], [{ partition: 0, from: offset }])
  expect(monitor.window()).toMatchObject({ scored: 50, rejected: 0, rate: 0, scoringNs: null })
  clock.advance(2000)
  answer(...Array<string>(30).fill(value('a', 1)), ...Array<null>(10).fill(null))
  const window = monitor.window()
  expect(window).toMatchObject({ scored: 80, rejected: 10, rate: 20, scoringNs: 0 })
  // The records' timestamps are when the clock began.
  expect(window.latency.total).toBe(30)
  expect(window.latency.maxMs).toBeCloseTo(2000, -2)
  expect([...monitor.usage('a')]).toEqual([['m@1', { scored: 80, rate: 15 }]])
  expect(monitor.positions).toEqual(new Map([[0, 90n]]))
  monitor.released([lane])
  expect(monitor.window()).toMatchObject({ scored: 0, rejected: 0 })
  expect(monitor.positions.size).toBe(0)
})

test('samples show records as they came, with their answers or with why they were rejected', () => {
  clock.advance(5)
  answer(value('a', 1), value('a', 2), '{', value('z', 3))
  expect(monitor.scores).toEqual([
    {
      topic: 'input',
      partition: 0,
      offset: '1',
      key: null,
      dataType: 'a',
      model: 'm@1',
      score: 20,
      outputs: { y: 20 },
      at: EPOCH + 5,
      latencyMs: 5,
      record: { dataType: 'a', x: 2 },
    },
  ])
  expect(monitor.rejections).toMatchObject([{ offset: '3', dataType: 'z', model: null, code: 'record.no-model', at: EPOCH + 5 }])
  answer('{"dataType":"a"}')
  expect(monitor.rejections).toHaveLength(1)
  clock.advance(100)
  answer('{"dataType":"a"}')
  expect(monitor.rejections[0]).toMatchObject({ offset: '5', dataType: 'a', model: 'm@1', code: 'record.feature.missing' })
  for (let i = 0; i < 100; i++) {
    clock.advance(100)
    answer(value('a', i), null)
  }
  expect([monitor.scores.length, monitor.rejections.length]).toEqual([20, 20])
  expect(monitor.scores[0]).toMatchObject({ score: 990 })
})

test('what is held is said as long as any partition holds it', () => {
  expect(monitor.held).toBeNull()
  expect(monitor.hold(0, 'a')).toBe(true)
  expect(monitor.hold(1, 'a')).toBe(false)
  expect(monitor.hold(0, null)).toBe(false)
  expect(monitor.held).toBe('a')
  monitor.hold(1, null)
  expect(monitor.held).toBeNull()
})
