import { describe, expect, it } from 'vitest'
import type { PolicySpec } from '../../core/policy-spec.ts'
import { RendezvousWorld } from '../testing/rendezvous-world.ts'
import { type ControlMessage, obey, readControlMessage } from './control-message.ts'

const read = (message: unknown): ControlMessage => readAny(message)!

const readAny = (message: unknown): ControlMessage | undefined =>
  readControlMessage(new TextEncoder().encode(typeof message === 'string' ? message : JSON.stringify(message)), (value) => {
    if (!Object.hasOwn(value as object, 'answer')) throw new TypeError('it has no answer')
    return value as PolicySpec
  })

describe('a control message', () => {
  it('says what changes', () => {
    const policy = { answer: 'champion' }
    expect(read({ kind: 'policy', dataType: 'wine', policy })).toEqual({ kind: 'policy', dataType: 'wine', policy })
    expect(read({ kind: 'policy', dataType: 'wine', policy: null })).toEqual({ kind: 'policy', dataType: 'wine', policy: null })
    const service = { kind: 'service', dataType: 'wine', model: 'a', inService: false }
    expect(read(service)).toEqual(service)
    const loss = { kind: 'loss', dataType: 'wine', bandit: 'b', member: 1, propensity: 0.5, loss: 0.25 }
    expect(read(loss)).toEqual(loss)
  })

  it('may be for streams alone, which can follow the same topic', () => {
    expect(readAny({ kind: 'alias', dataType: 'wine', alias: 'champion', model: 'forest' })).toBeUndefined()
    expect(readAny({ kind: 'policy', dataType: 'wine', stream: 'wines', policy: { answer: 'champion' } })).toBeUndefined()
  })

  it.each([
    ['no JSON', 'policy'],
    ['no object', '[]'],
    ['another kind', { kind: 'drop', dataType: 'wine' }],
    ['no data type', { kind: 'policy', policy: { answer: 'a' } }],
    ['a policy that is none', { kind: 'policy', dataType: 'wine', policy: {} }],
    ['no policy', { kind: 'policy', dataType: 'wine' }],
    ['a member that is no place', { kind: 'loss', dataType: 'wine', bandit: 'b', member: -1, propensity: 1, loss: 0 }],
  ])('is refused with a code where it is %s', (_, message) => {
    expect(() => read(message)).toThrow(expect.objectContaining({ code: 'policy.invalid' }))
  })

  it('changes what follows it', () => {
    const world = new RendezvousWorld({ wine: { answer: { primary: 'a' }, budgetMs: 10 } })
    const { rendezvous } = world
    obey(rendezvous, read({ kind: 'service', dataType: 'wine', model: 'a', inService: false }))
    rendezvous.open({ id: '1', dataType: 'wine' })
    expect(world.last).toMatchObject({ id: '1', reason: 'nobody' })
    obey(rendezvous, read({ kind: 'policy', dataType: 'wine', policy: { answer: 'b', budgetMs: 10 } }))
    rendezvous.open({ id: '2', dataType: 'wine' })
    rendezvous.score({ id: '2', model: 'b', value: 4 })
    expect(world.last).toMatchObject({ id: '2', value: 4, epoch: 2 })
    obey(rendezvous, read({ kind: 'policy', dataType: 'wine', policy: null }))
    rendezvous.open({ id: '3', dataType: 'wine' })
    expect(world.last).toMatchObject({ id: '3', reason: 'no-policy' })
  })
})
