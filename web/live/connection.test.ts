import { expect, it } from 'vitest'
import { followLive, type Surroundings } from './connection.ts'

class FakeSource {
  closed = false
  readonly #listeners = new Map<string, (event: { data: string }) => void>()
  addEventListener(type: string, listener: unknown): void {
    this.#listeners.set(type, listener as (event: { data: string }) => void)
  }
  emit(type: string, data = ''): void {
    this.#listeners.get(type)?.({ data })
  }
  close(): void {
    this.closed = true
  }
}

function follow() {
  const sources: FakeSource[] = []
  const seen: string[] = []
  let time = 1000
  let tick = (): void => {}
  const surroundings: Surroundings = {
    open: () => {
      const source = new FakeSource()
      sources.push(source)
      return source as never
    },
    now: () => time,
    every: (_ms, each) => (tick = each),
  }
  followLive({ snapshot: (snapshot) => seen.push(`at ${snapshot.at}`), connection: ({ phase }) => seen.push(phase) }, surroundings)
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 500) {
      time += 500
      tick()
    }
  }
  return { sources, seen, pass }
}

it('is live from the first snapshot on', () => {
  const { sources, seen } = follow()
  sources[0]!.emit('message', '{"at":1}')
  sources[0]!.emit('message', '{"at":2}')
  expect(seen).toEqual(['live', 'at 1', 'at 2'])
})

it('is lost on an error, opens a new source and is live again', () => {
  const { sources, seen, pass } = follow()
  sources[0]!.emit('message', '{"at":1}')
  sources[0]!.emit('error')
  pass(2000)
  expect(sources).toHaveLength(2)
  expect(sources[0]!.closed).toBe(true)
  sources[1]!.emit('message', '{"at":9}')
  expect(seen).toEqual(['live', 'at 1', 'lost', 'live', 'at 9'])
})

it('is lost when the node falls silent, though the socket stays open', () => {
  const { sources, seen, pass } = follow()
  sources[0]!.emit('message', '{"at":1}')
  pass(3500)
  expect(seen.at(-1)).toBe('at 1')
  pass(1500)
  expect(seen.at(-1)).toBe('lost')
})

it('hears nothing more from a source that it has given up, and nothing from what is not JSON', () => {
  const { sources, seen, pass } = follow()
  sources[0]!.emit('error')
  pass(2000)
  sources[0]!.emit('message', '{"at":1}')
  sources[0]!.emit('error')
  sources[1]!.emit('message', 'oops')
  expect(seen).toEqual(['lost'])
})
