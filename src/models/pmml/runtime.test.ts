import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf, type RuntimeCase, testRuntime } from '../../../test/contracts/runtime.ts'
import { sharedFolder } from '../../../test/fixtures/wine-quality.ts'
import { SluiceError } from '../../core/errors.ts'
import { CELL, FrameBuffer } from '../../core/frame.ts'
import { Scores } from '../../core/scores.ts'
import { createPmmlRuntime } from './runtime.ts'
import { forestDocument } from './fixtures/forest-document.ts'

const text = (document: string): Uint8Array => new TextEncoder().encode(document)

const LINEAR = `<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
  <DataField name="alcohol" optype="continuous" dataType="double"/>
  <DataField name="kind" optype="categorical" dataType="string"><Value value="red"/><Value value="white"/></DataField>
  <DataField name="quality" optype="continuous" dataType="double"/></DataDictionary>
  <RegressionModel functionName="regression"><MiningSchema><MiningField name="quality" usageType="target"/>
  <MiningField name="alcohol"/><MiningField name="kind"/></MiningSchema>
  <RegressionTable intercept="2"><NumericPredictor name="alcohol" coefficient="0.25"/>
  <CategoricalPredictor name="kind" value="white" coefficient="0.5"/></RegressionTable></RegressionModel></PMML>`

const TREE = `<PMML xmlns="http://www.dmg.org/PMML-4_3" version="4.3"><Header/><DataDictionary>
  <DataField name="age" optype="continuous" dataType="integer"/><DataField name="member" optype="categorical" dataType="boolean"/>
  <DataField name="risk" optype="categorical" dataType="string"><Value value="low"/><Value value="high"/></DataField></DataDictionary>
  <TreeModel functionName="classification" missingValueStrategy="defaultChild"><MiningSchema><MiningField name="risk" usageType="target"/>
  <MiningField name="age"/><MiningField name="member" missingValueReplacement="false"/></MiningSchema>
  <Node id="0" defaultChild="2"><True/>
  <Node id="1" score="high"><CompoundPredicate booleanOperator="and"><SimplePredicate field="age" operator="lessThan" value="25"/>
  <SimplePredicate field="member" operator="equal" value="false"/></CompoundPredicate>
  <ScoreDistribution value="high" recordCount="3"/><ScoreDistribution value="low" recordCount="1"/></Node>
  <Node id="2" score="low"><True/><ScoreDistribution value="low" recordCount="9"/><ScoreDistribution value="high" recordCount="1"/></Node>
  </Node></TreeModel></PMML>`

const linear: RuntimeCase = {
  title: 'a regression with a category',
  bytes: text(LINEAR),
  rows: [
    { alcohol: 10, kind: 'white' },
    { alcohol: 8, kind: 'red' },
    { alcohol: 8, kind: 'rosé' },
    { kind: 'red' },
    { alcohol: Infinity, kind: 'red' },
    { alcohol: 'strong', kind: 'red' },
    { alcohol: 8 },
  ],
  expected: [
    5,
    4,
    { rejectedWith: 'record.feature.unknown-category' },
    { rejectedWith: 'record.feature.missing' },
    { rejectedWith: 'record.feature.not-finite' },
    { rejectedWith: 'record.feature.invalid' },
    4,
  ],
}

const tree: RuntimeCase = {
  title: 'a tree with default children',
  bytes: text(TREE),
  rows: [{ age: 20, member: false }, { age: 20, member: true }, { age: 20 }, { member: false }, { age: 20.5, member: false }],
  expected: [
    { risk: 'high', 'probability(low)': 0.25, 'probability(high)': 0.75 },
    { risk: 'low', 'probability(low)': 0.9, 'probability(high)': 0.1 },
    'high',
    'low',
    { rejectedWith: 'record.feature.invalid' },
  ],
}

const wrong = (title: string, document: string): { title: string; bytes: Uint8Array } => ({ title, bytes: text(document) })

testRuntime({
  name: 'pmml',
  create: () => createPmmlRuntime(),
  cases: [linear, tree],
  malformed: [
    wrong('text that is not XML', 'quality = 2 + alcohol / 4'),
    wrong('another root element', '<html/>'),
    wrong('a document type declaration', `<!DOCTYPE PMML [<!ENTITY a "b">]>${LINEAR}`),
    wrong('an external entity', LINEAR.replace('<Header/>', '<Header>&file;</Header>')),
    wrong('a namespace of another format', LINEAR.replace('PMML-4_4', 'PMML-9_9')),
    wrong('an unknown version', LINEAR.replace('version="4.4"', 'version="5.0"')),
    wrong('a model element that is not supported', LINEAR.replaceAll('RegressionModel', 'TextModel')),
    wrong('a document without a model', LINEAR.replace(/<RegressionModel[\s\S]*<\/RegressionModel>/, '')),
    wrong('a predictor that no field is', LINEAR.replace('NumericPredictor name="alcohol"', 'NumericPredictor name="sugar"')),
    wrong('a coefficient that is not a number', LINEAR.replace('0.25', 'a quarter')),
    wrong('an unknown data type', LINEAR.replace('dataType="double"', 'dataType="decimal"')),
    wrong('elements nested too deep', LINEAR.replace('<Header/>', `<Header>${'<a>'.repeat(300)}${'</a>'.repeat(300)}</Header>`)),
  ],
  large: { bytes: text(forestDocument({ trees: 100, depth: 9 })), turnMs: 250 },
})

