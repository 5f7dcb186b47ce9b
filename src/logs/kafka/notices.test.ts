import { expect, test } from 'vitest'
import { Notices } from './notices.ts'

test('a notice is waited for, and told once', async () => {
  const notices = new Notices(new AbortController().signal)
  const first = notices.next()
  notices.raise('rebalancing')
  expect(await first).toBe('rebalancing')
  const second = notices.next()
  notices.raise('target')
  expect(await second).toBe('target')
})

test('of several, the gravest is told', async () => {
  const notices = new Notices(new AbortController().signal)
  const failure = new Error('failed')
  notices.raise('lost')
  notices.raise('rebalancing')
  expect(await notices.next()).toBe('lost')
  notices.raise('lost')
  notices.raise(failure)
  notices.raise('lost')
  expect(await notices.next()).toBe(failure)
})

test('one that is settled is forgotten', async () => {
  const notices = new Notices(new AbortController().signal)
  notices.raise('rebalancing')
  notices.settle('rebalancing')
  const next = notices.next()
  notices.raise('lost')
  expect(await next).toBe('lost')
})

test('who wants to leave is told so, but for that all is lost', async () => {
  const leaving = new AbortController()
  const notices = new Notices(leaving.signal)
  const next = notices.next()
  leaving.abort()
  expect(await next).toBe('leaving')
  notices.raise('rebalancing')
  expect(await notices.next()).toBe('leaving')
  notices.raise('lost')
  expect(await notices.next()).toBe('lost')
  expect(await notices.next()).toBe('leaving')
})
