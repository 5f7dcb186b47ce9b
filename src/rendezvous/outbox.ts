import { encodeHeader } from '../core/headers.ts'
import type { Append } from '../core/log.ts'
import { RecordBatchWriter, type RecordParts } from '../core/record-batch-writer.ts'
import type { Decision, StrayScore } from '../policies/decisions/decision.ts'
import { writeDecisionText, writeStrayText } from '../policies/decisions/decision-text.ts'
import { resultOf } from '../policies/decisions/replay.ts'
import { keyBytes } from '../policies/hash/key-text.ts'
import type { KeptHeaders } from './input-reader.ts'

/** Brokers take about 1 MB in a record batch unless they are told otherwise. */
const FULL_BYTES = 512 * 1024
const encoder = new TextEncoder()
const SPEC = encodeHeader('ce_specversion', '1.0')
const DECISION_TYPE = encodeHeader('ce_type', 'sluice.decision')
const STRAY_TYPE = encodeHeader('ce_type', 'sluice.stray-score')
const RESULT_TYPE = encodeHeader('ce_type', 'sluice.answered')

/** The value of a result: a function of the decision alone, so that a replay of the decisions gives the same bytes. */
export function resultText(decision: Decision): string {
  return JSON.stringify(resultOf(decision))
}

/** Collects records of one topic in record batches that brokers take. */
class Pile {
  readonly #writer = new RecordBatchWriter()
  #full: Uint8Array[] = []
  #fullBytes = 0
  count = 0

  get bytes(): number {
    return this.#fullBytes + (this.#writer.count === 0 ? 0 : this.#writer.at)
  }

  add(record: RecordParts): void {
    this.#writer.append(record)
    this.count++
    if (this.#writer.at >= FULL_BYTES) this.#close()
  }

  take(): Uint8Array[] {
    this.#close()
    const full = this.#full
    this.#full = []
    this.#fullBytes = 0
    this.count = 0
    return full
  }

  #close(): void {
    if (this.#writer.count === 0) return
    const batch = this.#writer.finish().slice()
    this.#full.push(batch)
    this.#fullBytes += batch.length
    this.#writer.reset()
  }
}

/** What a lane has decided and not committed yet. */
export class Outbox {
  readonly #results = new Pile()
  readonly #decisions = new Pile()
  readonly #source: Uint8Array
  /** When the first of the answers was due, on the lane's clock; infinity where there is none. */
  dueSince = Infinity

  constructor(name: string) {
    this.#source = encodeHeader('ce_source', `/sluice/${encodeURIComponent(name)}`)
  }

  /** How many results there are. */
  get answers(): number {
    return this.#results.count
  }

  /** How many records there are. */
  get count(): number {
    return this.#results.count + this.#decisions.count
  }

  get bytes(): number {
    return this.#results.bytes + this.#decisions.bytes
  }

  /** Adds the result, with the input's key and headers, and the decision. `now`: on the lane's clock. */
  decided(decision: Decision, kept: KeptHeaders | undefined, now: number): void {
    const late = decision.reason === 'deadline' ? Math.max(0, decision.elapsedMs - decision.budgetMs) : 0
    this.dueSince = Math.min(this.dueSince, now - late)
    const { id, key, at, model, version, rule, reason, value, elapsedMs } = decision
    const timestamp = Math.trunc(at)
    const ceId = encodeHeader('ce_id', id)
    const own = [SPEC, RESULT_TYPE, this.#source, ceId, encodeHeader('sluice_rule', rule), encodeHeader('sluice_reason', reason)]
    own.push(encodeHeader('sluice_elapsed_ms', String(elapsedMs)))
    if (value !== null) own.push(encodeHeader('sluice_score', String(value)))
    if (model !== null) own.push(encodeHeader('sluice_model', version === null ? model : `${model}@${version}`))
    const bytes = key === null ? undefined : keyBytes(key)
    this.#results.add({
      timestamp,
      key: bytes,
      value: encoder.encode(resultText(decision)),
      headers: kept === undefined ? own : [...kept.headers, ...own],
    })
    this.#decisions.add({
      timestamp,
      key: encoder.encode(id),
      value: encoder.encode(writeDecisionText(decision)),
      headers: [SPEC, DECISION_TYPE, this.#source, ceId],
    })
  }

  /** Adds a score that had no part in a decision. */
  stray(stray: StrayScore, at: number): void {
    this.#decisions.add({
      timestamp: Math.trunc(at),
      key: encoder.encode(stray.id),
      value: encoder.encode(writeStrayText(stray)),
      headers: [SPEC, STRAY_TYPE, this.#source, encodeHeader('ce_id', stray.id)],
    })
  }

  /** The results, which are gone then. */
  takeAnswers({ results: topic }: { readonly results: string }, partition: number): Append[] {
    this.dueSince = Infinity
    return this.#results.take().map((recordBatch) => ({ topic, partition, recordBatch }))
  }

  /** The decisions, and the scores that had no part in one, which are gone then. */
  takeReasons({ decisions: topic }: { readonly decisions: string }, partition: number): Append[] {
    return this.#decisions.take().map((recordBatch) => ({ topic, partition, recordBatch }))
  }
}
