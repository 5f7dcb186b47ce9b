import { SluiceError } from '../../core/errors.ts'
import type { Field, Frame } from '../../core/frame.ts'
import type { Model, StatefulModel } from '../../core/model.ts'
import type { OutputField, Scores } from '../../core/scores.ts'
import type { EngineState, PfaEngine } from './engine/pfa-engine.ts'
import { createInputRows, type InputPaths, type InputRows } from './input-rows.ts'
import { type OutputColumn, outputColumns } from './output-columns.ts'
import { PfaRuntimeError } from './values/runtime-error.ts'
import type { Value } from './values/value.ts'

/**
 * A PFA engine as a model. An engine that emits gives what it emitted last for a record; a record for which it emits nothing is rejected. A
 * folding engine gives its tally. Its cells, pools, tally and counts of runs are the model's state, where the document uses them to remember,
 * and so is what its random numbers come from, where it says `randseed`. The metadata `sluice.state` says what has a state: `partition` or `key`.
 */
export function createPfaModel(engine: PfaEngine, paths: InputPaths): StatefulModel {
  return new EngineModel({ engine, rows: createInputRows(engine, paths), columns: outputColumns(engine) })
}

/** What has a state of its own, as the document says. Throws `model.unsupported` where it says anything else. */
function statePer({ document }: PfaEngine): 'partition' | 'key' {
  const wanted = document.metadata.get('sluice.state') ?? 'partition'
  if (wanted === 'partition' || wanted === 'key') return wanted
  throw new SluiceError('model.unsupported', `the metadata 'sluice.state' is '${wanted}'; state is kept per 'partition' or per 'key'`)
}

interface EngineModelParts {
  readonly engine: PfaEngine
  readonly rows: InputRows
  readonly columns: readonly OutputColumn[]
}

class EngineModel implements StatefulModel {
  readonly inputs: readonly Field[]
  readonly outputs: readonly OutputField[]
  readonly state?: NonNullable<Model['state']>
  readonly #engine: PfaEngine
  readonly #rows: InputRows
  readonly #columns: readonly OutputColumn[]

  constructor({ engine, rows, columns }: EngineModelParts) {
    this.#engine = engine
    this.#rows = rows
    this.#columns = columns
    this.inputs = rows.fields
    this.outputs = columns.map(({ field }) => field)
    if (engine.hasState) this.state = { per: statePer(engine), fork: () => this.#fork() }
  }

  score(frame: Frame, scores: Scores, from = 0, to = frame.rows): void {
    for (let row = from; row < to; row++) {
      try {
        this.#write(this.#result(this.#rows.read(frame, row)), scores, row)
      } catch (error) {
        scores.reject(row, rowError(error))
      }
    }
  }

  snapshot(): string {
    return this.#engine.snapshot('written')
  }

  restore(snapshot: string): void {
    this.#engine.restore(snapshot)
  }

  hold(): EngineState {
    return this.#engine.hold()
  }

  resume(held: unknown): void {
    this.#engine.resume(held as EngineState)
  }

  [Symbol.dispose](): void {
    try {
      this.#engine.end()
    } catch {
      // What a document does at its end concerns nobody any more.
    }
  }

  /** Reading rows and writing columns keeps nothing of an engine, and the dictionaries of both must stay the same. */
  #fork(): StatefulModel {
    const engine = this.#engine.fork()
    engine.begin()
    return new EngineModel({ engine, rows: this.#rows, columns: this.#columns })
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

/** Why scoring a row failed, in the words of records. */
export function rowError(error: unknown): SluiceError {
  if (error instanceof SluiceError && error.scope === 'record') return error
  if (error instanceof PfaRuntimeError) {
    const { message, code, origin } = error
    const text = `${origin} failed: ${message}${code === undefined ? '' : ` (PFA error ${code})`}`
    return new SluiceError('record.score.failed', text, { cause: error, details: { origin, ...(code !== undefined && { pfaCode: code }) } })
  }
  const reason = error instanceof Error ? error.message : String(error)
  return new SluiceError('record.score.failed', `the document failed: ${reason}`, { cause: error })
}
