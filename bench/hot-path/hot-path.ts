import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cpus } from 'node:os'
import { fromBinary } from '@bufbuild/protobuf'
import { valueOf } from '../../src/core/batch.ts'
import { createProtobufCodec } from '../../src/codecs/index.ts'
import { systemClock } from '../../src/core/clock.ts'
import { crc32c } from '../../src/core/crc32c.ts'
import { Dictionary } from '../../src/core/dictionary.ts'
import { LoadedModel } from '../../src/core/loaded-model.ts'
import { type ModelDescriptor } from '../../src/core/model.ts'
import { Lane } from '../../src/core/operator/lane.ts'
import { ServingOperator } from '../../src/core/operator/operator.ts'
import { Work } from '../../src/core/operator/work.ts'
import { RECORD_BATCH, readRecordBatches, sealRecordBatch } from '../../src/core/record-batch.ts'
import { createForest } from '../../src/models/forest/create-forest.ts'
import { readLightGbmText } from '../../src/models/forest/fixtures/lightgbm-text.ts'
import { createPmmlRuntime } from '../../src/models/pmml/runtime.ts'
import { createPrimaryPolicy } from '../../src/policies/primary/primary.ts'
import { loadMessageType } from '../../src/codecs/protobuf/message-type.ts'
import { createFloor } from './floor.ts'
import { FOREST_INPUTS, inputBatches, sharedBytes, sharedInputs } from '../shared-forest.ts'

const GOAL_NS = 1500

/** Prints what a record costs on its way from protobuf bytes to output bytes, in CPU ns on one core, beside the floor. */
export async function runHotPath(quick: boolean): Promise<void> {
  const { inputs, expected } = sharedInputs()
  const batches = inputBatches(inputs)
  const descriptorSet = readFileSync(join(import.meta.dirname, '../../examples/wine.binpb'))
  const runtime = createPmmlRuntime()
  const product = await createProduct(descriptorSet, runtime)
  verify(product, batches, { descriptorSet, expected })

  const floor = createFloor(createForest(readLightGbmText(new TextDecoder().decode(sharedBytes('forest.lightgbm.txt')))))
  const scores = new Float64Array(expected.length)
  const cases = [
    { name: 'floor (one fused loop, tiny output)', run: () => batches.reduce((at, batch) => (floor(batch, scores, at), at + 1000), 0) },
    { name: 'Sluice', run: () => batches.forEach((batch) => product(batch, false)) },
    { name: 'Sluice, with the checksums of both sides', run: () => batches.forEach((batch) => product(batch, true)) },
  ]
  const costs = measure(cases, { records: expected.length, repeats: quick ? 9 : 31 })
  if (scores.some((score, i) => Math.abs(score - expected[i]!) > 1e-9)) throw new Error('the floor gave a wrong score')

  console.log(`${cpus()[0]!.model}, Node ${process.version}; ${expected.length} records, 105 bytes of protobuf each, 100 trees of depth 6`)
  for (const [i, { name }] of cases.entries()) console.log(`${name.padEnd(44)} ${Math.round(costs[i]!).toString().padStart(6)} ns a record`)
  console.log(
    `goal: ${GOAL_NS} ns at most, where a fused prototype with a plain forest kernel took 1110; ${costs[2]! <= GOAL_NS ? 'reached' : 'MISSED'} with checksums`,
  )
}

type Product = (recordBatch: Uint8Array, checksums: boolean, inspect?: (outputs: readonly Uint8Array[]) => void) => void

async function createProduct(descriptorSet: Uint8Array, runtime: ReturnType<typeof createPmmlRuntime>): Promise<Product> {
  const codec = createProtobufCodec({ descriptorSet, message: 'sluice.examples.WineRecord' })
  const dictionary = new Dictionary()
  const operator = new ServingOperator({
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
  const descriptor: ModelDescriptor = {
    name: 'forest',
    version: '1',
    description: '',
    dataType: 'wine',
    format: 'pmml',
    sha256: '',
    metadata: {},
    inputs: FOREST_INPUTS,
  }
  const model = await runtime.load(descriptor, sharedBytes('forest.pmml'))
  operator.serve('wine', operator.fit(new LoadedModel(descriptor, model)))
  const lane = new Lane('mdata', 0)
  return (recordBatch, checksums, inspect) => {
    if (
      checksums &&
      crc32c(recordBatch, RECORD_BATCH.attributes) !== new DataView(recordBatch.buffer, recordBatch.byteOffset).getUint32(RECORD_BATCH.crc)
    ) {
      throw new Error('wrong checksum')
    }
    const work = operator.begin(readRecordBatches(recordBatch, { topic: 'mdata', partition: 0, from: 0n }), lane)
    if (!(work instanceof Work)) throw new Error('held')
    const { outputs } = work.finish()
    if (checksums) outputs.forEach(sealRecordBatch)
    inspect?.(outputs)
    work.release()
  }
}

/** Every output must be its input, the recorded score, and the model's name. */
function verify(
  product: Product,
  batches: readonly Uint8Array[],
  { descriptorSet, expected }: { descriptorSet: Uint8Array; expected: Float64Array },
): void {
  const { message } = loadMessageType(descriptorSet, 'sluice.examples.ScoredWineRecord')
  let i = 0
  const inspect = (output: Uint8Array): void => {
    const answers = readRecordBatches(output, { topic: 'scores', partition: 0, from: 0n })
    for (let r = 0; r < answers.count; r++, i++) {
      const scored = fromBinary(message, valueOf(answers, r)!) as unknown as { answer: { score: number; model: string } }
      if (Math.abs(scored.answer.score - expected[i]!) > 1e-9 || scored.answer.model !== 'forest@1')
        throw new Error(`record ${i} was answered wrong`)
    }
  }
  for (const batch of batches) product(batch, true, (outputs) => outputs.forEach(inspect))
  if (i !== expected.length) throw new Error(`${i} answers to ${expected.length} records`)
}

/** Median CPU ns per record of each case, the cases interleaved. */
function measure(cases: readonly { run(): unknown }[], { records, repeats }: { records: number; repeats: number }): number[] {
  const costs = cases.map((): number[] => [])
  for (let repeat = -5; repeat < repeats; repeat++) {
    for (const [i, one] of cases.entries()) {
      const before = process.cpuUsage()
      one.run()
      one.run()
      const { user, system } = process.cpuUsage(before)
      if (repeat >= 0) costs[i]!.push(((user + system) * 1000) / (2 * records))
    }
  }
  return costs.map((cost) => cost.toSorted((a, b) => a - b)[cost.length >> 1]!)
}
