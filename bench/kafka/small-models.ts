import { FEATURES, sharedInputs } from '../shared-forest.ts'
import { encodeWine, type RecordKind, writeRecordSet } from './record-kinds.ts'
import type { PublishedModel } from './systems/sluice.ts'

const ALCOHOL = 10
const RECORDS = 10_000

const dataTypeOf = (model: number): string => `m${model}`

/** Model number `model`: a regression whose score is the record's alcohol plus that number, so that an answer of another model is seen. */
export function smallModel(model: number): PublishedModel {
  const document = `<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
<DataField name="alcohol" optype="continuous" dataType="double"/><DataField name="y" optype="continuous" dataType="double"/></DataDictionary>
<RegressionModel functionName="regression"><MiningSchema><MiningField name="alcohol"/><MiningField name="y" usageType="target"/></MiningSchema>
<RegressionTable intercept="${model}"><NumericPredictor name="alcohol" coefficient="1"/></RegressionTable></RegressionModel></PMML>`
  return {
    name: `small-${model}`,
    version: '1',
    dataType: dataTypeOf(model),
    format: 'pmml',
    bytes: new Uint8Array(Buffer.from(document)),
  }
}

/** Wine records that go to so many models, one after the other. */
export function smallModelRecords(models: number): RecordKind {
  return {
    name: `small-models-${models}`,
    reader: 'wine',
    write(file) {
      const { inputs } = sharedInputs()
      writeRecordSet(file, {
        count: RECORDS,
        width: 1,
        value: (record) => encodeWine(inputs.subarray(record * FEATURES, (record + 1) * FEATURES), dataTypeOf(record % models)),
        expected: (record) => [inputs[record * FEATURES + ALCOHOL]! + (record % models)],
      })
    },
  }
}
