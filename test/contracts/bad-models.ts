import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelHistory } from '../../src/api/contract/models.ts'
import { eventually } from '../eventually.ts'
import { BAD_CONTENTS, BAD_RECORDS } from '../system/bad-models.ts'
import { checkLeavings, type Leavings } from '../system/check-answers.ts'
import { linearPmml } from '../system/linear-pmml.ts'
import { System } from '../system/system.ts'
import { tutorialDescriptor, wineMessage } from '../system/wine-wire.ts'
import type { World } from '../system/world.ts'

/** A record of the events topic. */
interface Event {
  readonly kind: string
  readonly model: string | null
  readonly code: string | null
  readonly message: string
}

const ROW = [7.4, 0.7, 0, 1.9, 0.076, 11, 34, 0.9978, 3.51, 0.56, 9.5]
/** 1 + 2 * alcohol */
const SCORE = 20

/** Tests that a bad model is reported with its code and a message that names it, while the version before it serves on. */
export function testBadModels(name: string, createWorld: () => Promise<World>): void {
  describe(`Bad models on ${name}`, () => {
    let system: System
    let leavings: Leavings
    let events: Event[]
    let wine: ModelHistory
    let beer: ModelHistory
    let sent = 0
    const sendOne = async (): Promise<void> => system.send('wine-pb', 0, [wineMessage(ROW, { ts: sent++ })])

    beforeAll(async () => {
      system = await System.start(await createWorld(), {
        streams: [{ name: 'wine-pb', format: 'protobuf', partitions: 1 }],
        models: { history: 100, maxBytes: 600_000 },
      })
      const { world, api } = system
      await system.publishServing(tutorialDescriptor({ name: 'steady', data: linearPmml(1, { alcohol: 2 }) }), 'steady@1')
      for (const [i, { record }] of [...BAD_CONTENTS, ...BAD_RECORDS].entries()) {
        await sendOne()
        await world.publish(record(), api)
        await eventually('the bad model is reported', async () => {
          const { events: shown } = await api.live()
          return shown.filter((event) => event.kind === 'model-refused').length === i + 1
        })
      }
      await sendOne()
      await system.answered()
      wine = await api.models('wine')
      beer = await api.models('beer')
      await system.stop()
      leavings = await checkLeavings(system)
      events = (await world.read(system.topics.events)).map(({ value }) => JSON.parse(value!.toString()) as Event)
    })
    afterAll(() => system[Symbol.asyncDispose]())

    test('the version before serves on, and answers every record', () => {
      expect(wine.serving).toBe('steady@1')
      expect(leavings.outcomes).toHaveLength(BAD_CONTENTS.length + BAD_RECORDS.length + 1)
      for (const { answer } of leavings.outcomes) expect(answer).toEqual({ score: SCORE, model: 'steady@1', outputs: {} })
      expect(leavings.markers).toHaveLength(1)
    })

    test.each(BAD_CONTENTS.map((model, i) => ({ ...model, i })))('$what is refused', ({ code, message, i }) => {
      const event = events.filter(({ kind }) => kind === 'model-refused')[i]!
      expect(event.code).toBe(code)
      expect(event.message).toMatch(message)
      const version = [...wine.versions, ...beer.versions].find(({ id }) => id === event.model)
      expect(version).toMatchObject({ status: 'refused', servingSince: null, reason: { code, scope: 'model', message: event.message } })
    })

    test.each(BAD_RECORDS.map((model, i) => ({ ...model, i })))('$what becomes no version', ({ code, message, i }) => {
      const event = events.filter(({ kind }) => kind === 'model-refused')[BAD_CONTENTS.length + i]!
      expect(event.code).toBe(code)
      expect(event.message).toMatch(message)
      // The one that serves was published first.
      expect(event.message).toContain(`record ${1 + BAD_CONTENTS.length + i} of the models topic`)
    })

    test('no version comes of what can not be read', () => {
      expect([...wine.versions, ...beer.versions]).toHaveLength(1 + BAD_CONTENTS.length)
    })
  })
}
