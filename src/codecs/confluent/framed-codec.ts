import type { Batch } from '../../core/batch.ts'
import type { AnswerWriter, BoundField, Codec, DataTypeReader, RowReader } from '../../core/codec.ts'
import type { Dictionary } from '../../core/dictionary.ts'
import type { FrameBuffer } from '../../core/frame.ts'
import type { Outcomes } from '../../core/outcomes.ts'
import type { RecordBatchWriter } from '../../core/record-batch-writer.ts'
import type { Scores } from '../../core/scores.ts'
import type { Framing } from '../framing.ts'

/**
 * A codec whose values have what says their schema before them, or in a header. For codecs that read all records alike, whatever schema
 * they were written with; what it takes is only that the registry has it.
 */
export function framedCodec(inner: Codec, framing: Framing<unknown>): Codec {
  return {
    ...inner,
    name: `${inner.name}+confluent`,
    prepare: (batch, answering) => framing.prepare(batch, answering),
    reader: (fields: readonly BoundField[]): RowReader => {
      const rows = inner.reader(fields)
      let kept = new Int32Array(0)
      return {
        read(batch: Batch, records: Int32Array, count: number, frame: FrameBuffer, outcomes: Outcomes): void {
          const payloads = framing.open(batch)
          if (kept.length < count) kept = new Int32Array(count * 2)
          let size = 0
          for (let i = 0; i < count; i++) {
            const record = records[i]!
            if (payloads.schemas[record]! < 0) outcomes.reject(record, framing.problem(batch, record))
            else kept[size++] = record
          }
          rows.read(payloads.batch, kept, size, frame, outcomes)
        },
      }
    },
    dataTypeReader: (path: string, dataTypes: Dictionary): DataTypeReader => {
      const reader = inner.dataTypeReader(path, dataTypes)
      return {
        read(batch: Batch, types: Int32Array, outcomes: Outcomes): void {
          const payloads = framing.open(batch)
          for (let i = 0; i < batch.count; i++) {
            if (payloads.schemas[i]! < 0 && outcomes.rejected[i] === 0) outcomes.reject(i, framing.problem(batch, i))
          }
          reader.read(payloads.batch, types, outcomes)
        },
      }
    },
    answerWriter: (descriptor, model): AnswerWriter => {
      const writer = inner.answerWriter(descriptor, model)
      return {
        write(batch: Batch, record: number, scores: Scores, row: number, out: RecordBatchWriter): void {
          framing.startAnswer(batch, record, out)
          writer.write(framing.open(batch).batch, record, scores, row, out)
        },
      }
    },
    decode: (value) => inner.decode(framing.unframe(value).payload),
    encode: (record) => framing.frame(inner.encode(record)),
  }
}
