import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { Wake } from './wake.ts'

const NEVER = new AbortController().signal

test('what happened between looking and waiting is not missed', async () => {
  const wake = new Wake()
  const mark = wake.next()
  wake.fire()
  await expect(wake.wait(mark, 60_000, NEVER)).resolves.toBeUndefined()
})

test('all who wait are woken, by what happens, by their time, or by the end, and leave nothing behind', async () => {
  const wake = new Wake()
  const abort = new AbortController()
  const waiting = [1, 2].map(async () => wake.wait(wake.next(), 60_000, abort.signal))
  expect(getEventListeners(abort.signal, 'abort')).toHaveLength(2)
  wake.fire()
  await Promise.all(waiting)
  await wake.wait(wake.next(), 1, abort.signal)
  expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0)
  const last = wake.wait(wake.next(), 60_000, abort.signal)
  abort.abort()
  await last
  await wake.wait(wake.next(), 60_000, abort.signal)
})
