import { expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { PMML_CASES } from '../../../../test/fixtures/pmml-cases/index.ts'
import type { Model } from '../../../core/model.ts'
import { assembleModel } from '../assemble-model.ts'
import { lowerBytes } from '../lower-bytes.ts'

const load = (document: string): Model => assembleModel(lowerBytes(new TextEncoder().encode(document)))
/** Answers 5 for x = 2, and says 5.01 with a precision of one in a hundred. */
const verified = PMML_CASES['verified']!

it('loads a document that answers as its verification says', async () => {
  using model = load(verified)
  expect(await scoreRows(model, [{ x: 3 }])).toEqual([{ y: 7 }])
})

it('refuses one that does not, with the record and both values', () => {
  expect(() => load(verified.replace('precision="0.01"', 'precision="0.001"'))).toThrow(
    expect.objectContaining({
      code: 'model.golden.mismatch',
      message: 'record 1 of the document\'s <ModelVerification> has y = "5.01"; the model\'s answer is 5',
    }),
  )
  expect(() => load(verified.replace('<data:x>2</data:x>', '<data:x>two</data:x>'))).toThrow(/the model's answer is none/)
})

it('takes small numbers for zero as far as the document says', () => {
  const nearZero = verified.replace('intercept="1"', 'intercept="-3.9999"').replace('5.01', '0')
  expect(() => load(nearZero)).toThrow(/ModelVerification/)
  load(nearZero.replace('precision="0.01"', 'precision="0.01" zeroThreshold="0.001"'))[Symbol.dispose]()
})
