import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { documentOf, schema } from '../../../../test/fixtures/pmml-cases/document.ts'
import { SluiceError } from '../../../core/errors.ts'
import { assembleModel } from '../assemble-model.ts'
import { lowerBytes } from '../lower-bytes.ts'

const lagging = (lag: string): string =>
  documentOf(
    `<RegressionModel functionName="regression">${schema('y')}<Output><OutputField name="f" optype="continuous" dataType="double" feature="transformedValue"><FieldRef field="before"/></OutputField></Output>` +
      `<LocalTransformations><DerivedField name="before" optype="continuous" dataType="double">${lag}</DerivedField></LocalTransformations><RegressionTable intercept="1"/></RegressionModel>`,
  )

const ROWS = [{ x: 1, s: 'p' }, { x: 2, s: 'q' }, { x: 4, s: 'p' }, { s: 'p' }, { x: 9, s: 'q' }, { x: 16, s: 'p' }]

async function lagged(lag: string, batches: readonly (typeof ROWS)[] = [ROWS]): Promise<readonly unknown[]> {
  using model = assembleModel(lowerBytes(new TextEncoder().encode(lagging(lag))))
  const answers: unknown[] = []
  for (const batch of batches)
    for (const answer of await scoreRows(model, batch)) answers.push(answer instanceof SluiceError ? answer : answer['f'])
  return answers
}

describe('a lag', () => {
  it('is the value of records before, a missing one too', async () => {
    expect(await lagged('<Lag field="x"/>')).toEqual([null, 1, 2, 4, null, 9])
    expect(await lagged('<Lag field="x" n="2"/>')).toEqual([null, null, 1, 2, 4, null])
  })

  it('goes on from batch to batch', async () => {
    expect(await lagged('<Lag field="x"/>', [ROWS.slice(0, 2), ROWS.slice(2, 5), ROWS.slice(5)])).toEqual([null, 1, 2, 4, null, 9])
  })

  it('sums up what is there of the records before', async () => {
    expect(await lagged('<Lag field="x" n="3" aggregate="sum"/>')).toEqual([null, 1, 3, 7, 6, 13])
    expect(await lagged('<Lag field="x" n="3" aggregate="avg"/>')).toEqual([null, 1, 1.5, 7 / 3, 3, 6.5])
    expect(await lagged('<Lag field="x" n="3" aggregate="median"/>')).toEqual([null, 1, 1.5, 2, 3, 6.5])
    expect(await lagged('<Lag field="x" n="3" aggregate="max"/>')).toEqual([null, 1, 2, 4, 4, 9])
    expect(await lagged('<Lag field="x" n="3" aggregate="product"/>')).toEqual([null, 1, 2, 8, 8, 36])
  })

  it('keeps blocks of records apart', async () => {
    expect(await lagged('<Lag field="x"><BlockIndicator field="s"/></Lag>')).toEqual([null, null, 1, 4, 2, null])
  })

  it('is refused where it reaches too far', async () => {
    await expect(lagged('<Lag field="x" n="1000000"/>')).rejects.toMatchObject({ code: 'model.malformed' })
  })
})
