import { expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { documentOf, schema } from '../../../../test/fixtures/pmml-cases/document.ts'
import { assembleModel } from '../assemble-model.ts'
import { lowerBytes } from '../lower-bytes.ts'

const machine = (attributes: string, intercept: number, x: number): string =>
  `<SupportVectorMachine ${attributes}><Coefficients absoluteValue="${intercept}"><Coefficient value="${x}"/></Coefficients></SupportVectorMachine>`

/** Linear machines, whose sums are the intercept plus the coefficient times x. */
async function winners(attributes: string, machines: readonly string[]): Promise<readonly unknown[]> {
  const document = documentOf(
    `<SupportVectorMachineModel functionName="classification" svmRepresentation="Coefficients" ${attributes}>${schema('c')}<LinearKernelType/>` +
      `<VectorDictionary><VectorFields><FieldRef field="x"/></VectorFields></VectorDictionary>${machines.join('')}</SupportVectorMachineModel>`,
  )
  using model = assembleModel(lowerBytes(new TextEncoder().encode(document)))
  const answers = await scoreRows(model, [{ x: 1 }, { x: 5 }])
  return answers.map((answer) => ('c' in answer ? answer['c'] : answer))
}

// Sums for x = 1: a 3, b 1, c 0; for x = 5: a 3, b 5, c 0.
const SINGLES = [machine('targetCategory="a"', 3, 0), machine('targetCategory="b"', 0, 1), machine('targetCategory="c"', 0, 0)]

it('lets the smallest sum win, or the largest where maxWins says so', async () => {
  expect(await winners('classificationMethod="OneAgainstAll"', SINGLES)).toEqual(['c', 'c'])
  expect(await winners('classificationMethod="OneAgainstAll" maxWins="true"', SINGLES)).toEqual(['a', 'b'])
})

it('lets machines vote for one of two, on the side of the threshold that maxWins says', async () => {
  const pair = [machine('targetCategory="a" alternateTargetCategory="b" threshold="2"', 0, 1)]
  expect(await winners('classificationMethod="OneAgainstOne"', pair)).toEqual(['a', 'b'])
  expect(await winners('classificationMethod="OneAgainstOne" maxWins="true"', pair)).toEqual(['b', 'a'])
})
