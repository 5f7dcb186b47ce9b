import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answersOf, PolicyStage, rejectionsOf } from '../../../test/fixtures/serving/policy-stage.ts'
import type { StubOptions } from '../../../test/fixtures/serving/stub-model.ts'
import { Dictionary } from '../dictionary.ts'
import { SluiceError } from '../errors.ts'
import type { PolicySpec } from '../policy-spec.ts'

const no = new SluiceError('record.feature.invalid', 'it does not like it')
const labels = new Dictionary(['red', 'white'])

/** 0 and 1 are answers; 2 is refused, and 3 has no usable answer. */
const said = (x: number): number | SluiceError => [0, 1, no, Number.NaN][x]!
const models: readonly StubOptions[] = [
  { score: said },
  { score: said, outputs: [{ name: 'kind', type: 'label', dictionary: labels }] },
  { score: said, outputs: [{ name: 'y', type: 'number' }, { name: 'confidence', type: 'number' }] }, // prettier-ignore
]
const defaults: readonly PolicySpec['default'][] = [undefined, 'last-known', { value: 'unknown' }]

test('a model that answers all by itself does as it does where its decisions are written as well', () => {
  const batches = fc.array(fc.array(fc.option(fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 6 }), { maxLength: 4 })
  fc.assert(
    fc.property(fc.constantFrom(...models), fc.constantFrom(...defaults), batches, (model, fallback, given) => {
      const policy: PolicySpec = { answer: 'm', budgetMs: 50, default: fallback }
      const written = new PolicyStage(policy).arm('m', model)
      const unwritten = new PolicyStage(policy, { decisions: false }).arm('m', model)
      for (const batch of given) {
        const [one, other] = [written.answer(batch), unwritten.answer(batch)]
        expect(answersOf(other)).toEqual(answersOf(one))
        expect(rejectionsOf(other)).toEqual(rejectionsOf(one))
        expect([other.scored, other.rejected, other.decisions]).toEqual([one.scored, one.rejected, []])
      }
      expect(unwritten.arms()).toEqual(written.arms())
    }),
    { numRuns: 100 },
  )
})

test('a model that answers all by itself, but later, has its budget', async () => {
  const gate = Promise.withResolvers<void>()
  const stage = new PolicyStage({ answer: 'm', budgetMs: 50, default: { value: 7 } }, { decisions: false })
  stage.arm('m', { before: () => gate.promise })
  const work = stage.begin([1, 2])
  stage.time.advance(50)
  await work.done
  expect(answersOf(work.finish()).map((answer) => (answer as string[]).slice(1))).toEqual([['default@primary', '7'], ['default@primary', '7']]) // prettier-ignore
})
