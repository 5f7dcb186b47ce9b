import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedBytes } from '../shared-forest.ts'
import { imageDescriptorSet } from './image-records.ts'
import { type SluiceSystem, sluice } from './systems/sluice.ts'

/** Sluice with Crayfish's image network. The records' field has the name of the model's input. */
export function sluiceImage(form: 'json' | 'binary'): SluiceSystem {
  const models = [{ name: 'image', version: '1', dataType: 'image', format: 'onnx', bytes: sharedBytes('crayfish-ffnn.onnx') }]
  const dataType = { constant: 'image' }
  // Like the peers it answers with the scores, and does not write the images again.
  const system = sluice({ stream: { dataType, format: 'json', answer: { field: 'answer', record: false } }, models })
  const json: SluiceSystem = { ...system, answers: 'sluice-alone' }
  if (form === 'json') return json
  return {
    ...json,
    async start(place) {
      const descriptorSet = join(place.directory, 'image.binpb')
      writeFileSync(descriptorSet, imageDescriptorSet())
      const format = { protobuf: { descriptorSet, message: 'bench.Image' } }
      return sluice({ stream: { dataType, format, answer: { number: 1000, record: false } }, models }).start(place)
    },
  }
}
