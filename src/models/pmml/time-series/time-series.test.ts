import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { modelOf } from '../fixtures/model-of.ts'

const series = (bestFit: string, inner: string) =>
  modelOf(['sales:double', 'horizon:integer'], (schema) => {
    return `<TimeSeriesModel functionName="timeSeries" bestFit="${bestFit}">${schema.replace('name="horizon"', 'name="horizon" usageType="supplementary"')}${inner}</TimeSeriesModel>`
  })
const smoothing = (inner: string, attributes = '') =>
  series('ExponentialSmoothing', `<ExponentialSmoothing ${attributes}>${inner}</ExponentialSmoothing>`)
const STEPS = [{ horizon: 1 }, { horizon: 3 }, { horizon: 2 }]
const LEVEL = '<Level alpha="0.2" smoothedValue="100"/>'

async function forecasts(model: ReturnType<typeof series>): Promise<readonly number[]> {
  const answers = (await scoreRows(model, STEPS)) as readonly { sales: number }[]
  return answers.map(({ sales }) => sales)
}

describe('a TimeSeriesModel', () => {
  it('forecasts by exponential smoothing, with every kind of trend', async () => {
    const trend = (attributes: string): string => `<Trend_ExpoSmooth ${attributes}/>`
    expect(await forecasts(smoothing(LEVEL))).toEqual([100, 100, 100])
    expect(await forecasts(smoothing(LEVEL + trend('trend="additive" smoothedValue="4"')))).toEqual([104, 112, 108])
    // 0.5 + 0.25 + 0.125 steps of 8.
    expect(await forecasts(smoothing(LEVEL + trend('trend="damped_additive" phi="0.5" smoothedValue="8"')))).toEqual([104, 107, 106])
    expect(await forecasts(smoothing(LEVEL + trend('trend="multiplicative" smoothedValue="2"')))).toEqual([200, 800, 400])
    expect(await forecasts(smoothing(LEVEL + trend('trend="damped_multiplicative" phi="0.5" smoothedValue="16"')))).toEqual([
      400,
      expect.closeTo(100 * 16 ** 0.875, 9),
      800,
    ])
  })

  it('adds or multiplies what the season says, and undoes the transformation', async () => {
    const season = (type: string): string =>
      `<Seasonality_ExpoSmooth type="${type}" period="2"><Array n="2" type="real">0.5 2</Array></Seasonality_ExpoSmooth>`
    const trend = '<Trend_ExpoSmooth smoothedValue="10"/>'
    expect(await forecasts(smoothing(LEVEL + trend + season('additive')))).toEqual([110.5, 130.5, 122])
    expect(await forecasts(smoothing(LEVEL + trend + season('multiplicative')))).toEqual([55, 65, 240])
    expect(await forecasts(smoothing('<Level smoothedValue="3"/>', 'transformation="squareroot"'))).toEqual([9, 9, 9])
    expect(await forecasts(smoothing('<Level smoothedValue="0"/>', 'transformation="logarithmic"'))).toEqual([1, 1, 1])
  })

  it('follows a state space model step by step', async () => {
    const matrix = (name: string, rows: string[]): string =>
      `<${name}><Matrix>${rows.map((row) => `<Array n="2" type="real">${row}</Array>`).join('')}</Matrix></${name}>`
    const space = (intercept: string): string =>
      `<StateSpaceModel><StateVector><Array n="2" type="real">1 10</Array></StateVector>${matrix('TransitionMatrix', ['1 1', '0 0.5'])}${matrix('MeasurementMatrix', ['2 0'])}${intercept}</StateSpaceModel>`
    // States: (1, 10), (11, 5), (16, 2.5); values: twice the first entry.
    expect(await forecasts(series('StateSpaceModel', space('')))).toEqual([2, 32, 22])
    const observed = '<InterceptVector type="observation"><Array n="1" type="real">100</Array></InterceptVector>'
    expect(await forecasts(series('StateSpaceModel', space(observed)))).toEqual([102, 132, 122])
    // With (1, 0) added to the state in each step: (1, 10), (12, 5), (18, 2.5).
    const ofState = '<InterceptVector><Array n="2" type="real">1 0</Array></InterceptVector>'
    expect(await forecasts(series('StateSpaceModel', space(ofState)))).toEqual([2, 36, 24])
  })

  it('has no result for a horizon that is no count, nor without one', async () => {
    using model = smoothing(LEVEL)
    for (const answer of await scoreRows(model, [{ horizon: 0 }, { horizon: 1_000_000 }, { horizon: null }]))
      expect(answer).toHaveProperty('code')
  })

  it('refuses by name what PMML leaves open', () => {
    expect(() => series('ARIMA', '<ARIMA/>')).toThrow(/bestFit="ARIMA".*not supported/)
    expect(() => smoothing(`${LEVEL}<Trend_ExpoSmooth trend="polynomial_exponential" smoothedValue="1"/>`)).toThrow(
      /polynomial_exponential/,
    )
    const phase = '<Seasonality_ExpoSmooth type="additive" period="1" phase="1"><Array>1</Array></Seasonality_ExpoSmooth>'
    expect(() => smoothing(LEVEL + phase)).toThrow(/phase.*not supported/)
  })
})
