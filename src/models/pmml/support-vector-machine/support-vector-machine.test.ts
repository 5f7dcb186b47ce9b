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

it('decides rows a few at a time as it decides each alone', async () => {
  const fields = Array.from({ length: 40 }, (_, i) => `f${i}`)
  const vectors = Array.from({ length: 30 }, (__, v) => fields.map((_, i) => ((v * 7 + i * 3) % 11) / 4))
  const instances = vectors.map((values, v) => `<VectorInstance id="v${v}"><Array type="real">${values.join(' ')}</Array></VectorInstance>`)
  const derived = fields.map(
    (name, i) =>
      `<DerivedField name="${name}" optype="continuous" dataType="double"><Apply function="*"><FieldRef field="x"/><Constant>${i % 5}</Constant></Apply></DerivedField>`,
  )
  const machineOf = (category: string, sign: number): string =>
    `<SupportVectorMachine targetCategory="${category}"><SupportVectors>${vectors.map((_, v) => `<SupportVector vectorId="v${v}"/>`).join('')}</SupportVectors>` +
    `<Coefficients absoluteValue="${-7 * sign}">${vectors.map((_, v) => `<Coefficient value="${sign * (v - 14)}"/>`).join('')}</Coefficients></SupportVectorMachine>`
  const document = documentOf(
    `<SupportVectorMachineModel functionName="classification" classificationMethod="OneAgainstAll">${schema('c')}` +
      `<LocalTransformations>${derived.join('')}</LocalTransformations><RadialBasisKernelType gamma="0.01"/>` +
      `<VectorDictionary><VectorFields>${fields.map((name) => `<FieldRef field="${name}"/>`).join('')}</VectorFields>${instances.join('')}</VectorDictionary>` +
      `${machineOf('a', 1)}${machineOf('b', -1)}</SupportVectorMachineModel>`,
  )
  using model = assembleModel(lowerBytes(new TextEncoder().encode(document)))
  const rows = Array.from({ length: 53 }, (_, i) => (i === 20 ? {} : { x: i / 40 }))
  const expected = rows.map(({ x }) => {
    if (x === undefined) return undefined
    const sum = vectors.reduce((total, values, v) => {
      const distance = values.reduce((square, value, i) => square + (x * (i % 5) - value) ** 2, 0)
      return total + (v - 14) * Math.exp(-0.01 * distance)
    }, 0)
    return sum < 7 ? 'a' : 'b'
  })
  const answers = await scoreRows(model, rows)
  expect(new Set(expected).size).toBe(3)
  expect(answers.map((answer) => ('c' in answer ? answer['c'] : undefined))).toEqual(expected)
})
