import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { documentOf, schema } from '../../../../test/fixtures/pmml-cases/document.ts'
import { SluiceError } from '../../../core/errors.ts'
import { assembleModel } from '../assemble-model.ts'
import { lowerBytes } from '../lower-bytes.ts'

const derived = (name: string, expression: string): string =>
  `<DerivedField name="${name}" optype="continuous" dataType="double">${expression}</DerivedField>`
const field = (name: string): string => `<FieldRef field="${name}"/>`
const norm = (of: string, ...points: readonly (readonly [orig: number, norm: number])[]): string =>
  `<NormContinuous field="${of}">${points.map(([orig, to]) => `<LinearNorm orig="${orig}" norm="${to}"/>`).join('')}</NormContinuous>`

interface Network {
  readonly output: string
  readonly local?: string
  readonly shared?: string
  readonly target?: 'y' | 'c'
}

/** A network whose one neuron is x. */
function network({ output, local = '', shared = '', target = 'y' }: Network): string {
  const document = documentOf(
    `<NeuralNetwork functionName="${target === 'y' ? 'regression' : 'classification'}" activationFunction="identity">${schema(target)}` +
      `<LocalTransformations>${local}</LocalTransformations>` +
      `<NeuralInputs><NeuralInput id="1"><DerivedField optype="continuous" dataType="double">${field('x')}</DerivedField></NeuralInput></NeuralInputs>` +
      '<NeuralLayer><Neuron id="2"><Con from="1" weight="1"/></Neuron></NeuralLayer>' +
      `<NeuralOutputs><NeuralOutput outputNeuron="2"><DerivedField optype="continuous" dataType="double">${output}</DerivedField></NeuralOutput></NeuralOutputs></NeuralNetwork>`,
  )
  return document.replace('<NeuralNetwork', `<TransformationDictionary>${shared}</TransformationDictionary><NeuralNetwork`)
}

async function answers(document: string, xs: readonly number[]): Promise<readonly unknown[]> {
  using model = assembleModel(lowerBytes(new TextEncoder().encode(document)))
  return await scoreRows(
    model,
    xs.map((x) => ({ x, i: 0, j: 0, s: 'q', d: '2003-04-01' })),
  )
}

// y of 10 to 30 becomes 0 to 1, and that becomes -1 to 1: a neuron of 0.5 is 0.75, which is 25.
const UNIT = derived('unit', norm('y', [10, 0], [30, 1]))
const CENTRED = derived('centred', norm('unit', [0, -1], [1, 1]))

describe('the output of a network for a number', () => {
  it.each([
    ['its own normalization', { output: norm('y', [10, 0], [30, 1]) }, [20, 10]],
    ['that of a derived field', { output: field('unit'), local: UNIT }, [20, 10]],
    ['that of a derived field of the dictionary', { output: field('unit'), shared: UNIT }, [20, 10]],
    [
      'those of a chain of derived fields',
      { output: field('alias'), shared: UNIT, local: CENTRED + derived('alias', field('centred')) },
      [25, 20],
    ],
    ['its own and that of a derived field', { output: norm('unit', [0, -1], [1, 1]), local: UNIT }, [25, 20]],
    ['that of an outer field of the same name', { output: field('unit'), shared: UNIT, local: derived('unit', field('unit')) }, [20, 10]],
    ['nothing', { output: field('y') }, [0.5, 0]],
  ] as const)('undoes %s', async (_, asked, expected) => {
    expect(await answers(network(asked), [0.5, 0])).toEqual(expected.map((y) => ({ y })))
  })

  it.each([
    ['a computed field', { output: field('z'), local: derived('z', `<Apply function="ln">${field('y')}</Apply>`) }, '<Apply>'],
    ['an input', { output: field('x') }, "'x'"],
    ['a field that comes from an input', { output: field('z'), local: derived('z', norm('x', [0, 0], [1, 1])) }, "'x'"],
    ['a field that there is not', { output: field('nowhere') }, "'nowhere'"],
    ['a category', { output: '<NormDiscrete field="y" value="1"/>' }, '<NormDiscrete>'],
  ] as const)('is refused by name where it is %s', async (_, asked, named) => {
    const error = await answers(network(asked), [0]).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(SluiceError)
    expect(error).toMatchObject({ code: 'model.unsupported', message: expect.stringContaining(named) as string })
  })

  it('is malformed where fields are derived from each other', async () => {
    const circle = derived('p', field('q')) + derived('q', field('p'))
    await expect(answers(network({ output: field('p'), local: circle }), [0])).rejects.toMatchObject({ code: 'model.malformed' })
  })
})

describe('the output of a network for a class', () => {
  const isB = '<NormDiscrete field="c" value="b"/>'

  it.each([
    ['by itself', { output: isB }],
    ['through a derived field', { output: field('isB'), local: derived('isB', isB) }],
  ] as const)('names its category %s', async (_, asked) => {
    expect(await answers(network({ ...asked, target: 'c' }), [0.75])).toMatchObject([{ c: 'b', 'probability(b)': 0.75 }])
  })

  it('is refused where it names none', async () => {
    const error = await answers(network({ output: field('c'), target: 'c' }), [0]).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'model.unsupported', message: expect.stringContaining('<NormDiscrete>') as string })
  })
})
