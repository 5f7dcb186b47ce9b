import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { modelOf } from '../fixtures/model-of.ts'

const POINTS = [
  { a: 0, b: 1, y: 2 },
  { a: 1, b: 0.5, y: -1 },
  { a: 3, b: 2, y: 0.5 },
]
const RECORD = { a: 0.7, b: 1.2 }

const processOf = (kernel: string, output = '') =>
  modelOf(['y:double', 'a:double', 'b:double'], (schema) => {
    const rows = POINTS.map(({ a, b, y }) => `<row><a>${a}</a><b>${b}</b><y>${y}</y></row>`).join('')
    const fields = ['a', 'y', 'b'].map((name) => `<InstanceField field="${name}" column="${name}"/>`).join('')
    const training = `<TrainingInstances><InstanceFields>${fields}</InstanceFields><InlineTable>${rows}</InlineTable></TrainingInstances>`
    return `<GaussianProcessModel functionName="regression">${schema}<Output>${output}</Output>${kernel}${training}</GaussianProcessModel>`
  })

interface Point {
  readonly a: number
  readonly b: number
}

/** Mean and variance as the standard writes them, with the inverse by Cramer's rule. */
function expected(k: (x: Point, z: Point) => number, noise: number): { mean: number; deviation: number } {
  const matrix = POINTS.map((x, i) => POINTS.map((z, j) => k(x, z) + (i === j ? noise : 0)))
  const determinant = (rows: number[][]): number => {
    const [a, b, c, d, e, f, g, h, i] = rows.flat()
    return a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!)
  }
  const solve = (right: number[]): number[] =>
    right.map((_, column) => determinant(matrix.map((row, i) => row.with(column, right[i]!))) / determinant(matrix))
  const dot = (x: number[], z: number[]): number => x.reduce((sum, value, i) => sum + value * z[i]!, 0)
  const near = POINTS.map((point) => k(point, RECORD))
  return { mean: dot(near, solve(POINTS.map(({ y }) => y))), deviation: Math.sqrt(k(RECORD, RECORD) - dot(near, solve(near)) + noise) }
}

const DEVIATION = '<OutputField name="deviation" dataType="double" feature="standardDeviation"/>'
const LAMBDA = '<Lambda><Array n="2" type="real">0.8 1.5</Array></Lambda>'

describe('a GaussianProcessModel', () => {
  it.each([
    {
      kernel: `<RadialBasisKernel gamma="1.7" noiseVariance="0.2" lambda="0.9"/>`,
      k: (x: Point, z: Point) => 1.7 * Math.exp(-((x.a - z.a) ** 2 + (x.b - z.b) ** 2) / (2 * 0.81)),
    },
    {
      kernel: `<ARDSquaredExponentialKernel gamma="1.7" noiseVariance="0.2">${LAMBDA}</ARDSquaredExponentialKernel>`,
      k: (x: Point, z: Point) => 1.7 * Math.exp(-0.5 * (((x.a - z.a) / 0.8) ** 2 + ((x.b - z.b) / 1.5) ** 2)),
    },
    {
      kernel: `<AbsoluteExponentialKernel gamma="1.7" noiseVariance="0.2">${LAMBDA}</AbsoluteExponentialKernel>`,
      k: (x: Point, z: Point) => 1.7 * Math.exp(-(Math.abs(x.a - z.a) / 0.8 + Math.abs(x.b - z.b) / 1.5)),
    },
    {
      kernel: `<GeneralizedExponentialKernel gamma="1.7" noiseVariance="0.2" degree="1.3">${LAMBDA}</GeneralizedExponentialKernel>`,
      k: (x: Point, z: Point) => 1.7 * Math.exp(-((Math.abs(x.a - z.a) / 0.8) ** 1.3 + (Math.abs(x.b - z.b) / 1.5) ** 1.3)),
    },
  ])('answers the mean and the deviation of the posterior: $kernel', async ({ kernel, k }) => {
    using model = processOf(kernel, DEVIATION)
    const [answer] = await scoreRows(model, [RECORD])
    const { mean, deviation } = expected(k, 0.2)
    expect(answer).toMatchObject({ y: expect.closeTo(mean, 12) as number, deviation: expect.closeTo(deviation, 12) as number })
  })

  it('has no result where a field is missing', async () => {
    using model = processOf('<RadialBasisKernel/>')
    const [answer] = await scoreRows(model, [{ a: 1, b: null }])
    expect(answer).toMatchObject({ code: 'record.feature.missing' })
  })

  it('refuses instances that are no numbers, and lengths that are not above zero', () => {
    expect(() => processOf('<RadialBasisKernel lambda="0"/>')).toThrow(/lambda/)
    expect(() => processOf('<ARDSquaredExponentialKernel><Lambda><Array>1 2 3</Array></Lambda></ARDSquaredExponentialKernel>')).toThrow(
      /Lambda/,
    )
    expect(() => processOf('<RadialBasisKernel noiseVariance="-1"/>')).toThrow(/positive definite/)
  })
})
