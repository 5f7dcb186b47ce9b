import { SluiceError } from '../../core/errors.ts'
import type { Field, Frame } from '../../core/frame.ts'
import type { Model } from '../../core/model.ts'
import type { OutputField, Scores } from '../../core/scores.ts'
import type { PfaEngine } from './engine/pfa-engine.ts'
import { createInputRows, type InputPaths, type InputRows } from './input-rows.ts'
import { type OutputColumn, outputColumns } from './output-columns.ts'
import { PfaRuntimeError } from './values/runtime-error.ts'
import type { Value } from './values/value.ts'

/** A model that is a PFA engine, with the state of its cells and pools. */
export interface PfaModel extends Model {
  /** All state, as JSON. */
  snapshot(): string
  /** Puts the state back to a snapshot that a model of the same document made. */
  restore(snapshot: string): void
}

/**
 * A PFA engine as a model. An engine that emits gives what it emitted last for a record; a record for which it emits nothing is rejected. A
 * folding engine gives its tally.
 */
export function createPfaModel(engine: PfaEngine, paths: InputPaths): PfaModel {
  return new EngineModel(engine, paths)
}

class EngineModel implements PfaModel {
  readonly inputs: readonly Field[]
  readonly outputs: readonly OutputField[]
  readonly #engine: PfaEngine
  readonly #rows: InputRows
  readonly #columns: readonly OutputColumn[]

  constructor(engine: PfaEngine, paths: InputPaths) {
    this.#engine = engine
    this.#rows = createInputRows(engine, paths)
    this.#columns = outputColumns(engine)
    this.inputs = this.#rows.fields
    this.outputs = this.#columns.map(({ field }) => field)
  }

  score(frame: Frame, scores: Scores): void {
    for (let row = 0; row < frame.rows; row++) {
      try {
        this.#write(this.#result(this.#rows.read(frame, row)), scores, row)
      } catch (error) {
        scores.reject(row, rowError(error))
      }
    }
  }

  snapshot(): string {
    return this.#engine.snapshot()
  }

  restore(snapshot: string): void {
    this.#engine.restore(snapshot)
  }

  [Symbol.dispose](): void {
    try {
      this.#engine.end()
    } catch {
      // What a document does at its end concerns nobody any more.
    }
  }

  #result(input: Value): Value {
    const engine = this.#engine
    const result = engine.action(input)
    if (engine.document.method !== 'emit') return result
    const { emitted } = engine
    if (emitted.length === 0) throw new SluiceError('record.score.failed', 'the document emitted nothing for this record')
    return emitted.at(-1)
  }

  #write(result: Value, scores: Scores, row: number): void {
    const columns = this.#columns
    const at = row * columns.length
    for (let i = 0; i < columns.length; i++) {
      const value = columns[i]!.read(result)
      scores.values[at + i] = value
      if (value - value === 0 && (i > 0 || value >= 0 || this.outputs[0]!.type === 'number')) continue
      if (i === 0 || Math.abs(value) === Infinity) throw noValue(this.outputs[i]!, value)
    }
  }
}

function noValue({ name, type }: OutputField, value: number): SluiceError {
  if (type === 'label') return new SluiceError('record.score.failed', `output '${name}' is null; a score is wanted`)
  return new SluiceError('record.score.not-finite', `output '${name}' is ${Number.isNaN(value) ? 'null or not a number' : value}`)
}

function rowError(error: unknown): SluiceError {
  if (error instanceof SluiceError && error.scope === 'record') return error
  if (error instanceof PfaRuntimeError) {
    const { message, code, origin } = error
    const text = `${origin} failed: ${message}${code === undefined ? '' : ` (PFA error ${code})`}`
    return new SluiceError('record.score.failed', text, { cause: error, details: { origin, ...(code !== undefined && { pfaCode: code }) } })
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new SluiceError('record.score.failed', `the document failed: ${reason}`, { cause: error })
}
