import { describe, expect, it } from 'vitest'
import { Beat } from './beat.ts'
import { ManualTime } from './testing/server-world.ts'

async function settled(promise: Promise<void> | undefined): Promise<boolean> {
  let done = promise === undefined
  void promise?.then(() => (done = true))
  await new Promise(setImmediate)
  return done
}

describe('the beat by which topics are read', () => {
  it('lets readers that get little at a time, and often, go on at the same time', async () => {
    const time = new ManualTime()
    const beat = new Beat({ clock: time, setTimer: time.setTimer })
    const [one, other] = [beat.reader(), beat.reader()]
    expect([one(10), one(10), other(10)]).toEqual([undefined, undefined, undefined])
    time.pass(1)
    const first = one(10)
    expect(other(10)).toBeUndefined()
    time.pass(2)
    const second = other(10)
    expect([await settled(first), await settled(second)]).toEqual([false, false])
    time.pass(2)
    expect([await settled(first), await settled(second)]).toEqual([true, true])
    // The next one.
    const third = one(10)
    time.pass(4)
    expect(await settled(third)).toBe(false)
    time.pass(1)
    expect(await settled(third)).toBe(true)
  })

  it('holds nobody up who gets something now and then, or much at a time', () => {
    const time = new ManualTime()
    const beat = new Beat({ clock: time, setTimer: time.setTimer })
    const [rare, full] = [beat.reader(), beat.reader()]
    for (let i = 0; i < 10; i++) {
      expect(rare(1)).toBeUndefined()
      time.pass(10)
    }
    for (let i = 0; i < 10; i++) expect(full(5000)).toBeUndefined()
  })
})
