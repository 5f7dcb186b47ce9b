import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RecordBatchWriter } from '../src/core/record-batch-writer.ts'
import { sealRecordBatch } from '../src/core/record-batch.ts'
import { WINE_FIELDS } from '../test/fixtures/wine-quality.ts'

const folder = join(process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../shared'), 'bench')

export const FEATURES = 11
/** The field of a wine record that feeds each input of the forest. */
export const FOREST_INPUTS: Readonly<Record<string, string>> = Object.fromEntries(WINE_FIELDS.map((field, i) => [`x${i}`, field]))
export const RECORDS_PER_BATCH = 1000

/** Where a file of the shared benchmark folder is. */
export function sharedPath(name: string): string {
  return join(folder, name)
}

export function sharedBytes(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(sharedPath(name)))
}

/** The inputs of the shared forest, records x FEATURES, and the score of each record. */
export function sharedInputs(): { inputs: Float64Array; expected: Float64Array } {
  return {
    inputs: Float64Array.from(new Float32Array(sharedBytes('forest-inputs.f32').buffer)),
    expected: new Float64Array(sharedBytes('forest-expected.f64').buffer),
  }
}

/** The inputs as wine records in protobuf (105 bytes each, with a key of 8), in record batches of 1,000 with their checksums. */
export function inputBatches(inputs: Float64Array): Uint8Array[] {
  const batches: Uint8Array[] = []
  const records = inputs.length / FEATURES
  const value = new Uint8Array(FEATURES * 9 + 6)
  const view = new DataView(value.buffer)
  value.set([98, 4, 119, 105, 110, 101], FEATURES * 9) // field 12: "wine"
  for (let first = 0; first < records; first += RECORDS_PER_BATCH) {
    const writer = new RecordBatchWriter()
    for (let record = first; record < Math.min(records, first + RECORDS_PER_BATCH); record++) {
      for (let feature = 0; feature < FEATURES; feature++) {
        value[feature * 9] = ((feature + 1) << 3) | 1
        view.setFloat64(feature * 9 + 1, inputs[record * FEATURES + feature]!, true)
      }
      writer.append({ timestamp: 1_700_000_000_000 + record, key: Buffer.from(`k${String(record).padStart(7, '0')}`), value })
    }
    batches.push(sealRecordBatch(writer.finish().slice()))
  }
  return batches
}
