import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { SluiceError } from '../../../core/errors.ts'
import { assembleModel } from '../assemble-model.ts'
import { lowerBytes } from '../lower-bytes.ts'

const output = (name: string, rest: string): string => `<OutputField name="${name}" feature="ruleValue" ${rest}/>`

/** Rules: 1 {a} -> {b} (lift 2), 2 {a, b} -> {c} (lift 3), 3 {c} -> {a} (lift 1). */
const document = (outputs: string): string =>
  '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary><DataField name="basket" optype="categorical" dataType="string"/>' +
  '<DataField name="item" optype="categorical" dataType="string"/></DataDictionary><AssociationModel functionName="associationRules" numberOfTransactions="4" numberOfItems="3" minimumSupport="0.1" minimumConfidence="0.1" numberOfItemsets="4" numberOfRules="3">' +
  `<MiningSchema><MiningField name="basket" usageType="group"/><MiningField name="item"/></MiningSchema><Output>${outputs}</Output>` +
  '<Item id="A" value="a"/><Item id="B" value="b"/><Item id="C" value="c"/><Itemset id="1"><ItemRef itemRef="A"/></Itemset><Itemset id="2"><ItemRef itemRef="B"/></Itemset>' +
  '<Itemset id="3"><ItemRef itemRef="C"/></Itemset><Itemset id="4"><ItemRef itemRef="A"/><ItemRef itemRef="B"/></Itemset>' +
  '<AssociationRule id="one" antecedent="1" consequent="2" support="0.5" confidence="0.9" lift="2"/><AssociationRule id="two" antecedent="4" consequent="3" support="0.25" confidence="0.5" lift="3"/>' +
  '<AssociationRule antecedent="3" consequent="1" support="0.75" confidence="0.8" lift="1"/></AssociationModel></PMML>'

const scored = async (outputs: string, rows: readonly Record<string, unknown>[]): Promise<readonly unknown[]> => {
  using model = assembleModel(lowerBytes(new TextEncoder().encode(document(outputs))))
  return await scoreRows(model, rows)
}

const ALL = 'rank="0" isMultiValued="1" ruleFeature="ruleId"'

describe('association rules', () => {
  it('names the rules that apply, by whether their consequents are there', async () => {
    const outputs = ['recommendation', 'exclusiveRecommendation', 'ruleAssociation'].map((algorithm) =>
      output(algorithm, `algorithm="${algorithm}" ${ALL}`),
    )
    expect(await scored(outputs.join(''), [{ item: ['a', 'b'] }, { item: ['c'] }, { item: ['b', 'unheard of'] }, { item: [] }])).toEqual([
      {
        predictedValue: '["one","two"]',
        recommendation: '["one","two"]',
        exclusiveRecommendation: '["two"]',
        ruleAssociation: '["one"]',
      },
      { predictedValue: '["3"]', recommendation: '["3"]', exclusiveRecommendation: '["3"]', ruleAssociation: '[]' },
      { predictedValue: '[]', recommendation: '[]', exclusiveRecommendation: '[]', ruleAssociation: '[]' },
      { predictedValue: '[]', recommendation: '[]', exclusiveRecommendation: '[]', ruleAssociation: '[]' },
    ])
  })

  it('ranks them by what it is told', async () => {
    const first = (name: string, rest: string): string => output(name, `algorithm="recommendation" rank="1" ${rest}`)
    const outputs =
      first('confident', 'ruleFeature="rule"') +
      first('lifted', 'ruleFeature="consequent" rankBasis="lift"') +
      first('rare', 'ruleFeature="support" rankBasis="support" rankOrder="ascending"') +
      output('third', 'algorithm="recommendation" rank="3" ruleFeature="ruleId"')
    expect(await scored(outputs, [{ item: ['a', 'b'] }])).toEqual([
      { predictedValue: '["one","two"]', confident: '{a}->{b}', lifted: '["c"]', rare: 0.25, third: null },
    ])
  })

  it('takes a single item for a list of one, and rejects what is no list of texts', async () => {
    const [single, missing, nested] = await scored('', [{ item: 'a' }, {}, { item: [{ a: 1 }] }])
    expect(single).toEqual({ predictedValue: '["one"]' })
    expect(missing).toMatchObject({ code: 'record.feature.missing' })
    expect(nested).toBeInstanceOf(SluiceError)
    expect(nested).toMatchObject({ code: 'record.feature.invalid' })
  })
})
