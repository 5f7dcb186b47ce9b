import { describe, expect, it } from 'vitest'
import type { LiveSnapshot } from '../../src/api/contract/live.ts'
import { CarriedTypes } from './carried-types.ts'
import { VersionColours } from './version-colours.ts'

const snapshot = (scores: { dataType: string; topic: string }[] = []): LiveSnapshot =>
  ({
    streams: [
      { name: 'mdata', input: 'mdata' },
      { name: 'flight', input: 'departures' },
    ],
    models: [{ dataType: 'wine' }, { dataType: 'flight' }],
    swaps: [],
    scores,
  }) as unknown as LiveSnapshot

describe('which stream carries a data type', () => {
  it('is the one of its name, or the first, as long as nothing was seen', () => {
    const live = snapshot()
    const carried = new CarriedTypes()
    expect(live.streams.map((stream) => carried.of(live, stream))).toEqual([['wine'], ['flight']])
  })

  it('is where its records were seen, also when they are no longer in sight', () => {
    const carried = new CarriedTypes()
    carried.learn(snapshot([{ dataType: 'wine', topic: 'departures' }]))
    const live = snapshot()
    expect(live.streams.map((stream) => carried.of(live, stream))).toEqual([[], ['wine', 'flight']])
  })
})

describe('the colour of a version', () => {
  it('stays when older versions leave the history and newer ones come', () => {
    const colours = new VersionColours()
    const learn = (...ids: string[]): void => colours.learn([{ dataType: 'wine', versions: ids.map((id) => ({ id })) }] as never)
    learn('q@2', 'q@1')
    const second = colours.of('wine', 'q@2')
    learn('q@3', 'q@2')
    expect(colours.of('wine', 'q@2')).toBe(second)
    expect(new Set(['q@1', 'q@2', 'q@3'].map((id) => colours.of('wine', id))).size).toBe(3)
  })
})
