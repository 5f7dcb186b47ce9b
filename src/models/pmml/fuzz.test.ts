import fc from 'fast-check'
import { expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { CASE_ROWS, documentOf, schema } from '../../../test/fixtures/pmml-cases/document.ts'
import { PMML_CASES } from '../../../test/fixtures/pmml-cases/index.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Model } from '../../core/model.ts'
import { assembleModel } from './assemble-model.ts'
import { lowerBytes } from './lower-bytes.ts'

/** What documents get put in place of an attribute's value or an element's text. */
const STRANGE = [
  '',
  '-1',
  '1e309',
  'NaN',
  '-0',
  '999999999999',
  'x',
  'y',
  's',
  'true',
  '(a+)+$',
  '%s%n',
  '\u{1F600}',
  'constructor',
  '__proto__',
  '[a-z&&[^q[r]]]',
  'Infinity',
  'q',
  'c',
]

/** What no row of the cases can be a record of: baskets, and what depends on records before. */
const OTHER_DOCUMENTS = [
  documentOf(
    `<AssociationModel functionName="associationRules" numberOfTransactions="1" numberOfItems="2" minimumSupport="0" minimumConfidence="0" numberOfItemsets="2" numberOfRules="1"><MiningSchema><MiningField name="s"/></MiningSchema>` +
      '<Output><OutputField name="f" feature="ruleValue" ruleFeature="rule" rank="1" algorithm="recommendation"/></Output><Item id="1" value="q"/><Item id="2" value="r"/>' +
      '<Itemset id="1"><ItemRef itemRef="1"/></Itemset><Itemset id="2"><ItemRef itemRef="2"/></Itemset><AssociationRule antecedent="1" consequent="2" support="0.5" confidence="0.5" lift="1"/></AssociationModel>',
  ),
  documentOf(
    `<RegressionModel functionName="regression">${schema('y')}<LocalTransformations><DerivedField name="l" optype="continuous" dataType="double">` +
      '<Lag field="x" n="3" aggregate="avg"><BlockIndicator field="s"/></Lag></DerivedField></LocalTransformations><RegressionTable intercept="1"><NumericPredictor name="l" coefficient="1"/></RegressionTable></RegressionModel>',
  ),
  documentOf(
    `<TransformationDictionary><DefineFunction name="f" optype="continuous" dataType="double"><ParameterField name="p" dataType="double"/><Apply function="-"><FieldRef field="p"/><Lag field="p"/></Apply></DefineFunction>` +
      `<DerivedField name="l" optype="continuous" dataType="double"><Apply function="f"><FieldRef field="x"/></Apply></DerivedField></TransformationDictionary>` +
      `<RegressionModel functionName="regression">${schema('y')}<RegressionTable intercept="1"><NumericPredictor name="l" coefficient="1"/></RegressionTable></RegressionModel>`,
  ),
  documentOf(
    '<BaselineModel functionName="regression"><MiningSchema><MiningField name="x"/></MiningSchema><TestDistributions field="x" testStatistic="CUSUM" resetValue="-1">' +
      '<Baseline><GaussianDistribution mean="0" variance="1"/></Baseline><Alternate><PoissonDistribution mean="2"/></Alternate></TestDistributions></BaselineModel>',
  ),
  documentOf(
    '<ClusteringModel functionName="clustering" modelClass="centerBased" numberOfClusters="2"><MiningSchema><MiningField name="c"/><MiningField name="x"/></MiningSchema>' +
      '<ComparisonMeasure kind="distance"><cityBlock/></ComparisonMeasure><ClusteringField field="c" compareFunction="table"><Comparisons><Matrix kind="symmetric">' +
      '<Array type="real">0</Array><Array type="real">3 0</Array><Array type="real">9 2 0</Array></Matrix></Comparisons></ClusteringField><ClusteringField field="x"/>' +
      '<Cluster id="1"><Array type="string">a 0</Array></Cluster><Cluster id="2"><Array type="string">b 1</Array></Cluster></ClusteringModel>',
  ),
  documentOf(
    `<TreeModel functionName="regression" missingValueStrategy="defaultChild">${schema('y')}<Node id="1" defaultChild="3"><True/><Node id="2" score="2"><SimplePredicate field="x" operator="lessThan" value="2"/>` +
      '<Node id="4"><SimplePredicate field="i" operator="lessThan" value="6"/></Node><Regression functionName="regression"><RegressionTable intercept="7"><NumericPredictor name="x" coefficient="1"/></RegressionTable></Regression></Node>' +
      '<Node id="3" score="3"><CompoundPredicate booleanOperator="surrogate"><SimplePredicate field="x" operator="greaterOrEqual" value="2"/><SimplePredicate field="j" operator="lessThan" value="3"/></CompoundPredicate></Node></Node></TreeModel>',
  ),
]

type Mutation = (document: string, at: number, what: string) => string

/** A part of the document that a pattern matches, the one that the place falls on. */
function part(document: string, pattern: RegExp, at: number): RegExpExecArray | undefined {
  const all = [...document.matchAll(pattern)]
  return all.length === 0 ? undefined : all[at % all.length]
}

function splice(document: string, found: { readonly index: number; readonly 0: string } | undefined, by: string): string {
  return found === undefined ? document : document.slice(0, found.index) + by + document.slice(found.index + found[0].length)
}

const ELEMENT = /<(\w+)[^<>]*?(?:\/>|>[^<>]*<\/\1>)/g

const MUTATIONS: readonly Mutation[] = [
  (document, at, what) => splice(document, part(document, /(?<==")[^"]*(?=")/g, at), what),
  (document, at) => splice(document, part(document, /\s\w+="[^"]*"/g, at), ''),
  (document, at) => splice(document, part(document, ELEMENT, at), ''),
  (document, at) => {
    const found = part(document, ELEMENT, at)
    return splice(document, found, (found?.[0] ?? '').repeat(3))
  },
  (document, at) => splice(document, part(document, ELEMENT, at), part(document, ELEMENT, at * 31 + 7)?.[0] ?? ''),
  (document, at, what) => splice(document, part(document, /(?<=<\/?)\w+/g, at), /^\w+$/.test(what) ? what : 'Node'),
  (document, at, what) => splice(document, part(document, /(?<=>)[^<>]+(?=<)/g, at), what),
  (document, at) => document.slice(0, at % document.length) + document.slice((at % document.length) + 5),
]

const mutation = fc.record({ kind: fc.nat(MUTATIONS.length - 1), at: fc.nat(5000), what: fc.constantFrom(...STRANGE) })

it('loads a mutated document and scores with it, or refuses it with a code', async () => {
  let loaded = 0
  let refused = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.values(PMML_CASES), ...OTHER_DOCUMENTS, ...OTHER_DOCUMENTS),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      async (document, mutations) => {
        const mutated = mutations.reduce((text, { kind, at, what }) => MUTATIONS[kind]!(text, at, what), document)
        using model = loadOrRefuse(mutated)
        if (model === undefined) {
          refused++
          return
        }
        loaded++
        const scopes = (await scoreRows(model, CASE_ROWS)).flatMap((answer) => (answer instanceof SluiceError ? [answer.scope] : []))
        expect(scopes.filter((scope) => scope !== 'record')).toEqual([])
        const fork = model.state?.fork()
        if (fork === undefined) return
        await scoreRows(fork, CASE_ROWS)
        const snapshot = fork.snapshot()
        fork.restore(snapshot)
        expect(fork.snapshot()).toBe(snapshot)
      },
    ),
    { numRuns: 1500 },
  )
  // Neither all nor none: the mutations are neither harmless nor fatal only.
  expect(loaded).toBeGreaterThan(150)
  expect(refused).toBeGreaterThan(150)
})

it('refuses functions that expand without end', () => {
  const functions = Array.from(
    { length: 60 },
    (_, i) =>
      `<DefineFunction name="f${i}" optype="continuous"><ParameterField name="p"/><Apply function="+">${`<Apply function="f${i + 1}"><FieldRef field="p"/></Apply>`.repeat(2)}</Apply></DefineFunction>`,
  )
  const last = '<DefineFunction name="f60" optype="continuous"><ParameterField name="p"/><FieldRef field="p"/></DefineFunction>'
  const derived =
    '<DerivedField name="z" optype="continuous" dataType="double"><Apply function="f0"><FieldRef field="x"/></Apply></DerivedField>'
  const document = PMML_CASES['regression-none']!.replace(
    '<RegressionModel',
    `<TransformationDictionary>${functions.join('')}${last}${derived}</TransformationDictionary><RegressionModel`,
  )
  expect(refusal(document.replace('NumericPredictor name="x"', 'NumericPredictor name="z"'))).toMatch(/expressions/)
  expect(loadOrRefuse(document), 'functions that nothing calls cost nothing').toBeDefined()
})

function loadOrRefuse(document: string): Model | undefined {
  try {
    return assembleModel(lowerBytes(new TextEncoder().encode(document)))
  } catch (error) {
    if (!(error instanceof SluiceError && error.scope === 'model')) throw error
    return undefined
  }
}

function refusal(document: string): string | undefined {
  try {
    assembleModel(lowerBytes(new TextEncoder().encode(document)))
    return undefined
  } catch (error) {
    return error instanceof SluiceError ? error.message : undefined
  }
}
