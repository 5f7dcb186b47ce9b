import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import type { Model } from '../../../core/model.ts'
import { documentOf } from '../../../../test/fixtures/pmml-cases/document.ts'
import { assembleModel } from '../assemble-model.ts'
import { lowerBytes } from '../lower-bytes.ts'

/** Clusters around a colour and a number; the colours are declared as red, green and blue. */
function clustering(measure: string, matrix: string): Model {
  const colours = ['red', 'green', 'blue'].map((colour) => `<Value value="${colour}"/>`).join('')
  const document = documentOf(
    `<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2"><MiningSchema><MiningField name="s" invalidValueTreatment="asIs"/><MiningField name="x"/></MiningSchema>` +
      `<Output><OutputField name="a" feature="affinity" optype="continuous" dataType="double"/></Output>` +
      `<ComparisonMeasure kind="distance" compareFunction="absDiff">${measure}</ComparisonMeasure>` +
      `<ClusteringField field="s" compareFunction="table"><Comparisons>${matrix}</Comparisons></ClusteringField><ClusteringField field="x"/>` +
      `<Cluster id="warm"><Array type="string" n="2">red 0</Array></Cluster><Cluster id="cold"><Array type="string" n="2">blue 0</Array></Cluster></ClusteringModel>`,
    (dictionary) =>
      dictionary.replace(
        '<DataField name="s" optype="categorical" dataType="string"/>',
        `<DataField name="s" optype="categorical" dataType="string">${colours}</DataField>`,
      ),
  )
  return assembleModel(lowerBytes(new TextEncoder().encode(document)))
}

const TRIANGLE =
  '<Matrix kind="symmetric"><Array type="real">0</Array><Array type="real">3 0</Array><Array type="real">9 2 0</Array></Matrix>'
const ROWS = [
  { s: 'red', x: 1 },
  { s: 'green', x: 1 },
  { s: 'blue', x: 2 },
]

describe('a table of comparisons', () => {
  it('says how far values are from each other', async () => {
    using model = clustering('<cityBlock/>', TRIANGLE)
    // Green is 3 from red and 2 from blue.
    expect(await scoreRows(model, ROWS)).toMatchObject([
      { predictedValue: 'warm', a: 1 },
      { predictedValue: 'cold', a: 3 },
      { predictedValue: 'cold', a: 2 },
    ])
    using squared = clustering('<squaredEuclidean/>', TRIANGLE)
    expect(await scoreRows(squared, ROWS)).toMatchObject([{ a: 1 }, { a: 5 }, { a: 4 }])
  })

  it('may be written in full, as single cells, or as a diagonal', async () => {
    const full = '<Matrix><Array type="real">0 3 9</Array><Array type="real">3 0 2</Array><Array type="real">9 2 0</Array></Matrix>'
    const entries = [
      [1, 2, 3],
      [2, 1, 3],
      [1, 3, 9],
      [3, 1, 9],
      [2, 3, 2],
      [3, 2, 2],
    ].map(([row, col, value]) => `<MatCell row="${row}" col="${col}">${value}</MatCell>`)
    for (const matrix of [full, `<Matrix nbRows="3" nbCols="3" diagDefault="0">${entries.join('')}</Matrix>`]) {
      using model = clustering('<cityBlock/>', matrix)
      // oxlint-disable-next-line no-await-in-loop -- one model after the other
      expect(await scoreRows(model, ROWS)).toMatchObject([{ a: 1 }, { a: 3 }, { a: 2 }])
    }
    using diagonal = clustering('<cityBlock/>', '<Matrix kind="diagonal"><Array type="real">5 6 7</Array></Matrix>')
    // Red is 5 from itself and 0 from blue.
    expect(await scoreRows(diagonal, [{ s: 'red', x: 0 }])).toMatchObject([{ predictedValue: 'cold', a: 0 }])
  })

  it('has no result for a value that is not declared', async () => {
    using model = clustering('<cityBlock/>', TRIANGLE)
    expect(await scoreRows(model, [{ s: 'pink', x: 1 }])).toMatchObject([{ scope: 'record' }])
  })

  it('is refused where it is not as large as the field has values', () => {
    expect(() => clustering('<cityBlock/>', '<Matrix><Array type="real">0 1</Array><Array type="real">1 0</Array></Matrix>')).toThrow(
      /which has 3/,
    )
  })
})
