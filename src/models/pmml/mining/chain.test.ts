import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { documentOf } from '../../../../test/fixtures/pmml-cases/document.ts'
import { assembleModel } from '../assemble-model.ts'
import { lowerBytes } from '../lower-bytes.ts'

const schemaFor = (targets: readonly string[], inputs: readonly string[]): string =>
  `<MiningSchema>${targets.map((name) => `<MiningField name="${name}" usageType="target"/>`).join('')}` +
  `${inputs.map((name) => `<MiningField name="${name}"/>`).join('')}</MiningSchema>`

/** A model whose target is its intercept plus an input. */
const plus = (target: string, intercept: number, input: string): string =>
  `<RegressionModel functionName="regression">${schemaFor([target], [input])}<RegressionTable intercept="${intercept}">` +
  `<NumericPredictor name="${input}" coefficient="1"/></RegressionTable></RegressionModel>`

const segment = (model: string, predicate = '<True/>'): string => `<Segment>${predicate}${model}</Segment>`

const chain = (method: string, targets: readonly string[], segments: readonly string[]): string =>
  documentOf(
    `<MiningModel functionName="regression">${schemaFor(targets, ['x', 'i'])}` +
      `<Segmentation multipleModelMethod="${method}">${segments.join('')}</Segmentation></MiningModel>`,
    (dictionary) => `${dictionary}<DataField name="z" optype="continuous" dataType="double"/>`,
  )

const scored = async (document: string): Promise<readonly unknown[]> => {
  using model = assembleModel(lowerBytes(new TextEncoder().encode(document)))
  return await scoreRows(model, [
    { x: 1, i: 10 },
    { x: -1, i: 10 },
  ])
}

const POSITIVE = '<SimplePredicate field="x" operator="greaterThan" value="0"/>'
const [Z, Y] = [plus('z', 100, 'x'), plus('y', 200, 'i')]

describe('a chain of models for several targets', () => {
  it('answers under the name of the target that its last model predicts', async () => {
    expect(await scored(chain('modelChain', ['z', 'y'], [segment(Z), segment(Y)]))).toEqual([{ y: 210 }, { y: 210 }])
  })

  it('answers all of them where it is one for several', async () => {
    expect(await scored(chain('x-multiModelChain', ['z', 'y'], [segment(Z), segment(Y)]))).toEqual([
      { z: 101, y: 210 },
      { z: 99, y: 210 },
    ])
  })

  it('never gives the result of one under the name of another where some do not run', async () => {
    const [answered, rejected] = await scored(chain('x-multiModelChain', ['z', 'y'], [segment(Z, POSITIVE), segment(Y)]))
    expect(answered).toEqual({ z: 101, y: 210 })
    expect(rejected).toMatchObject({ code: 'record.score.not-finite' })
    expect(await scored(chain('modelChain', ['z', 'y'], [segment(Z), segment(Y, POSITIVE)]))).toEqual([
      { predictedValue: 210, z: 101, y: 210 },
      { predictedValue: 99, z: 99, y: null },
    ])
  })

  it('may run some only under a condition where the last one always runs', async () => {
    expect(await scored(chain('modelChain', ['z', 'y'], [segment(Z, POSITIVE), segment(Y)]))).toEqual([{ y: 210 }, { y: 210 }])
  })
})

it('refuses several targets of one model, with their names', async () => {
  const several = plus('y', 1, 'x').replace('<MiningField name="y"', '<MiningField name="z" usageType="target"/><MiningField name="y"')
  const document = documentOf(several, (dictionary) => `${dictionary}<DataField name="z" optype="continuous" dataType="double"/>`)
  await expect(scored(document)).rejects.toMatchObject({
    code: 'model.unsupported',
    message: expect.stringContaining("'z', 'y'") as string,
  })
})
