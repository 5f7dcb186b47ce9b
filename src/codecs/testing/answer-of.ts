import { valueOf } from '../../core/batch.ts'
import type { Codec } from '../../core/codec.ts'
import type { Model, ModelDescriptor } from '../../core/model.ts'
import { readRecordBatches } from '../../core/record-batch.ts'
import { RecordBatchWriter } from '../../core/record-batch-writer.ts'
import { type OutputField, Scores } from '../../core/scores.ts'
import { batchOf } from '../../core/testing/batch-of.ts'

export const DESCRIPTOR: ModelDescriptor = {
  name: 'wi"ne',
  version: '1.2',
  description: '',
  dataType: 'wine',
  format: 'pmml',
  sha256: '',
  inputs: {},
  metadata: {},
}

/** For tests: the values that a codec writes for these records, when a model's outputs are these values, one row per record. */
export function answersOf(
  codec: Codec,
  outputs: readonly OutputField[],
  answers: readonly { readonly record: Uint8Array | string; readonly values: readonly number[] }[],
): Uint8Array[] {
  const model: Model = { inputs: [], outputs, score() {}, [Symbol.dispose]() {} }
  const writer = codec.answerWriter(DESCRIPTOR, model)
  const batch = batchOf(answers.map(({ record }) => record))
  const scores = new Scores()
  scores.reset(outputs, answers.length)
  scores.values.set(answers.flatMap(({ values }) => values))
  // Small, so that it has to grow in the middle of what is written.
  const out = new RecordBatchWriter(64)
  for (let i = 0; i < batch.count; i++) {
    out.startRecord(0)
    out.key(new Uint8Array(0), 0, -1)
    out.startValue()
    writer.write(batch, i, scores, i, out)
    out.endValue()
    out.startHeaders(0)
    out.endRecord()
  }
  const written = readRecordBatches(out.finish().slice(), { topic: 'scores', partition: 0, from: 0n })
  return Array.from({ length: written.count }, (_, i) => valueOf(written, i)!)
}
