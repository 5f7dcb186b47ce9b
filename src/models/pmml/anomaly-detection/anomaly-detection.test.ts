import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { modelOf } from '../fixtures/model-of.ts'

const SCHEMA = '<MiningSchema><MiningField name="x"/></MiningSchema>'
const tree = (low: number, high: number): string =>
  `<TreeModel functionName="regression">${SCHEMA}<Node><True/>` +
  `<Node score="${low}"><SimplePredicate field="x" operator="lessOrEqual" value="0"/></Node>` +
  `<Node score="${high}"><SimplePredicate field="x" operator="greaterThan" value="0"/></Node></Node></TreeModel>`
const FOREST =
  `<MiningModel functionName="regression">${SCHEMA}<Segmentation multipleModelMethod="average">` +
  `<Segment><True/>${tree(1, 4)}</Segment><Segment><True/>${tree(2, 6)}</Segment></Segmentation></MiningModel>`
const CLUSTERS =
  `<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2">${SCHEMA}` +
  `<ComparisonMeasure kind="distance"><euclidean/></ComparisonMeasure><ClusteringField field="x" compareFunction="absDiff"/>` +
  `<Cluster><Array n="1" type="real">0</Array></Cluster><Cluster><Array n="1" type="real">10</Array></Cluster></ClusteringModel>`

const anomaly = (attributes: string, inner: string) =>
  modelOf(
    ['score:double', 'x:double'],
    (schema) => `<AnomalyDetectionModel functionName="regression" ${attributes}>${schema}${inner}</AnomalyDetectionModel>`,
  )

describe('an AnomalyDetectionModel', () => {
  it('answers 2^(-path / average path) for an isolation forest', async () => {
    using model = anomaly('algorithmType="iforest" sampleDataSize="256"', FOREST)
    // c(256) = 2 (ln 255 + 0.5772156649) - 2 * 255 / 256; the average paths are 1.5 and 5.
    const c = 2 * (Math.log(255) + 0.5772156649015329) - 510 / 256
    expect(c).toBeCloseTo(10.2448, 4)
    const answers = await scoreRows(model, [{ x: -1 }, { x: 1 }])
    expect(answers).toMatchObject([
      { score: expect.closeTo(2 ** (-1.5 / c), 12) as number },
      { score: expect.closeTo(2 ** (-5 / c), 12) as number },
    ])
  })

  it('answers the distance to the nearest center, relative to the mean distance of that cluster', async () => {
    const distances = '<MeanClusterDistances><Array n="2" type="real">2 0.5</Array></MeanClusterDistances>'
    using model = anomaly('algorithmType="clusterMeanDist"', CLUSTERS + distances)
    // |1 - 0| / 2, and |9 - 10| / 0.5.
    expect(await scoreRows(model, [{ x: 1 }, { x: 9 }])).toMatchObject([{ score: 0.5 }, { score: 2 }])
  })

  it('answers what any other model answers', async () => {
    using model = anomaly('algorithmType="other"', FOREST)
    expect(await scoreRows(model, [{ x: -1 }, { x: 1 }])).toMatchObject([{ score: 1.5 }, { score: 5 }])
  })

  it('refuses what has too little to say', () => {
    expect(() => anomaly('algorithmType="iforest"', FOREST)).toThrow(/sampleDataSize/)
    expect(() => anomaly('algorithmType="clusterMeanDist"', FOREST)).toThrow(/ClusteringModel/)
    expect(() => anomaly('algorithmType="clusterMeanDist"', CLUSTERS)).toThrow(/0 mean distances for 2 clusters/)
    expect(() => anomaly('algorithmType="ocsvm"', CLUSTERS)).toThrow(/gives no number/)
    expect(() => anomaly('algorithmType="lof"', FOREST)).toThrow(/algorithmType="lof"/)
  })
})