describe('a PMML model', () => {
  it('names the field, its value and what is allowed where a value is not', async () => {
    await using runtime = createPmmlRuntime()
    using model = await runtime.load(descriptorOf('pmml', linear.bytes), linear.bytes)
    const [answer] = await scoreRows(model, [{ alcohol: 8, kind: 'rosé' }])
    expect(answer).toMatchObject({ message: "the field 'kind' is 'rosé'; allowed are 'red', 'white'" })
  })

  it('declares inputs in the order of the schema, required unless a missing value is replaced', async () => {
    await using runtime = createPmmlRuntime()
    using model = await runtime.load(descriptorOf('pmml', tree.bytes), tree.bytes)
    expect(model.inputs).toEqual([
      { name: 'age', type: 'number', required: true },
      { name: 'member', type: 'number', required: false },
    ])
    expect(model.outputs.map((output) => output.name)).toEqual(['risk', 'probability(low)', 'probability(high)'])
    expect(model.outputs[0]!.dictionary!.texts).toEqual(['low', 'high'])
  })

  it('loads the same from a worker thread as here', async () => {
    await using here = createPmmlRuntime({ workerBytes: Infinity })
    await using there = createPmmlRuntime({ workerBytes: 0 })
    for (const one of [linear, tree]) {
      using mine = await here.load(descriptorOf('pmml', one.bytes), one.bytes)
      using its = await there.load(descriptorOf('pmml', one.bytes), one.bytes)
      const [expected, answers] = [await scoreRows(mine, one.rows), await scoreRows(its, one.rows)]
      expect(answers.map(String)).toEqual(expected.map(String))
    }
    await expect(there.load(descriptorOf('pmml', text('<html/>')), text('<html/>'))).rejects.toMatchObject({ code: 'model.malformed' })
  })

  it('fails a load that is under way when its runtime is disposed', async () => {
    const runtime = createPmmlRuntime({ workerBytes: 0 })
    const bytes = text(forestDocument({ trees: 300, depth: 9 }))
    const loading = runtime.load(descriptorOf('pmml', bytes), bytes).then(
      () => 'loaded',
      (error: unknown) => (error instanceof SluiceError ? error.code : error),
    )
    await runtime[Symbol.asyncDispose]()
    expect(await loading).toBe('model.runtime.failed')
  })

  it('loads deep trees', async () => {
    await using runtime = createPmmlRuntime()
    const depth = 3000
    const open = Array.from(
      { length: depth },
      (_, i) => `<Node score="${i}"><SimplePredicate field="x" operator="greaterThan" value="${i}"/>`,
    )
    const bytes = text(
      `<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><DataDictionary><DataField name="x" optype="continuous" dataType="double"/></DataDictionary>` +
        `<TreeModel functionName="regression" noTrueChildStrategy="returnLastPrediction"><MiningSchema><MiningField name="x"/></MiningSchema>` +
        `<Node score="-1"><True/>${open.join('')}${'</Node>'.repeat(depth)}</Node></TreeModel></PMML>`,
    )
    using model = await runtime.load(descriptorOf('pmml', bytes), bytes)
    expect(await scoreRows(model, [{ x: 0 }, { x: 1500.5 }, { x: 9999 }])).toEqual(
      [-1, 1500, 2999].map((predictedValue) => ({ predictedValue })),
    )
  })
})

const shared = sharedFolder()
if (shared === undefined) console.warn('not run: the shared forest is absent (SLUICE_SHARED); 10,000 rows')

it.skipIf(shared === undefined)('scores the shared forest as expected', async () => {
  const read = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(shared!, 'bench', name))).buffer
  await using runtime = createPmmlRuntime()
  const bytes = new Uint8Array(read('forest.pmml'))
  const inputs = new Float32Array(read('forest-inputs.f32'))
  const expected = new Float64Array(read('forest-expected.f64'))
  using model = await runtime.load(descriptorOf('pmml', bytes), bytes)
  const frame = new FrameBuffer()
  frame.reset(model.inputs, expected.length)
  frame.rows = expected.length
  frame.matrix.set(inputs)
  frame.cells.fill(CELL.present)
  const scores = new Scores()
  scores.reset(model.outputs, frame.rows)
  await model.score(frame, scores)
  expect(scores.rejections).toBe(0)
  const worst = expected.reduce((most, value, row) => Math.max(most, Math.abs(scores.values[row]! - value) / Math.abs(value)), 0)
  expect(worst).toBeLessThanOrEqual(1e-9)
})
