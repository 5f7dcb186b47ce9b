import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchOf, createJsonOperator, headersByName, plainRecords, value } from '../../../test/fixtures/serving/json-operator.ts'
import { loadedStub, StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import type { SwapMarker } from '../swap-marker.ts'
import { Lane } from './lane.ts'
import type { Work } from './work.ts'

const TYPES = ['a', 'b', 'c']

/** The version that the markers say answered the record of a data type at an offset. */
function answering(markers: readonly SwapMarker[], dataType: string, offset: number): string | undefined {
  const marker = markers.findLast((each) => each.dataType === dataType && Number(each.fromOffset) <= offset)
  return marker && `${marker.name}@${marker.version}`
}

test('the first batch of a version leaves one marker, with the first offset that it answered and the version before', () => {
  const operator = createJsonOperator()
  const lane = new Lane('input', 0)
  const markersOf = (batch: ReturnType<typeof batchOf>): readonly SwapMarker[] => {
    const work = operator.begin(batch, lane) as Work
    const { markers } = work.finish()
    work.release()
    return markers
  }
  operator.serve('a', operator.fit(loadedStub('first@1', 'a')))
  const common = { dataType: 'a', sha256: 'ab'.repeat(32), topic: 'input', partition: 0, at: 1_700_000_000_000 }
  expect(markersOf(batchOf([value('b', 1), value('a', 2)], 5n))).toEqual([
    { ...common, name: 'first', version: '1', fromOffset: '6', previous: null },
  ])
  expect(markersOf(batchOf([value('a', 2)], 7n))).toEqual([])
  operator.serve('a', operator.fit(loadedStub('second@2', 'a')))
  expect(markersOf(batchOf([value('b', 2)], 8n))).toEqual([])
  expect(markersOf(batchOf([value('a', 2)], 9n))).toEqual([
    { ...common, name: 'second', version: '2', fromOffset: '9', previous: 'first@1' },
  ])
})

test('a partition that goes on with the version that answered last before a restart leaves no marker', () => {
  const operator = createJsonOperator()
  operator.serve('a', operator.fit(loadedStub('first@1', 'a')))
  const lane = new Lane('input', 0)
  lane.restoreMarker({ dataType: 'a', name: 'first', version: '1', sha256: '', topic: 'input', partition: 0, fromOffset: '0', at: 0, previous: null }) // prettier-ignore
  expect((operator.begin(batchOf([value('a', 1)]), lane) as Work).finish().markers).toEqual([])
})

test('whatever is swapped, answered later or withdrawn: markers, outputs and statistics agree, and each model is disposed of once', async () => {
  const action = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('batch' as const), records: fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: 1, maxLength: 12 }) }) }, // prettier-ignore
    fc.record({ kind: fc.constant('serve' as const), type: fc.nat(2), version: fc.nat(3), later: fc.boolean() }),
    fc.record({ kind: fc.constant('withdraw' as const), type: fc.nat(2) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const operator = createJsonOperator({ maxBatchBytes: 2000 })
      const lane = new Lane('input', 0)
      const models: StubModel[] = []
      const begun: Work[] = []
      let offset = 0
      for (const each of actions) {
        if (each.kind === 'batch') {
          const bytes = each.records.map(([type, good]) => (good ? value(TYPES[type] ?? 'unknown', 1) : '{'))
          begun.push(operator.begin(batchOf(bytes, BigInt(offset)), lane) as Work)
          offset += bytes.length
        } else if (each.kind === 'serve') {
          const model = new StubModel(each.later ? { before: async () => new Promise(setImmediate) } : {})
          models.push(model)
          const loaded = loadedStub(`m@${each.version}`, TYPES[each.type]!, model).retain()
          operator.serve(TYPES[each.type]!, operator.fit(loaded))
          loaded.release()
        } else operator.serve(TYPES[each.type]!, undefined)
      }

      const markers: SwapMarker[] = []
      let scored = 0
      let rejected = 0
      const outputs: { offset: number; dataType: string; model: string | null | undefined }[] = []
      for (const work of begun) {
        await work.done
        const answers = work.finish()
        markers.push(...answers.markers)
        const written = plainRecords(answers.outputs)
        const letters = plainRecords(answers.deadLetters)
        expect(written.length + letters.length).toBe(work.batch.count)
        expect({ scored: answers.scored, rejected: answers.rejected }).toEqual({ scored: written.length, rejected: letters.length })
        scored += written.length
        rejected += letters.length
        for (const each of written) {
          const headers = headersByName(each)
          const { dataType } = JSON.parse(each.value!) as { dataType: string }
          outputs.push({ offset: Number(headers['ce_id']!.split(':')[1]), dataType, model: headers['sluice_model'] })
        }
        work.release()
      }
      expect(outputs.map((each) => each.offset)).toEqual(outputs.map((each) => each.offset).toSorted((a, b) => a - b))
      for (const each of outputs) expect(each.model).toBe(answering(markers, each.dataType, each.offset))
      const all = [...lane.allStatistics()]
      expect(all.reduce((sum, each) => sum + each.usage, 0)).toBe(scored)
      expect(all.reduce((sum, each) => sum + each.rejected, 0)).toBe(rejected)

      const serving = new Set(TYPES.map((type) => operator.serving(type)?.loaded.model))
      for (const model of models) expect(model.disposals).toBe(serving.has(model) ? 0 : 1)
    }),
    { numRuns: 150 },
  )
})
