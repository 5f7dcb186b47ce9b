import { join } from 'node:path'
import { FOREST_INPUTS, sharedBytes } from '../shared-forest.ts'
import { wineRecords } from './record-kinds.ts'
import { type PublishedModel, ROOT, sluice, type SluiceOptions, type SluiceSystem } from './systems/sluice.ts'

/** The stream of wine records in protobuf. */
export const WINE_STREAM = {
  dataType: { field: 'dataType' },
  format: { protobuf: { descriptorSet: join(ROOT, 'examples/wine.binpb'), message: 'sluice.examples.WineRecord' } },
} as const

/** The shared forest as the file of this format. */
export function forestModel(format: 'pmml' | 'onnx' | 'lightgbm', name = 'forest'): PublishedModel {
  const file = format === 'lightgbm' ? 'forest.lightgbm.txt' : `forest.${format}`
  const inputs = format === 'pmml' ? FOREST_INPUTS : undefined
  return { name, version: '1', dataType: 'wine', format, bytes: sharedBytes(file), ...(inputs && { inputs }) }
}

/** Sluice with the shared forest. */
export function sluiceForest(
  format: 'pmml' | 'onnx' | 'lightgbm',
  name = `Sluice, ${format}`,
  config: SluiceOptions['config'] = {},
): SluiceSystem {
  return sluice({ name, stream: WINE_STREAM, models: [forestModel(format)], config })
}

const ALCOHOL = 10

/** Records whose score is one of their fields. */
export const ALCOHOL_RECORDS = wineRecords('alcohol', (features) => features[ALCOHOL]!)

/** Sluice with a model in code that gives a field of the record. */
export const SLUICE_PASS_THROUGH: SluiceSystem = sluice({
  name: 'Sluice',
  stream: WINE_STREAM,
  models: [],
  definitions: join(ROOT, 'bench/kafka/pass-through-model.ts'),
})
