import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { modelOf } from '../fixtures/model-of.ts'

const baseline = (attributes: string, inner: string) =>
  modelOf(['score:double', 'x:double'], (schema) => {
    return `<BaselineModel functionName="regression">${schema}<TestDistributions field="x" ${attributes}>${inner}</TestDistributions></BaselineModel>`
  })
const gaussian = (mean: number, variance: number): string => `<GaussianDistribution mean="${mean}" variance="${variance}"/>`

describe('a BaselineModel', () => {
  it('answers how many deviations from the mean a value is', async () => {
    using model = baseline('testStatistic="zValue"', `<Baseline>${gaussian(550.2, 48.2)}</Baseline>`)
    const [answer] = await scoreRows(model, [{ x: 560 }])
    expect(answer).toMatchObject({ score: expect.closeTo((560 - 550.2) / Math.sqrt(48.2), 12) as number })
    using poisson = baseline('testStatistic="zValue"', '<Baseline><PoissonDistribution mean="9"/></Baseline>')
    expect(await scoreRows(poisson, [{ x: 15 }])).toMatchObject([{ score: 2 }])
    // A uniform distribution from 0 to 12 has the mean 6 and the variance 144 / 12.
    using uniform = baseline('testStatistic="zValue"', '<Baseline><UniformDistribution lower="0" upper="12"/></Baseline>')
    expect(await scoreRows(uniform, [{ x: 12 }])).toMatchObject([{ score: expect.closeTo(6 / Math.sqrt(12), 12) as number }])
  })

  it('sums up what records say for the alternate, never below the reset value', async () => {
    using model = baseline('testStatistic="CUSUM"', `<Baseline>${gaussian(0, 1)}</Baseline><Alternate>${gaussian(2, 1)}</Alternate>`)
    // log f1(x) / f0(x) = (x^2 - (x - 2)^2) / 2 = 2x - 2, so: -2 -> 0, 1, 3, missing, 3 - 4 -> 0.
    const answers = await scoreRows(model, [{ x: 0 }, { x: 1.5 }, { x: 2 }, { x: null }, { x: -1 }])
    expect(answers).toMatchObject([
      { score: 0 },
      { score: expect.closeTo(1, 12) as number },
      { score: expect.closeTo(3, 12) as number },
      { code: 'record.feature.missing' },
      { score: 0 },
    ])
  })

  it('compares counts of Poisson distributions', async () => {
    const test = '<Baseline><PoissonDistribution mean="2"/></Baseline><Alternate><PoissonDistribution mean="4"/></Alternate>'
    using model = baseline('testStatistic="CUSUM" resetValue="-10"', test)
    // x ln(4 / 2) - (4 - 2) for 3, then for 0.
    const first = 3 * Math.LN2 - 2
    expect(await scoreRows(model, [{ x: 3 }, { x: 0 }])).toMatchObject([
      { score: expect.closeTo(first, 12) as number },
      { score: expect.closeTo(first - 2, 12) as number },
    ])
  })

  it('refuses by name what it does not compute', () => {
    const one = `<Baseline>${gaussian(0, 1)}</Baseline>`
    expect(() => baseline('testStatistic="chiSquareIndependence"', one)).toThrow(/chiSquareIndependence.*not supported/)
    expect(() => baseline('testStatistic="zValue" windowSize="30"', one)).toThrow(/windowSize="30".*not supported/)
    expect(() => baseline('testStatistic="zValue"', `<Baseline>${gaussian(0, 0)}</Baseline>`)).toThrow(/variance="0"/)
    expect(() => baseline('testStatistic="CUSUM"', one)).toThrow(/Alternate/)
  })
})
