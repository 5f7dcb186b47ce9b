import { type Batch, INDEX } from '../../core/batch.ts'
import type { AnswerWriter } from '../../core/codec.ts'
import { type Model, type ModelDescriptor, modelId } from '../../core/model.ts'
import { NumberText } from '../../core/number-text.ts'
import { type Piece, pieceOf } from '../../core/piece.ts'
import type { RecordBatchWriter } from '../../core/record-batch-writer.ts'
import type { OutputField, Scores } from '../../core/scores.ts'

const encoder = new TextEncoder()
const NULL = pieceOf(encoder.encode('null'))
const END_OF_ANSWER = pieceOf(encoder.encode('}}'))
const END_OF_OUTPUTS = pieceOf(encoder.encode('}}}'))

/** What `JsonOptions` say of answers. */
export interface JsonAnswerOptions {
  readonly answerField?: string
  readonly withRecord?: boolean
}

/**
 * Writes the record's object as it came with one member added at its end:
 * `"answer":{"score":…,"model":"name@version"}`, with `"outputs":{…}` where the model has more outputs than the score. A record that
 * has such a member already (an answer of another stream) then has two, of which readers as a rule take the last.
 * Only for records that the row reader took: it has found them to be objects. Without the record, the object has that member only.
 */
export function createAnswerWriter(options: JsonAnswerOptions, descriptor: ModelDescriptor, model: Model): AnswerWriter {
  const { answerField = 'answer', withRecord = true } = options
  const opening = pieceOf(encoder.encode(`${withRecord ? '' : '{'}${JSON.stringify(answerField)}:{"score":`))
  const [score, ...others] = model.outputs
  const afterScore = pieceOf(encoder.encode(`,"model":${JSON.stringify(modelId(descriptor))}${others.length > 0 ? ',"outputs":{' : ''}`))
  const names = others.map((output, i) => pieceOf(encoder.encode(`${i > 0 ? ',' : ''}${JSON.stringify(output.name)}:`)))
  const ending = others.length > 0 ? END_OF_OUTPUTS : END_OF_ANSWER
  const values = new ValueText()

  return {
    write(batch: Batch, record: number, scores: Scores, row: number, out: RecordBatchWriter): void {
      if (withRecord) copyOpen(batch, record, out)
      out.put(opening)
      const base = row * model.outputs.length
      values.write(out, score!, scores.values[base]!)
      out.put(afterScore)
      for (let i = 0; i < others.length; i++) {
        out.put(names[i]!)
        values.write(out, others[i]!, scores.values[base + 1 + i]!)
      }
      out.put(ending)
    },
  }
}

/** Copies the record's object without its last brace, and a comma where it has members. */
function copyOpen({ bytes, index }: Batch, record: number, out: RecordBatchWriter): void {
  const cell = record * INDEX.stride
  const at = index[cell + INDEX.valueAt]!
  const brace = lastBrace(bytes, at + index[cell + INDEX.valueLength]!)
  out.copy(bytes, at, brace - at)
  if (!isEmptyObject(bytes, brace)) out.bytes[out.at++] = 44
}

/** Writes single outputs as JSON values. */
class ValueText {
  readonly #number = new NumberText()
  readonly #labels = new Map<OutputField, Piece[]>()

  write(out: RecordBatchWriter, output: OutputField, value: number): void {
    if (output.type === 'label') {
      out.put(value < 0 || Number.isNaN(value) ? NULL : this.#label(output, value))
    } else if (Number.isFinite(value)) {
      this.#number.format(value)
      out.put(this.#number)
    } else out.put(NULL)
  }

  /** A label in quotes, encoded once. */
  #label(output: OutputField, code: number): Piece {
    let known = this.#labels.get(output)
    if (known === undefined) this.#labels.set(output, (known = []))
    return (known[code] ??= pieceOf(encoder.encode(JSON.stringify(output.dictionary!.text(code)))))
  }
}

/** Where the closing brace of the object that ends before `end` is. */
function lastBrace(bytes: Uint8Array, end: number): number {
  let at = end - 1
  while (bytes[at] !== 125) at--
  return at
}

function isEmptyObject(bytes: Uint8Array, brace: number): boolean {
  let at = brace - 1
  while (bytes[at]! <= 32) at--
  return bytes[at] === 123
}
