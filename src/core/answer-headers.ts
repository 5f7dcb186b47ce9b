import { type Batch, INDEX } from './batch.ts'
import { DEAD_LETTER_HEADERS } from './dead-letter.ts'
import { encodeHeader, HeaderCursor } from './headers.ts'
import { type ModelDescriptor, modelId } from './model.ts'
import { NumberText } from './number-text.ts'
import { type Piece, pieceOf } from './piece.ts'
import { RecordId } from './record-id.ts'
import type { RecordBatchWriter } from './record-batch-writer.ts'
import type { OutputField, Scores } from './scores.ts'
import { varintLength, writeVarint } from './varint.ts'

/**
 * Headers of the input that its answer does not pass on: those that the answer has of its own, that which says the schema of the value
 * (an answer says its own before its value), and those that say why the record was rejected once, before it was sent again.
 */
const OWN = ['ce_specversion', 'ce_type', 'ce_source', 'ce_id', 'sluice_model', 'sluice_score', '__value_schema_id', ...DEAD_LETTER_HEADERS]

const encoder = new TextEncoder()
const OWN_BYTES = OWN.map((name) => encoder.encode(name))
const SCORE_NAME = pieceOf(nameBytes('sluice_score'))
const FIXED_HEADERS = 4

export interface RowOfScores {
  readonly scores: Scores
  readonly row: number
}

/**
 * Writes the headers of answers: those of the input record, then CloudEvents 1.0 in the binary mode of its Kafka binding
 * (`ce_specversion`, `ce_type` sluice.scored, `ce_source` /sluice/<stream>, `ce_id` <partition>:<offset> of the input record),
 * `sluice_model` (name@version) and `sluice_score` (the number in decimal, or the label).
 */
export class AnswerHeaders {
  /** The headers that all answers have, and the name of the next one. */
  readonly #fixed: Piece
  readonly #score: OutputField
  readonly #number = new NumberText()
  readonly #id = new RecordId()
  readonly #given = new HeaderCursor()

  constructor(stream: string, descriptor: ModelDescriptor, score: OutputField) {
    this.#score = score
    this.#fixed = pieceOf(
      encodeHeader('ce_specversion', '1.0'),
      encodeHeader('ce_type', 'sluice.scored'),
      encodeHeader('ce_source', `/sluice/${encodeURIComponent(stream)}`),
      encodeHeader('sluice_model', modelId(descriptor)),
      nameBytes('ce_id'),
    )
  }

  /** Writes all headers of the answer to record `i`, whose scores are those of `row`. */
  write(batch: Batch, i: number, { scores, row }: RowOfScores, out: RecordBatchWriter): void {
    const kept = batch.index[i * INDEX.stride + INDEX.headerCount] === 0 ? 0 : this.#countKept(batch, i)
    out.startHeaders(kept + FIXED_HEADERS + 2)
    if (kept > 0) this.#copyKept(batch, i, out)
    out.put(this.#fixed)
    this.#id.set(batch.partition, Number(batch.baseOffset) + batch.index[i * INDEX.stride + INDEX.offsetDelta]!)
    putText(this.#id, out)
    out.put(SCORE_NAME)
    const value = scores.values[row * scores.outputs.length]!
    if (this.#score.type === 'number') {
      this.#number.format(value)
      putText(this.#number, out)
    } else {
      const label = this.#score.dictionary!.encoded(value)
      out.at = writeVarint(out.bytes, out.at, label.length)
      out.copy(label, 0, label.length)
    }
  }

  #countKept(batch: Batch, i: number): number {
    let kept = 0
    this.#given.start(batch, i)
    while (this.#given.next()) if (!isOwn(this.#given)) kept++
    return kept
  }

  #copyKept(batch: Batch, i: number, out: RecordBatchWriter): void {
    const given = this.#given
    given.start(batch, i)
    while (given.next()) if (!isOwn(given)) out.copy(batch.bytes, given.startAt, given.at - given.startAt)
  }
}

/** Writes a header's value that follows its name. There is room for its length, since each `put` leaves some. */
function putText(text: Piece, out: RecordBatchWriter): void {
  out.at = writeVarint(out.bytes, out.at, text.length)
  out.put(text)
}

function isOwn(given: HeaderCursor): boolean {
  for (let n = 0; n < OWN_BYTES.length; n++) if (given.isNamed(OWN_BYTES[n]!)) return true
  return false
}

function nameBytes(name: string): Uint8Array {
  const bytes = encoder.encode(name)
  const out = new Uint8Array(varintLength(bytes.length) + bytes.length)
  out.set(bytes, writeVarint(out, 0, bytes.length))
  return out
}
