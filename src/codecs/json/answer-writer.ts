import { type Batch, INDEX } from '../../core/batch.ts'
import type { AnswerWriter } from '../../core/codec.ts'
import { type Model, type ModelDescriptor, modelId } from '../../core/model.ts'
import { NumberText } from '../../core/number-text.ts'
import type { RecordBatchWriter } from '../../core/record-batch-writer.ts'
import type { OutputField, Scores } from '../../core/scores.ts'

const encoder = new TextEncoder()
const NULL = encoder.encode('null')
const END_OF_ANSWER = encoder.encode('}}')
const END_OF_OUTPUTS = encoder.encode('}}}')

/**
 * Writes the record's object as it came with one member added at its end:
 * `"answer":{"score":…,"model":"name@version"}`, with `"outputs":{…}` where the model has more outputs than the score. A record that
 * has such a member already (an answer of another stream) then has two, of which readers as a rule take the last.
 * Only for records that the row reader took: it has found them to be objects.
 */
export function createAnswerWriter(member: string, descriptor: ModelDescriptor, model: Model): AnswerWriter {
  const opening = encoder.encode(`${JSON.stringify(member)}:{"score":`)
  const [score, ...others] = model.outputs
  const afterScore = encoder.encode(`,"model":${JSON.stringify(modelId(descriptor))}${others.length > 0 ? ',"outputs":{' : ''}`)
  const names = others.map((output, i) => encoder.encode(`${i > 0 ? ',' : ''}${JSON.stringify(output.name)}:`))
  const ending = others.length > 0 ? END_OF_OUTPUTS : END_OF_ANSWER
  const values = new ValueText()

  return {
    write(batch: Batch, record: number, scores: Scores, row: number, out: RecordBatchWriter): void {
      const cell = record * INDEX.stride
      const at = batch.index[cell + INDEX.valueAt]!
      const brace = lastBrace(batch.bytes, at + batch.index[cell + INDEX.valueLength]!)
      out.copy(batch.bytes, at, brace - at)
      if (!isEmptyObject(batch.bytes, brace)) out.bytes[out.at++] = 44
      out.copy(opening, 0, opening.length)
      const base = row * model.outputs.length
      values.write(out, score!, scores.values[base]!)
      out.copy(afterScore, 0, afterScore.length)
      for (let i = 0; i < others.length; i++) {
        out.copy(names[i]!, 0, names[i]!.length)
        values.write(out, others[i]!, scores.values[base + 1 + i]!)
      }
      out.copy(ending, 0, ending.length)
    },
  }
}

/** Writes single outputs as JSON values. */
class ValueText {
  readonly #number = new NumberText()
  readonly #labels = new Map<OutputField, Uint8Array[]>()

  write(out: RecordBatchWriter, output: OutputField, value: number): void {
    if (output.type === 'label') {
      const text = value < 0 || Number.isNaN(value) ? NULL : this.#label(output, value)
      out.copy(text, 0, text.length)
    } else if (Number.isFinite(value)) {
      this.#number.format(value)
      out.copy(this.#number.bytes, 0, this.#number.length)
    } else out.copy(NULL, 0, NULL.length)
  }

  /** A label in quotes, encoded once. */
  #label(output: OutputField, code: number): Uint8Array {
    let known = this.#labels.get(output)
    if (known === undefined) this.#labels.set(output, (known = []))
    return (known[code] ??= encoder.encode(JSON.stringify(output.dictionary!.text(code))))
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
