import { expect, test } from 'vitest'
import { VirtualTime } from '../../test/fixtures/serving/virtual-timers.ts'
import type { PolicyInForce } from '../api/contract/index.ts'
import { createMemoryLog } from '../logs/memory/memory-log.ts'
import { Journal } from '../services/journal.ts'
import { watchSpeculations } from './watch-speculations.ts'

test('a warning is an event once, whatever its numbers, and again when it comes back', async () => {
  await using log = createMemoryLog()
  await log.ensureTopics([{ topic: 'events', partitions: 1, cleanup: 'delete' }])
  const time = new VirtualTime()
  const journal = new Journal({ log, topic: 'events', clock: time, onLost: (_, error) => expect.unreachable(String(error)) })
  let warnings: string[] = []
  const inForce = (): PolicyInForce => ({ stream: 's', policy: {}, epoch: 1, arms: [], ...(warnings.length > 0 && { warnings }) })
  const watch = watchSpeculations({ journal, timers: time, policies: () => [['wine', [inForce()]]] })
  const events = (): string[] => journal.recent.map(({ kind, dataType, message }) => `${kind} ${dataType} ${message}`)
  time.advance(10_000)
  expect(events()).toEqual([])
  for (const ms of [3, 4]) {
    warnings = [`fast takes ${ms} ms (p99)`]
    time.advance(10_000)
    expect(events()).toEqual(["policy-warning wine stream 's': fast takes 3 ms (p99)"])
  }
  warnings = []
  time.advance(10_000)
  warnings = ['fast takes 5 ms (p99)']
  time.advance(10_000)
  expect(events()).toHaveLength(2)
  watch[Symbol.dispose]()
  warnings = ['smart takes 5 ms (p99)']
  time.advance(20_000)
  expect(events()).toHaveLength(2)
  await journal.flush()
})
