import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LiveSnapshot } from '../../src/api/contract/live.ts'
import type { DataTypeState } from '../../src/api/contract/state.ts'
import { BAD_JSON, BAD_MESSAGES, type BadRecord, FLIGHT_MODEL, GOOD_JSON, GOOD_MESSAGE } from '../system/bad-records.ts'
import { checkLeavings, type Leavings } from '../system/check-answers.ts'
import { checkState } from '../system/check-state.ts'
import { linearPmml } from '../system/linear-pmml.ts'
import { System } from '../system/system.ts'
import { tutorialDescriptor } from '../system/wine-wire.ts'
import type { World } from '../system/world.ts'

const CASES = [
  { stream: 'wine-pb', good: GOOD_MESSAGE, bad: BAD_MESSAGES },
  { stream: 'wine-json', good: GOOD_JSON, bad: BAD_JSON },
]

/** Tests that each bad record gets into the dead letters with its code and reason, and takes nothing else with it. */
export function testBadRecords(name: string, createWorld: () => Promise<World>): void {
  describe(`Bad records on ${name}`, () => {
    let system: System
    let leavings: Leavings
    let state: DataTypeState
    let live: LiveSnapshot
    beforeAll(async () => {
      system = await System.start(await createWorld(), { settings: { dataTypes: ['wine', 'flight'] } })
      const { world, api } = system
      const wine = linearPmml(1, { alcohol: 2, pH: -1 })
      await system.publishServing(tutorialDescriptor({ name: 'quality', data: wine }), 'quality@1')
      await world.publish(tutorialDescriptor({ name: 'late', data: FLIGHT_MODEL(), dataType: 'flight' }), api)
      await system.serving('late@1', 'flight')
      for (const { stream, good, bad } of CASES) await system.send(stream, 0, [good, ...bad.flatMap(({ value }) => [value, good])])
      await system.answered()
      state = await api.state('wine')
      live = await api.live()
      await system.stop()
      leavings = await checkLeavings(system)
    })
    afterAll(() => system[Symbol.asyncDispose]())

    describe.each(CASES)('in the stream $stream', ({ stream, bad }) => {
      test.each(bad.map((record, i): [string, BadRecord, number] => [record.what, record, i]))('%s', (_, { value, code, reason }, i) => {
        const found = leavings.outcomes.find((outcome) => outcome.stream === stream && outcome.offset === 1 + 2 * i)!
        const { headers, value: kept } = found.deadLetter!
        expect(headers.get('sluice_error')).toBe(code)
        expect(headers.get('sluice_reason')).toMatch(reason)
        expect(kept).toEqual(value)
        expect([headers.get('sluice_topic'), headers.get('sluice_offset')]).toEqual([system.topicsOf(stream).input, String(1 + 2 * i)])
      })

      test('takes nothing of what stands around it', () => {
        const good = leavings.outcomes.filter((outcome) => outcome.stream === stream && outcome.offset % 2 === 0)
        expect(good).toHaveLength(bad.length + 1)
        // 1 + 2 * alcohol - pH
        for (const { answer } of good) expect(answer).toEqual({ score: 18, model: 'quality@1', outputs: {} })
      })
    })

    test('is counted by its code, and the node shows the last with its reason', () => {
      checkState(state, leavings.outcomes)
      const rejected = BAD_MESSAGES.length + BAD_JSON.length
      expect(live.streams.reduce((sum, stream) => sum + stream.rejected, 0)).toBe(rejected)
      const [shown] = live.rejections
      expect(shown!.message.length).toBeGreaterThan(10)
      expect(leavings.outcomes.some(({ deadLetter }) => deadLetter?.headers.get('sluice_reason') === shown!.message)).toBe(true)
    })
  })
}
