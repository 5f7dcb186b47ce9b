import { encodeHeader } from '../core/headers.ts'
import type { Append } from '../core/log.ts'
import { RecordBatchWriter, type RecordParts } from '../core/record-batch-writer.ts'
import type { Decision, StrayScore } from '../policies/decisions/decision.ts'
import { writeDecisionText, writeStrayText } from '../policies/decisions/decision-text.ts'
import { resultOf } from '../policies/decisions/replay.ts'
import { keyBytes } from '../policies/hash/key-text.ts'
import { HeaderTexts } from './header-texts.ts'
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

/** About so many bytes the record of a decision has. */
const REASON_BYTES = 1024

/** A score that had no part in a decision, and when it was known as such. */
interface Stray {
  readonly stray: StrayScore
  readonly at: number
}

/** What a lane has decided and not committed yet. Results are made at once, as they are in a hurry; decisions when they are taken. */
export class Outbox {
  readonly #results = new Pile()
  readonly #decisions = new Pile()
  readonly #source: Uint8Array
  readonly #rules = new HeaderTexts('sluice_rule')
  readonly #reasonHeaders = new HeaderTexts('sluice_reason')
  readonly #models = new HeaderTexts('sluice_model')
  #reasons: (Decision | Stray)[] = []
  /** So many of the reasons are not those of answers that wait here. */
  #free = 0
  /** When the first of the answers was due, on the lane's clock; infinity where there is none. */
  dueSince = Infinity

  constructor(name: string) {
    this.#source = encodeHeader('ce_source', `/sluice/${encodeURIComponent(name)}`)
  }

  /** How many results there are. */
  get answers(): number {
    return this.#results.count
  }

  get isEmpty(): boolean {
    return this.#reasons.length === 0
  }

  get bytes(): number {
    return this.#results.bytes + this.#reasons.length * REASON_BYTES
  }

  /** Adds the result, with the input's key and headers, and the decision. `now`: on the lane's clock. */
  decided(decision: Decision, kept: KeptHeaders | undefined, now: number): void {
    const late = decision.reason === 'deadline' ? Math.max(0, decision.elapsedMs - decision.budgetMs) : 0
    this.dueSince = Math.min(this.dueSince, now - late)
    this.#reasons.push(decision)
    const { id, key, at, model, version, rule, reason, value, elapsedMs } = decision
    const own = [SPEC, RESULT_TYPE, this.#source, encodeHeader('ce_id', id), this.#rules.of(rule), this.#reasonHeaders.of(reason)]
    own.push(encodeHeader('sluice_elapsed_ms', String(elapsedMs)))
    if (value !== null) own.push(encodeHeader('sluice_score', String(value)))
    if (model !== null) own.push(this.#models.of(version === null ? model : `${model}@${version}`))
    this.#results.add({
      timestamp: Math.trunc(at),
      key: key === null ? undefined : keyBytes(key),
      value: encoder.encode(resultText(decision)),
      headers: kept === undefined ? own : [...kept.headers, ...own],
    })
  }

  /** Adds a score that had no part in a decision. */
  stray(stray: StrayScore, at: number): void {
    this.#reasons.push({ stray, at })
  }

  /** The results, which are gone then. */
  takeAnswers({ results: topic }: { readonly results: string }, partition: number): Append[] {
    this.dueSince = Infinity
    this.#free = this.#reasons.length
    return this.#results.take().map((recordBatch) => ({ topic, partition, recordBatch }))
  }

  /** The decisions whose results were taken, and the scores that had no part in one, in their order; they are gone then. */
  takeReasons({ decisions: topic }: { readonly decisions: string }, partition: number): Append[] {
    const free = this.#results.count === 0 ? this.#reasons.length : this.#free
    if (free === 0) return []
    for (let i = 0; i < free; i++) this.#decisions.add(this.#record(this.#reasons[i]!))
    this.#reasons = this.#reasons.slice(free)
    this.#free = 0
    return this.#decisions.take().map((recordBatch) => ({ topic, partition, recordBatch }))
  }

  #record(reason: Decision | Stray): RecordParts {
    const isStray = 'stray' in reason
    const { id } = isStray ? reason.stray : reason
    return {
      timestamp: Math.trunc(reason.at),
      key: encoder.encode(id),
      value: encoder.encode(isStray ? writeStrayText(reason.stray) : writeDecisionText(reason)),
      headers: [SPEC, isStray ? STRAY_TYPE : DECISION_TYPE, this.#source, encodeHeader('ce_id', id)],
    }
  }
}
