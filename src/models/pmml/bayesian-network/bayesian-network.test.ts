import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { modelOf } from '../fixtures/model-of.ts'

const share = (value: string, probability: number): string => `<ValueProbability value="${value}" probability="${probability}"/>`
const given = (parents: Readonly<Record<string, string>>, shares: string): string => {
  const values = Object.entries(parents).map(([parent, value]) => `<ParentValue parent="${parent}" value="${value}"/>`)
  return `<DiscreteConditionalProbability>${values.join('')}${shares}</DiscreteConditionalProbability>`
}
const node = (name: string, inner: string): string => `<DiscreteNode name="${name}">${inner}</DiscreteNode>`
const network = (fields: readonly string[], nodes: string) =>
  modelOf(
    fields,
    (schema) =>
      `<BayesianNetworkModel functionName="classification">${schema}<BayesianNetworkNodes>${nodes}</BayesianNetworkNodes></BayesianNetworkModel>`,
  )

/** Chances of "yes": of a, of b given a, of c given a, of d given b and c. */
interface Chances {
  readonly a: number
  readonly b: readonly number[]
  readonly c: readonly number[]
  readonly d: readonly number[]
}

const pair = (p: number): string => share('yes', p) + share('no', 1 - p)
const VALUES = ['no', 'yes']

function diamond({ a, b, c, d }: Chances): string {
  const onA = (chances: readonly number[]): string => VALUES.map((value, i) => given({ a: value }, pair(chances[i]!))).join('')
  const onBoth = [0, 1, 2, 3].map((i) => given({ b: VALUES[i >> 1]!, c: VALUES[i & 1]! }, pair(d[i]!))).join('')
  // A child before its parents, because the order means nothing.
  return node('d', onBoth) + node('b', onA(b)) + node('a', pair(a)) + node('c', onA(c))
}

/** The chance of a = yes, by adding up all sixteen worlds that agree with the record. */
function bySums({ a, b, c, d }: Chances, record: Readonly<Record<string, string | null>>): number {
  const sums = [0, 0]
  for (let world = 0; world < 16; world++) {
    const [va, vb, vc, vd] = [world & 1, (world >> 1) & 1, (world >> 2) & 1, world >> 3] as [number, number, number, number]
    const agrees = Object.entries({ b: vb, c: vc, d: vd }).every(([name, value]) => record[name] == null || record[name] === VALUES[value])
    const of = (chance: number, value: number): number => (value === 1 ? chance : 1 - chance)
    if (agrees) sums[va]! += of(a, va) * of(b[va]!, vb) * of(c[va]!, vc) * of(d[vb * 2 + vc]!, vd)
  }
  return sums[1]! / (sums[0]! + sums[1]!)
}

describe('a BayesianNetworkModel', () => {
  const chance = fc.double({ min: 0.01, max: 0.99, noNaN: true })
  const chances = fc.record({
    a: chance,
    b: fc.tuple(chance, chance),
    c: fc.tuple(chance, chance),
    d: fc.tuple(chance, chance, chance, chance),
  })
  const value = fc.constantFrom('yes', 'no', null)

  it('answers the distribution of the target given what is known, as adding up all worlds does', async () => {
    await fc.assert(
      fc.asyncProperty(chances, fc.record({ b: value, c: value, d: value }), async (given4, record) => {
        using model = network(['a:string', 'b:string', 'c:string', 'd:string'], diamond(given4))
        const [answer] = await scoreRows(model, [record])
        const wanted = bySums(given4, record)
        expect(answer).toMatchObject({
          'probability(yes)': expect.closeTo(wanted, 10) as number,
          'probability(no)': expect.closeTo(1 - wanted, 10) as number,
        })
        fc.pre(Math.abs(wanted - 0.5) > 1e-6)
        expect(answer).toMatchObject({ a: wanted > 0.5 ? 'yes' : 'no' })
      }),
      { numRuns: 60 },
    )
  })

  it('weighs a number by its density under each value of its parent', async () => {
    const normal = (mean: number, variance: number): string =>
      `<ContinuousDistribution><NormalDistributionForBN><Mean><Constant>${mean}</Constant></Mean><Variance><Constant>${variance}</Constant></Variance></NormalDistributionForBN></ContinuousDistribution>`
    const conditional = (value2: string, inner: string): string =>
      `<ContinuousConditionalProbability><ParentValue parent="ill" value="${value2}"/>${inner}</ContinuousConditionalProbability>`
    const temperature = `<ContinuousNode name="t">${conditional('yes', normal(39, 1))}${conditional('no', normal(37, 0.25))}</ContinuousNode>`
    using model = network(['ill:string', 't:double'], node('ill', pair(0.1)) + temperature)
    const [warm, unknown] = await scoreRows(model, [{ t: 38 }, { t: null }])
    // Densities at 38: e^(-1/2) / sqrt(2 pi) and e^(-2) / sqrt(2 pi / 4).
    const [ill, well] = [0.1 * Math.exp(-0.5), 0.9 * Math.exp(-2) * 2]
    expect(warm).toMatchObject({ 'probability(yes)': expect.closeTo(ill / (ill + well), 12) as number })
    expect(unknown).toMatchObject({ ill: 'no', 'probability(yes)': expect.closeTo(0.1, 12) as number })
  })

  it('has no result for a record that the network says is impossible', async () => {
    const nodes = node('a', pair(0.5)) + node('b', given({ a: 'yes' }, share('x', 1)) + given({ a: 'no' }, share('x', 1) + share('y', 0)))
    using model = network(['a:string', 'b:string'], nodes)
    const [impossible, possible] = await scoreRows(model, [{ b: 'y' }, { b: 'x' }])
    expect(impossible).toHaveProperty('code')
    expect(possible).toMatchObject({ 'probability(yes)': 0.5 })
  })

  it('refuses circles, parents that there are not, and targets that are no nodes', () => {
    const one = (name: string, parent: string): string =>
      node(name, given({ [parent]: 'yes' }, pair(0.5)) + given({ [parent]: 'no' }, pair(0.5)))
    expect(() => network(['a:string'], one('a', 'b') + one('b', 'a'))).toThrow(/its own ancestor/)
    expect(() => network(['a:string'], one('a', 'b'))).toThrow(/parent 'b'/)
    expect(() => network(['a:string'], node('b', pair(0.5)))).toThrow(/target is not one of its discrete nodes/)
  })
})
