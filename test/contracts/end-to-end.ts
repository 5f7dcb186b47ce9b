import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { sharedFolder, WINE_DOCUMENTS, wineRows } from '../fixtures/wine-quality.ts'
import { checkLeavings, type Leavings } from '../system/check-answers.ts'
import { checkState } from '../system/check-state.ts'
import { System } from '../system/system.ts'
import { expectedAnswers, expectReference } from '../system/wine-expected.ts'
import { tutorialDescriptor, wineDocument, wineJson, wineMessage } from '../system/wine-wire.ts'
import { wireFields } from '../system/wire.ts'
import type { World } from '../system/world.ts'

const [TREE, TREE_REGRESSION, GAMMA, GAUSSIAN, LINEAR] = WINE_DOCUMENTS
const GROUP = 200

/** Tests the whole system on a log: the tutorial's bytes in, answers out, whatever happens in between. */
export function testEndToEnd(name: string, createWorld: () => Promise<World>): void {
  const present = sharedFolder() !== undefined
  if (!present) console.warn(`not run: ${name} from end to end, because the shared folder is not there (set SLUICE_SHARED)`)

  describe.skipIf(!present)(`${name}, from end to end`, () => {
    const rows = present ? wineRows() : []
    const start = async (options = {}): Promise<System> => System.start(await createWorld(), options)

    /** Sends rows to both streams; the record of row `r` says `base + r`. Row by row in turn to the partitions. */
    async function send(system: System, base: number, chosen: readonly number[] = rows.map((_, r) => r)): Promise<void> {
      for (const { name: stream, format, partitions } of system.streams) {
        const encode = format === 'json' ? wineJson : wineMessage
        for (let at = 0; at < chosen.length; at += GROUP) {
          const group = chosen.slice(at, at + GROUP)
          for (let partition = 0; partition < partitions; partition++) {
            const values = group.filter((r) => r % partitions === partition).map((r) => encode(rows[r]!, { ts: base + r }))
            await system.send(stream, partition, values)
          }
        }
      }
    }

    /** Fails unless each answer is what the reference engine says of that row and the document of that model. */
    function expectScores({ outcomes }: Leavings, documents: ReadonlyMap<string, string>): void {
      const expected = new Map([...documents].map(([id, document]) => [id, expectedAnswers(document)]))
      expectReference(
        outcomes.map(({ stream, partition, offset, answer, model, input }) => ({
          at: `${stream}-${partition}:${offset} by ${model}`,
          answer: answer!,
          expected: expected.get(model!)![sequenceOf(input.value!) % rows.length]!,
        })),
      )
    }

    test("all rows get the reference engine's scores from all seven documents, and the statistics are those of the answers", async () => {
      await using system = await start()
      const documents = new Map<string, string>()
      for (const [i, document] of WINE_DOCUMENTS.entries()) {
        const id = `wine-quality@${i + 1}`
        documents.set(id, document)
        await system.publishServing(tutorialDescriptor({ name: 'wine-quality', data: wineDocument(document) }), id)
        await send(system, i * rows.length)
        await system.answered()
      }
      const before = await system.api.state('wine')
      await system.stop()
      const leavings = await checkLeavings(system)
      expect(leavings.outcomes).toHaveLength(7 * 1599 * 2)
      expectScores(leavings, documents)
      // What was sent while a version served was answered by it.
      for (const { model, input } of leavings.outcomes) {
        expect(model).toBe(`wine-quality@${Math.floor(sequenceOf(input.value!) / rows.length) + 1}`)
      }
      for (const { name: model, version, sha256 } of leavings.markers) {
        expect(sha256).toBe(
          createHash('sha256')
            .update(wineDocument(documents.get(`${model}@${version}`)!))
            .digest('hex'),
        )
      }
      checkState(before, leavings.outcomes)
      expect(before).toMatchObject({ serving: 'wine-quality@7', format: 'pmml', description: "the tutorial's wine-quality" })

      await system.start()
      await system.answered()
      expect(await system.api.state('wine')).toEqual(before)
    })

    test('versions that are swapped while records flow answer exactly what their markers say', async () => {
      await using system = await start()
      const documents = new Map([TREE, GAUSSIAN, LINEAR].map((document, i) => [`swapped@${i + 1}`, document]))
      const descriptors = [...documents.values()].map((document) => tutorialDescriptor({ name: 'swapped', data: wineDocument(document) }))
      await system.publishServing(descriptors[0]!, 'swapped@1')
      const done = new AbortController()
      onTestFinished(() => done.abort())
      const flow = (async () => {
        let round = 0
        while (!done.signal.aborted) await send(system, round++ * rows.length)
        return round
      })()
      for (let swap = 1; swap <= 8; swap++) await system.publishServing(descriptors[swap % 3]!, `swapped@${(swap % 3) + 1}`)
      done.abort()
      expect(await flow).toBeGreaterThan(0)
      await system.answered()
      // The last version has answered in every partition too.
      await send(system, 0)
      await system.answered()
      const state = await system.api.state('wine')
      await system.stop()
      const leavings = await checkLeavings(system)
      expect(leavings.markers.length).toBeGreaterThan(system.streams.length)
      expectScores(leavings, documents)
      checkState(state, leavings.outcomes)
    })

    test('a node that is stopped in the middle of its work goes on where it was, and keeps its statistics', async () => {
      await using system = await start()
      const documents = new Map([TREE_REGRESSION, GAMMA].map((document, i) => [`kept@${i + 1}`, document]))
      const [first, second] = [...documents.values()].map((document) => tutorialDescriptor({ name: 'kept', data: wineDocument(document) }))
      await system.publishServing(first!, 'kept@1')
      for (let round = 0; round < 3; round++) {
        await send(system, round * rows.length)
        // Whatever is answered by now is committed, and the rest waits for the next start.
        await system.stop()
        await system.start()
        if (round === 1) await system.publishServing(second!, 'kept@2')
      }
      await system.answered()
      const state = await system.api.state('wine')
      await system.stop()
      await system.start()
      // On Kafka, a node answers requests before partitions and their statistics are assigned to it.
      await system.answered()
      expect(await system.api.state('wine')).toEqual(state)
      await system.stop()
      const leavings = await checkLeavings(system)
      expect(leavings.outcomes).toHaveLength(3 * 1599 * 2)
      expectScores(leavings, documents)
      checkState(state, leavings.outcomes)
    })

    test('a bad version is refused while the one before it serves on, and a rollback is one step', async () => {
      await using system = await start()
      const documents = new Map([TREE, LINEAR].map((document, i) => [`steady@${i + 1}`, document]))
      const [good, better] = [...documents.values()].map((document) => tutorialDescriptor({ name: 'steady', data: wineDocument(document) }))
      const some = rows.map((_, r) => r).slice(0, 60)
      await system.publishServing(good!, 'steady@1')
      await system.publishServing(better!, 'steady@2')
      await send(system, 0, some)
      await system.answered()

      const cut = tutorialDescriptor({ name: 'steady', data: wineDocument(TREE).subarray(0, 5000) })
      await system.world.publish(cut, system.api)
      const { url } = system.api
      await system.refused('steady@3', 'model.malformed')
      expect(await system.api.models('wine')).toMatchObject({ serving: 'steady@2', previous: 'steady@1' })
      await send(system, rows.length, some)
      await system.answered()

      expect(await system.api.post('/models/wine/rollback', {})).toMatchObject({ status: 200, body: { id: 'steady@1', status: 'serving' } })
      await send(system, 2 * rows.length, some)
      await system.answered()
      expect(await system.api.post('/models/wine/rollback', {})).toMatchObject({
        status: 409,
        body: { code: 'model.rollback.impossible', scope: 'model', message: expect.stringContaining('steady@1') },
      })

      // After a restart the same version serves, though later ones are on the log.
      await system.stop()
      await system.start()
      await system.serving('steady@1')
      expect(system.api.url).not.toBe(url)
      await send(system, 3 * rows.length, some)
      await system.answered()
      const state = await system.api.state('wine')
      await system.stop()
      const leavings = await checkLeavings(system)
      const served = ['steady@2', 'steady@2', 'steady@1', 'steady@1']
      for (const { model, input } of leavings.outcomes) expect(model).toBe(served[Math.floor(sequenceOf(input.value!) / rows.length)])
      expectScores(leavings, documents)
      checkState(state, leavings.outcomes)
    })

    test('records that come before any model wait for it, and are then answered by it', async () => {
      await using system = await start({ settings: { beforeModel: { do: 'hold', maxMs: 60_000 } } })
      await send(system, 0)
      await system.held('wine')
      expect(await system.answeredSoFar()).toBe(0)
      await system.publishServing(tutorialDescriptor({ name: 'late', data: wineDocument(LINEAR) }), 'late@1')
      await system.answered()
      const state = await system.api.state('wine')
      await system.stop()
      const leavings = await checkLeavings(system)
      expect(leavings.outcomes).toHaveLength(1599 * 2)
      expectScores(leavings, new Map([['late@1', LINEAR]]))
      checkState(state, leavings.outcomes)
    })

    test('records that come before any model are rejected where the stream says so, and later ones are answered', async () => {
      await using system = await start({ settings: { beforeModel: { do: 'reject' } } })
      const some = rows.map((_, r) => r).slice(0, 100)
      await send(system, 0, some)
      await system.answered()
      await system.publishServing(tutorialDescriptor({ name: 'late', data: wineDocument(LINEAR) }), 'late@1')
      await send(system, rows.length, some)
      await system.answered()
      const state = await system.api.state('wine')
      await system.stop()
      const { outcomes } = await checkLeavings(system)
      const became = outcomes.map(({ input, answer, deadLetter }) => {
        const came = sequenceOf(input.value!) < rows.length ? 'before' : 'after'
        return `${came}: ${answer?.model ?? deadLetter?.headers.get('sluice_error')}`
      })
      expect([...new Set(became)].toSorted()).toEqual(['after: late@1', 'before: record.no-model'])
      checkState(state, outcomes)
    })
  })
}

/** The number that a record was sent with: its field 13, which is last, or its member `ts`. */
function sequenceOf(value: Buffer): number {
  if (value[0] === 123) return (JSON.parse(value.toString()) as { ts: number }).ts
  const field = wireFields(value).find(({ number }) => number === 13)
  // Proto3 leaves the zero out; the tutorial's producer does not, and neither do we.
  return field!.bytes.reduceRight((sum, byte) => sum * 128 + (byte & 127), 0)
}
