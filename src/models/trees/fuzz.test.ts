import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Model } from '../../core/model.ts'
import { createCatBoostRuntime } from '../catboost/catboost-runtime.ts'
import { DECISION, lightGbmFile } from '../lightgbm/fixtures/lightgbm-file.ts'
import { createLightGbmRuntime } from '../lightgbm/lightgbm-runtime.ts'
import { ensemble } from '../onnx/fixtures/ensemble-fixture.ts'
import { createTreeEnsembleModel } from '../onnx/trees/tree-ensemble-model.ts'
import { readTreeEnsemble } from '../onnx/trees/tree-ensemble.ts'
import { ubJson } from '../xgboost/fixtures/ubjson-writer.ts'
import { xgBoostDocument, xgBoostFile } from '../xgboost/fixtures/xgboost-file.ts'
import { createXgBoostRuntime } from '../xgboost/xgboost-runtime.ts'

const lightGbm = lightGbmFile({
  names: ['x', 'c'],
  objective: 'binary sigmoid:1',
  infos: ['[0:1]', '0:1:2'],
  pandas: [['a', 'b', 'c']],
  trees: [
    { feature: [0, 1], threshold: [0.5, 0], decision: [DECISION.nan, 1], left: [1, -1], right: [-2, -3], leaves: [1, 2, 3], sets: [[5]] },
    { leaves: [1] },
  ],
})
const split = { left: [1, -1, -1], right: [2, -1, -1], feature: [0, 0, 0], condition: [0.5, 1, 2] }
const xgBoost = {
  names: ['x', 'c'],
  objective: 'multi:softprob',
  classes: 2,
  info: [0, 1],
  trees: [split, { ...split, feature: [1, 0, 0], categories: { 0: [0, 2] } }],
}
const catBoost = new TextEncoder().encode(
  JSON.stringify({
    features_info: {
      float_features: [{ feature_index: 0, flat_feature_index: 0, feature_id: 'x', borders: [0.5], nan_value_treatment: 'AsFalse' }],
      categorical_features: [{ feature_index: 0, flat_feature_index: 1, feature_id: 'c', values: [7] }],
      ctrs: [
        {
          ctr_type: 'Borders',
          identifier: 'c',
          elements: [{ combination_element: 'cat_feature_value', cat_feature_index: 0 }],
          borders: [4],
          prior_numerator: 1,
          prior_denomerator: 1,
          shift: 0,
          scale: 15,
          target_border_idx: 0,
        },
      ],
    },
    ctr_data: { c: { hash_stride: 3, hash_map: ['123', 1, 2, '456', 3, 4] } },
    oblivious_trees: [
      {
        leaf_values: [1, 2, 3, 4, 5, 6, 7, 8],
        splits: [
          { split_type: 'FloatFeature', float_feature_index: 0, border: 0.5, split_index: 0 },
          { split_type: 'OneHotFeature', cat_feature_index: 0, value: 7, split_index: 1 },
          { split_type: 'OnlineCtr', split_index: 2, border: 4, ctr_target_border_idx: 0 },
        ],
      },
    ],
    scale_and_bias: [1, [0]],
    model_info: { params: { loss_function: { type: 'Logloss' } } },
  }),
)
const onnx = ensemble({
  seed: 5,
  trees: 3,
  depth: 2,
  modes: ['BRANCH_LEQ', 'BRANCH_GT'],
  labels: ['a', 'b', 'c'],
  sums: 3,
  single: false,
  positive: false,
  transform: 'SOFTMAX',
  base: true,
  tracks: true,
  zipMap: true,
  aggregate: 'SUM',
})

const [ofLightGbm, ofXgBoost, ofCatBoost] = [createLightGbmRuntime(), createXgBoostRuntime(), createCatBoostRuntime()]

type Load = (bytes: Uint8Array) => Promise<Model | undefined>

const FILES: readonly [string, Uint8Array, Load][] = [
  ['LightGBM text', lightGbm, async (bytes) => ofLightGbm.load(descriptorOf('lightgbm', bytes), bytes)],
  ['XGBoost JSON', xgBoostFile(xgBoost), async (bytes) => ofXgBoost.load(descriptorOf('xgboost', bytes), bytes)],
  ['XGBoost UBJSON', ubJson(xgBoostDocument(xgBoost)), async (bytes) => ofXgBoost.load(descriptorOf('xgboost', bytes), bytes)],
  ['CatBoost JSON', catBoost, async (bytes) => ofCatBoost.load(descriptorOf('catboost', bytes), bytes)],
  [
    'ONNX trees',
    onnx,
    async (bytes) => {
      const read = readTreeEnsemble(bytes, {})
      return read && createTreeEnsembleModel({ metadata: {} }, read)
    },
  ],
]

/** Bytes that are taken out, put in or changed, at a few places. */
const edits = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.integer({ min: 0, max: 3 }), put: fc.uint8Array({ maxLength: 3 }) }),
  { minLength: 1, maxLength: 4 },
)

function edited(bytes: Uint8Array, changes: readonly { at: number; cut: number; put: Uint8Array }[]): Uint8Array {
  let result = bytes
  for (const { at, cut, put } of changes) {
    const place = Math.floor(at * result.length)
    result = Uint8Array.from([...result.subarray(0, place), ...put, ...result.subarray(place + cut)])
  }
  return result
}

describe.each(FILES)('damaged %s', (_, bytes, load) => {
  test('as it is, is scored', async () => {
    const model = (await load(bytes))!
    const [answer] = await scoreRows(model, [model.inputs.map((field) => (field.type === 'number' ? 0.25 : 'a'))])
    expect(answer).not.toBeInstanceOf(SluiceError)
  })

  test('is loaded and scores, or is refused with a code', async () => {
    let refused = 0
    const property = fc.asyncProperty(edits, async (changes) => {
      let model: Model | undefined
      try {
        model = await load(edited(bytes, changes))
      } catch (error) {
        if (error instanceof SluiceError && error.scope === 'model' && error.code !== 'model.runtime.failed') return void refused++
        throw error
      }
      if (model === undefined) return
      const rows = [0.25, -1, 1e30].map((x) => model.inputs.map((field) => (field.type === 'number' ? x : 'b')))
      await scoreRows(model, rows)
    })
    await fc.assert(property, { numRuns: 300 })
    expect(refused).toBeLessThan(300)
  })
})
