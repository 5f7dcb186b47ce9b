import { type Batch, INDEX } from '../../core/batch.ts'
import type { AnswerWriter } from '../../core/codec.ts'
import { type Model, type ModelDescriptor, modelId } from '../../core/model.ts'
import { type Piece, pieceOf } from '../../core/piece.ts'
import type { RecordBatchWriter } from '../../core/record-batch-writer.ts'
import type { OutputField, Scores } from '../../core/scores.ts'

const encoder = new TextEncoder()

/** Field numbers of the message `sluice.Answer` (proto/sluice/answer.proto), with their wire types. */
const TAG = { score: (1 << 3) | 1, label: (2 << 3) | 2, model: (3 << 3) | 2, outputs: (4 << 3) | 2, labels: (5 << 3) | 2 } as const
const ENTRY = { key: (1 << 3) | 2, number: (2 << 3) | 1, text: (2 << 3) | 2 } as const

export interface ProtobufAnswerOptions {
  readonly answerNumber: number
  readonly withRecord: boolean
}

/**
 * Writes the record's bytes followed by one field of the given number: a `sluice.Answer`. What is appended to a message is
 * part of it, so a reader that knows the field sees the augmented record, and one that doesn't sees the record as it came.
 * Without the record, the value is a message that has that field only.
 */
export function createAnswerWriter(options: ProtobufAnswerOptions, descriptor: ModelDescriptor, model: Model): AnswerWriter {
  const { answerNumber, withRecord } = options
  const tag = pieceOf(varintBytes(((answerNumber << 3) | 2) >>> 0))
  const modelField = pieceOf(textField(TAG.model, modelId(descriptor)))
  const score = model.outputs[0]!
  const others = model.outputs.map((output, column) => ({ output, column, key: pieceOf(textField(ENTRY.key, output.name)) })).slice(1)
  const width = model.outputs.length

  return {
    write(batch: Batch, record: number, scores: Scores, row: number, out: RecordBatchWriter): void {
      const cell = record * INDEX.stride
      if (withRecord) out.copy(batch.bytes, batch.index[cell + INDEX.valueAt]!, batch.index[cell + INDEX.valueLength]!)
      const base = row * width
      let length = modelField.length + (score.type === 'number' ? 9 : labelLength(score, scores.values[base]!))
      for (const other of others) length += entryLength(other, scores.values[base + other.column]!)
      out.reserve(length + tag.length + 5)
      out.put(tag)
      putVarint(out, length)
      if (score.type === 'number') putDouble(out, TAG.score, scores.values[base]!)
      else putText(out, TAG.label, score.dictionary!.encoded(scores.values[base]!))
      out.put(modelField)
      for (const other of others) putEntry(out, other, scores.values[base + other.column]!)
    },
  }
}

interface Entry {
  readonly output: OutputField
  readonly column: number
  /** The encoded key field. */
  readonly key: Piece
}

function labelLength(output: OutputField, code: number): number {
  const { length } = output.dictionary!.encoded(code)
  return 1 + varintSize(length) + length
}

function isAbsent(output: OutputField, value: number): boolean {
  return Number.isNaN(value) || (output.type === 'label' && value < 0)
}

/** Bytes of a map entry with its tag and length; 0 for an output without a value, which is left out. */
function entryLength(entry: Entry, value: number): number {
  if (isAbsent(entry.output, value)) return 0
  const body = bodyLength(entry, value)
  return 1 + varintSize(body) + body
}

function bodyLength(entry: Entry, value: number): number {
  return entry.key.length + (entry.output.type === 'number' ? 9 : labelLength(entry.output, value))
}

function putEntry(out: RecordBatchWriter, entry: Entry, value: number): void {
  if (isAbsent(entry.output, value)) return
  const isNumber = entry.output.type === 'number'
  out.bytes[out.at++] = isNumber ? TAG.outputs : TAG.labels
  putVarint(out, bodyLength(entry, value))
  out.put(entry.key)
  if (isNumber) putDouble(out, ENTRY.number, value)
  else putText(out, ENTRY.text, entry.output.dictionary!.encoded(value))
}

function putDouble(out: RecordBatchWriter, tag: number, value: number): void {
  out.bytes[out.at] = tag
  out.view.setFloat64(out.at + 1, value, true)
  out.at += 9
}

function putText(out: RecordBatchWriter, tag: number, text: Uint8Array): void {
  out.bytes[out.at++] = tag
  putVarint(out, text.length)
  out.copy(text, 0, text.length)
}

function putVarint(out: RecordBatchWriter, value: number): void {
  while (value > 127) {
    out.bytes[out.at++] = (value & 127) | 128
    value >>>= 7
  }
  out.bytes[out.at++] = value
}

function varintSize(value: number): number {
  return value < 128 ? 1 : value < 16384 ? 2 : value < 2097152 ? 3 : value < 268435456 ? 4 : 5
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = []
  for (; value > 127; value >>>= 7) bytes.push((value & 127) | 128)
  return Uint8Array.from([...bytes, value])
}

function textField(tag: number, text: string): Uint8Array {
  const bytes = encoder.encode(text)
  return Uint8Array.from([tag, ...varintBytes(bytes.length), ...bytes])
}
