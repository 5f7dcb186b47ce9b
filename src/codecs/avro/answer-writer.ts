import { type Batch, INDEX } from '../../core/batch.ts'
import type { AnswerWriter } from '../../core/codec.ts'
import { type Model, type ModelDescriptor, modelId } from '../../core/model.ts'
import type { RecordBatchWriter } from '../../core/record-batch-writer.ts'
import type { OutputField, Scores } from '../../core/scores.ts'
import { writeVarint } from '../../core/varint.ts'
import type { Framing } from '../framing.ts'
import type { RecordType } from './avro-type.ts'

const encoder = new TextEncoder()
/** The places of the branches of a union with null, as they are written. */
const BRANCH = { null: 0, value: 2 } as const

/** Writes the record's bytes followed by those of one more field, a `sluice.Answer` (see `answerSchema`). */
export function createAnswerWriter(framing: Framing<RecordType>, descriptor: ModelDescriptor, model: Model): AnswerWriter {
  const id = textBytes(modelId(descriptor))
  const score = model.outputs[0]!
  const others = model.outputs.map((output, column) => ({ output, column, key: textBytes(output.name) })).slice(1)
  const numbers = others.filter(({ output }) => output.type === 'number')
  const labels = others.filter(({ output }) => output.type === 'label')

  return {
    write(batch: Batch, record: number, scores: Scores, row: number, out: RecordBatchWriter): void {
      const { batch: payloads } = framing.open(batch)
      const cell = record * INDEX.stride
      framing.startAnswer(batch, record, out)
      out.copy(payloads.bytes, payloads.index[cell + INDEX.valueAt]!, payloads.index[cell + INDEX.valueLength]!)
      const base = row * model.outputs.length
      if (score.type === 'number') {
        putByte(out, BRANCH.value)
        putDouble(out, scores.values[base]!)
        putByte(out, BRANCH.null)
      } else {
        putByte(out, BRANCH.null)
        putByte(out, BRANCH.value)
        putText(out, score.dictionary!.encoded(scores.values[base]!))
      }
      out.copy(id, 0, id.length)
      putMap(out, numbers, scores, base)
      putMap(out, labels, scores, base)
    },
  }
}

interface Entry {
  readonly output: OutputField
  readonly column: number
  /** The encoded key. */
  readonly key: Uint8Array
}

/** A map in one block; outputs without a value are left out. */
function putMap(out: RecordBatchWriter, entries: readonly Entry[], scores: Scores, base: number): void {
  let count = 0
  for (const { output, column } of entries) if (!isAbsent(output, scores.values[base + column]!)) count++
  if (count > 0) {
    putVarint(out, count)
    for (const { output, column, key } of entries) {
      const value = scores.values[base + column]!
      if (isAbsent(output, value)) continue
      out.copy(key, 0, key.length)
      if (output.type === 'number') putDouble(out, value)
      else putText(out, output.dictionary!.encoded(value))
    }
  }
  putByte(out, 0)
}

function isAbsent(output: OutputField, value: number): boolean {
  return Number.isNaN(value) || (output.type === 'label' && value < 0)
}

function putByte(out: RecordBatchWriter, byte: number): void {
  out.reserve(1)
  out.bytes[out.at++] = byte
}

function putDouble(out: RecordBatchWriter, value: number): void {
  out.reserve(8)
  out.view.setFloat64(out.at, value, true)
  out.at += 8
}

function putText(out: RecordBatchWriter, text: Uint8Array): void {
  putVarint(out, text.length)
  out.copy(text, 0, text.length)
}

function putVarint(out: RecordBatchWriter, value: number): void {
  out.reserve(5)
  out.at = writeVarint(out.bytes, out.at, value)
}

function textBytes(text: string): Uint8Array {
  const bytes = encoder.encode(text)
  const out = new Uint8Array(bytes.length + 5)
  const at = writeVarint(out, 0, bytes.length)
  out.set(bytes, at)
  return out.slice(0, at + bytes.length)
}
