// oxlint-disable unicorn/no-thenable -- `then` is a word of PFA
import { afterAll, expect, test } from 'vitest'
import { scoreRows } from '../../../../test/contracts/answers.ts'
import { descriptorOf } from '../../../../test/contracts/runtime.ts'
import type { Format, Model } from '../../../core/model.ts'
import { createRuntimes } from '../../index.ts'
import { regression, zipMapClassifier } from '../../onnx/fixtures/model-fixtures.ts'

const runtimes = createRuntimes({ definitions: [], loadTimeoutMs: 20_000 })
afterAll(async () => Promise.all(runtimes.map(async (runtime) => runtime[Symbol.asyncDispose]?.())))

interface Around {
  readonly before?: unknown
  readonly after?: unknown
}

async function load(format: Format, bytes: Uint8Array, { before, after }: Around): Promise<Model> {
  const metadata = {
    ...(before !== undefined && { 'sluice.before': JSON.stringify(before) }),
    ...(after !== undefined && { 'sluice.after': JSON.stringify(after) }),
  }
  return runtimes.find((runtime) => runtime.format === format)!.load(descriptorOf(format, bytes, { metadata }), bytes)
}

const record = (name: string, fields: Readonly<Record<string, unknown>>): unknown => ({
  type: 'record',
  name,
  fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
})

/** 'x' in hundreds, and 1 or 2 by its kind; a negative one is refused. */
const BEFORE = {
  input: record('In', { x: 'double', kind: 'string' }),
  output: record('Out', { a: 'double', b: 'double' }),
  action: [
    { if: { '<': ['input.x', 0] }, then: { error: 'negative', code: -7 } },
    {
      type: 'Out',
      new: { a: { '/': ['input.x', 100] }, b: { if: { '==': ['input.kind', ['odd']] }, then: 1.0, else: 2.0 } },
    },
  ],
}

const rows = [{ x: 300, kind: 'odd' }, { x: -1, kind: 'odd' }, { x: 100, kind: 'even' }, { kind: 'even' }]

const node = (field: string, split: number, [low, high]: readonly [number, number]): string =>
  `<TreeModel functionName="regression"><MiningSchema><MiningField name="a"/><MiningField name="b"/></MiningSchema><Node id="0"><True/>
<Node id="1" score="${low}"><SimplePredicate field="${field}" operator="lessThan" value="${split}"/></Node>
<Node id="2" score="${high}"><SimplePredicate field="${field}" operator="greaterOrEqual" value="${split}"/></Node></Node></TreeModel>`

/** The mean of two trees: 10 or 20 by a, 1 or 2 by b. */
const FOREST = `<PMML version="4.4" xmlns="http://www.dmg.org/PMML-4_4"><Header/>
<DataDictionary><DataField name="a" optype="continuous" dataType="double"/><DataField name="b" optype="continuous" dataType="double"/>
<DataField name="y" optype="continuous" dataType="double"/></DataDictionary>
<MiningModel functionName="regression"><MiningSchema><MiningField name="a"/><MiningField name="b"/><MiningField name="y" usageType="target"/></MiningSchema>
<Segmentation multipleModelMethod="average"><Segment id="1"><True/>${node('a', 2, [10, 20])}</Segment>
<Segment id="2"><True/>${node('b', 1.5, [1, 2])}</Segment></Segmentation></MiningModel></PMML>`

test('a document makes the inputs of an ONNX model, and another its answer; records that are refused never reach it', async () => {
  const before = { ...BEFORE, output: record('Out', { X: { type: 'array', items: 'double' } }) }
  const [check] = BEFORE.action
  const pair = [{ '/': ['input.x', 100] }, { if: { '==': ['input.kind', ['odd']] }, then: 1.0, else: 2.0 }]
  const action = [check, { type: 'Out', new: { X: { type: { type: 'array', items: 'double' }, new: pair } } }]
  const after = {
    input: 'double',
    output: record('Answer', { points: 'double', size: 'string' }),
    action: {
      type: 'Answer',
      new: { points: { '*': ['input', 10] }, size: { if: { '>': ['input', 3] }, then: { string: 'large' }, else: { string: 'small' } } },
    },
  }
  using model = await load('onnx', regression, { before: { ...before, action }, after })
  // 2 a - b + 0.5, ten times.
  expect(await scoreRows(model, rows)).toMatchObject([
    { points: 55, size: 'large' },
    { code: 'record.score.failed', details: { pfaCode: -7 } },
    { points: 5, size: 'small' },
    { code: 'record.feature.missing' },
  ])
})

test('a document feeds a forest by the names of its inputs', async () => {
  using model = await load('pmml', new TextEncoder().encode(FOREST), { before: BEFORE })
  expect(model.inputs.map(({ name }) => name)).toEqual(['x', 'kind'])
  const answers = await scoreRows(model, rows)
  expect(Object.values(answers[0]!)[0]).toBe((20 + 1) / 2)
  expect(Object.values(answers[2]!)[0]).toBe((10 + 2) / 2)
  expect([answers[1], answers[3]]).toMatchObject([{ code: 'record.score.failed' }, { code: 'record.feature.missing' }])
})

test('a document after a classifier gets its label as a text', async () => {
  const after = { input: 'string', output: 'string', action: { 's.concat': [['it is '], 'input'] } }
  using model = await load('onnx', zipMapClassifier(['no', 'yes']), { after })
  expect(await scoreRows(model, [{ x: 2 }, { x: -2 }, {}])).toMatchObject([
    { score: 'it is yes' },
    { score: 'it is no' },
    { code: 'record.feature.missing' },
  ])
})

test('without documents a model is as it was', async () => {
  using model = await load('onnx', regression, {})
  expect(await scoreRows(model, [{ a: 1, b: 1 }])).toMatchObject([{ score: 1.5 }])
})

const STATEFUL = {
  input: 'double',
  output: 'double',
  cells: { n: { type: 'double', init: 0 } },
  action: { cell: 'n', to: { params: [{ old: 'double' }], ret: 'double', do: { '+': ['old', 'input'] } } },
}

test.each([
  [
    'that lacks an input',
    { before: { ...BEFORE, output: record('Out', { a: 'double' }), action: { type: 'Out', new: { a: 1.0 } } } },
    'model.inputs.mismatch',
  ],
  [
    'that wants another output',
    { after: { input: record('I', { z: 'double' }), output: 'double', action: 'input.z' } },
    'model.inputs.mismatch',
  ],
  ['that remembers', { after: STATEFUL }, 'model.unsupported'],
  ['that is wrong', { before: { input: 'double' } }, 'model.malformed'],
] as const)('a document %s is refused when the model is loaded', async (_, around, code) => {
  await expect(load('pmml', new TextEncoder().encode(FOREST), around)).rejects.toMatchObject({ code })
})
