import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createProtobufCodec } from '../../src/codecs/index.ts'
import { systemClock } from '../../src/core/clock.ts'
import { Dictionary } from '../../src/core/dictionary.ts'
import type { ModelDescriptor } from '../../src/core/model.ts'
import { ServingOperator } from '../../src/core/operator/operator.ts'
import { createPrimaryPolicy } from '../../src/policies/primary/primary.ts'
import { FOREST_INPUTS } from '../shared-forest.ts'

const descriptorSet = readFileSync(join(import.meta.dirname, '../../examples/wine.binpb'))

/** One of several models of wines, with the shared forest's inputs. */
export function describe(name: string): ModelDescriptor {
  return { name, version: '1', description: '', dataType: 'wine', format: 'pmml', sha256: '', metadata: {}, inputs: FOREST_INPUTS }
}

/** An operator for wine records in protobuf. */
export function createOperator(): ServingOperator {
  const codec = createProtobufCodec({ descriptorSet, message: 'sluice.examples.WineRecord' })
  const dictionary = new Dictionary()
  return new ServingOperator({
    stream: 'wine',
    codec,
    policy: createPrimaryPolicy(),
    clock: systemClock,
    dataTypes: { reader: codec.dataTypeReader('dataType', dictionary), dictionary, path: 'dataType' },
    declaredDataTypes: undefined,
    beforeModel: { do: 'reject', maxMs: 0, maxRecords: 0 },
    inputs: {},
    maxRecordBytes: 1 << 20,
    deadLetterMaxBytes: Infinity,
    maxBatchBytes: 1 << 20,
  })
}
