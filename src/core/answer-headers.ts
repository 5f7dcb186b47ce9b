import { type Batch, INDEX } from './batch.ts'
import { DEAD_LETTER_HEADERS } from './dead-letter.ts'
import { encodeHeader, HeaderCursor } from './headers.ts'
import { type ModelDescriptor, modelId } from './model.ts'
import { NumberText } from './number-text.ts'
import type { RecordBatchWriter } from './record-batch-writer.ts'
import type { OutputField } from './scores.ts'
import { varintLength, writeVarint } from './varint.ts'

/**
 * Headers of the input that its answer does not pass on: those that the answer has of its own, that which says the schema of the value
 * (an answer says its own before its value), and those that say why the record was rejected once, before it was sent again.
 */
const OWN = ['ce_specversion', 'ce_type', 'ce_source', 'ce_id', 'sluice_model', 'sluice_score', '__value_schema_id', ...DEAD_LETTER_HEADERS]

const encoder = new TextEncoder()
const OWN_BYTES = OWN.map((name) => encoder.encode(name))
const ID_NAME = nameBytes('ce_id')
const SCORE_NAME = nameBytes('sluice_score')
const FIXED_HEADERS = 4

/**
 * Writes the headers of answers: those of the input record, then CloudEvents 1.0 in the binary mode of its Kafka binding
 * (`ce_specversion`, `ce_type` sluice.scored, `ce_source` /sluice/<stream>, `ce_id` <partition>:<offset> of the input record),
 * `sluice_model` (name@version) and `sluice_score` (the number in decimal, or the label).
 */
export class AnswerHeaders {
  readonly #fixed: Uint8Array
  readonly #score: OutputField
  readonly #number = new NumberText()
  readonly #id = new Uint8Array(40)
  readonly #given = new HeaderCursor()

  constructor(stream: string, descriptor: ModelDescriptor, score: OutputField) {
    this.#score = score
    this.#fixed = concat([
      encodeHeader('ce_specversion', '1.0'),
      encodeHeader('ce_type', 'sluice.scored'),
      encodeHeader('ce_source', `/sluice/${encodeURIComponent(stream)}`),
      encodeHeader('sluice_model', modelId(descriptor)),
    ])
  }

  /** Writes all headers of the answer to record `i`, whose score is `value`. */
  write(batch: Batch, i: number, value: number, out: RecordBatchWriter): void {
    const kept = batch.index[i * INDEX.stride + INDEX.headerCount] === 0 ? 0 : this.#countKept(batch, i)
    out.startHeaders(kept + FIXED_HEADERS + 2)
    if (kept > 0) this.#copyKept(batch, i, out)
    out.copy(this.#fixed, 0, this.#fixed.length)
    out.reserve(128)
    out.at = copyInto(ID_NAME, out.bytes, out.at)
    this.#writeId(batch, i, out)
    out.at = copyInto(SCORE_NAME, out.bytes, out.at)
    if (this.#score.type === 'number') {
      this.#number.format(value)
      out.at = writeVarint(out.bytes, out.at, this.#number.length)
      out.copy(this.#number.bytes, 0, this.#number.length)
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

  /** The header value `<partition>:<offset>`, digit by digit from the right. */
  #writeId(batch: Batch, i: number, out: RecordBatchWriter): void {
    const id = this.#id
    let at = digitsInto(id, id.length, Number(batch.baseOffset) + batch.index[i * INDEX.stride + INDEX.offsetDelta]!)
    id[--at] = 58
    at = digitsInto(id, at, batch.partition)
    const length = id.length - at
    out.at = writeVarint(out.bytes, out.at, length)
    for (; at < id.length; at++) out.bytes[out.at++] = id[at]!
  }
}

/** Writes a whole number's digits so that they end before `end`, and returns where they begin. */
function digitsInto(bytes: Uint8Array, end: number, value: number): number {
  let at = end
  while (value > 2147483647) {
    const rest = Math.floor(value / 10)
    bytes[--at] = 48 + (value - rest * 10)
    value = rest
  }
  let small = value | 0
  do {
    const rest = (small / 10) | 0
    bytes[--at] = 48 + (small - rest * 10)
    small = rest
  } while (small > 0)
  return at
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

function copyInto(from: Uint8Array, to: Uint8Array, at: number): number {
  for (let k = 0; k < from.length; k++) to[at++] = from[k]!
  return at
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) at = copyInto(part, out, at)
  return out
}
