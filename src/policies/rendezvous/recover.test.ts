import { describe, expect, it } from 'vitest'
import type { PolicySpec } from '../../core/policy-spec.ts'
import { RendezvousWorld } from '../testing/rendezvous-world.ts'

const policy: PolicySpec = { answer: { speculative: { smart: 'smart', fast: 'fast', afterMs: 20 } }, budgetMs: 50, default: { value: -1 } }

/** What came before a restart, at so many ms before it, told again. */
async function recovered(events: (world: RendezvousWorld, at: (ms: number) => void) => void): Promise<RendezvousWorld> {
  const world = new RendezvousWorld({})
  const now = world.monotonicMs
  world.monotonicMs = now - 10_000
  world.rendezvous.setPolicy('wine', policy)
  await world.rendezvous.recover(now, async () => {
    events(world, (ms) => (world.monotonicMs = now - ms))
  })
  world.monotonicMs = now
  world.rendezvous.advance()
  return world
}

describe('a rendezvous that goes through what came before a restart', () => {
  it('decides what was due by when scores came, and says that it was recovered and how long it took really', async () => {
    const world = await recovered((before, at) => {
      at(1000)
      before.rendezvous.open({ id: '1', dataType: 'wine' })
      at(995)
      before.rendezvous.score({ id: '1', model: 'fast', value: 5 })
      at(970)
      before.rendezvous.score({ id: '1', model: 'smart', value: 6 })
    })
    expect(world.decisions).toMatchObject([{ id: '1', value: 5, rule: 'speculative:fast', reason: 'recovered', elapsedMs: 1000 }])
    expect(world.strays).toMatchObject([{ id: '1', model: 'smart', why: 'late', atMs: 30 }])
  })

  it('goes on waiting for what is not due yet', async () => {
    const world = await recovered((before, at) => {
      at(10)
      before.rendezvous.open({ id: '1', dataType: 'wine' })
      at(5)
      before.rendezvous.score({ id: '1', model: 'fast', value: 5 })
    })
    expect(world.decisions).toEqual([])
    world.pass(10)
    expect(world.last).toMatchObject({ id: '1', value: 5, rule: 'speculative:fast', reason: 'in-time', elapsedMs: 20 })
  })

  it('answers an input that nobody scored by the default, when nothing else comes', async () => {
    const world = await recovered((before, at) => {
      at(1000)
      before.rendezvous.open({ id: '1', dataType: 'wine' })
    })
    expect(world.decisions).toMatchObject([{ id: '1', value: -1, reason: 'recovered', elapsedMs: 1000 }])
  })

  it('does not answer again what was answered, and knows late scores for it', async () => {
    const world = await recovered((before, at) => {
      at(40)
      before.rendezvous.openAnswered({ id: '1', dataType: 'wine' })
    })
    world.rendezvous.score({ id: '1', model: 'smart', value: 6 })
    expect(world.rendezvous.open({ id: '1', dataType: 'wine' })).toBeUndefined()
    world.pass(100)
    expect(world.decisions).toEqual([])
    expect(world.strays).toMatchObject([{ id: '1', why: 'late', atMs: 40 }])
  })
})
