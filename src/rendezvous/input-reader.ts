import { type Batch, INDEX, keyOf } from '../core/batch.ts'
import { HeaderCursor } from '../core/headers.ts'
import { Outcomes } from '../core/outcomes.ts'
import type { Input } from '../policies/rendezvous/score.ts'
import { headerId, headerValue, placeId } from './message-id.ts'
import type { RendezvousServerOptions } from './options.ts'

/** The headers of an input that its result passes on, each as it stands. */
export interface KeptHeaders {
  readonly headers: readonly Uint8Array[]
  readonly bytes: number
}

type Options = Pick<RendezvousServerOptions, 'dataTypes' | 'idHeader' | 'budgetHeader'>

const encoder = new TextEncoder()
const MAX_BUDGET_DIGITS = 12

/** Reads inputs from their batches. A record whose data type can't be read is an input of the data type '', which has no policy. */
export class InputReader {
  readonly #options: Options
  readonly #cursor = new HeaderCursor()
  readonly #outcomes = new Outcomes()
  readonly #idName: Uint8Array | undefined
  readonly #budgetName: Uint8Array | undefined
  #types = new Int32Array(64)

  constructor(options: Options) {
    this.#options = options
    this.#idName = options.idHeader === undefined ? undefined : encoder.encode(options.idHeader)
    this.#budgetName = options.budgetHeader === undefined ? undefined : encoder.encode(options.budgetHeader)
  }

  /** Call it for each batch before its records. */
  start(batch: Batch): void {
    if (this.#types.length < batch.count) this.#types = new Int32Array(batch.count * 2)
    this.#outcomes.reset(batch.count)
    this.#options.dataTypes.reader.read(batch, this.#types, this.#outcomes)
  }

  /** The input that record `i` of the batch is. */
  read(batch: Batch, i: number): Input {
    const dataType = this.#outcomes.rejected[i] === 1 ? '' : this.#options.dataTypes.dictionary.text(this.#types[i]!)
    let id: string | undefined
    let budgetMs: number | undefined
    if (this.#idName !== undefined || this.#budgetName !== undefined) {
      const cursor = this.#cursor
      cursor.start(batch, i)
      while (cursor.next()) {
        if (id === undefined && this.#idName !== undefined && cursor.isNamed(this.#idName))
          id = headerId(batch.bytes, cursor.valueAt, cursor.valueLength)
        else if (this.#budgetName !== undefined && cursor.isNamed(this.#budgetName) && cursor.valueLength <= MAX_BUDGET_DIGITS)
          budgetMs = Number(headerValue(batch.bytes, cursor.valueAt, Math.max(0, cursor.valueLength)))
      }
    }
    return { id: id ?? placeId(batch, i), dataType, key: keyOf(batch, i), budgetMs }
  }
}

/** Headers of the input that its result has of its own. */
const OWN = new Set([
  'ce_specversion',
  'ce_type',
  'ce_source',
  'ce_id',
  'sluice_rule',
  'sluice_reason',
  'sluice_elapsed_ms',
  'sluice_score',
  'sluice_model',
])

/** A copy of the headers of record `i` that are passed on; undefined where there are none. */
export function keepHeaders(batch: Batch, i: number): KeptHeaders | undefined {
  if (batch.index[i * INDEX.stride + INDEX.headerCount] === 0) return undefined
  const headers: Uint8Array[] = []
  const cursor = new HeaderCursor()
  cursor.start(batch, i)
  while (cursor.next()) {
    if (OWN.has(headerValue(batch.bytes, cursor.nameAt, cursor.nameLength))) continue
    // A `slice` of Node's buffers is no copy, and the batch's bytes are used again.
    headers.push(new Uint8Array(batch.bytes.subarray(cursor.startAt, cursor.at)))
  }
  return headers.length === 0 ? undefined : { headers, bytes: headers.reduce((sum, header) => sum + header.length, 0) }
}
