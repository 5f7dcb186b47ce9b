import { SluiceError } from '../../../core/errors.ts'
import type { CompiledDocument } from '../compile/compile-document.ts'
import type { Document, Run } from '../compile/document.ts'
import type { Store } from '../compile/store.ts'
import { parseJson } from '../document/json.ts'
import { mapOf } from '../types/type.ts'
import { createInputReader, type ReadInput } from '../values/bytes/read-input.ts'
import { MisfitError } from '../values/read-json.ts'
import { PfaRuntimeError } from '../values/runtime-error.ts'
import type { Value } from '../values/value.ts'
import type { ValueTools } from '../values/value-tools.ts'
import type { GeneratedEngine, Pool, RunWatch } from './load-engine.ts'
import { parseInput } from './parse-input.ts'
import type { RandomSource, RandomWords } from './random.ts'
import { PfaStopError } from './stop-error.ts'

export interface EngineParts {
  readonly compiled: CompiledDocument
  readonly values: ValueTools
  readonly generated: GeneratedEngine
  readonly watch: RunWatch
  readonly emitted: Value[]
  /** What the document's random numbers come from, and the state of it that is this engine's. */
  readonly random: RandomSource
  readonly words: RandomWords
  /** Another engine of the same document, which shares nothing that changes with this one. */
  readonly another: () => PfaEngine
}

/** All state of an engine at one time. Only one engine may go on from it, and only once: what is in it changes then. */
export interface EngineState {
  readonly cells: readonly Value[]
  readonly pools: readonly Pool[]
  readonly tally: Value
  readonly counts: readonly [number, number]
  readonly words: RandomWords
}

const COUNTS = /\$(?:started|finished)\b/g
/** How often the code of every engine names its counts of runs; code of a document that reads them comes on top. */
const ALWAYS_NAMED = 8

/**
 * A PFA document that runs: one scoring engine (PFA 0.8.1). Values are as `values/value.ts` says. A run that fails throws
 * `PfaRuntimeError`, or a `SluiceError` of record scope where it was stopped or broke; cells and pools that roll back are then as before.
 * Not reentrant.
 */
export class PfaEngine {
  readonly document: Document
  readonly values: ValueTools
  readonly #parts: EngineParts
  #readBytes: ReadInput | undefined

  constructor(parts: EngineParts) {
    this.document = parts.compiled.document
    this.values = parts.values
    this.#parts = parts
  }

  /**
   * Whether what it gives may depend on the runs before: it writes cells or pools, folds, reads how many runs there were, or draws random numbers
   * that its seed decides.
   */
  get hasState(): boolean {
    const { cells, pools, source } = this.#parts.compiled
    const isWritten = (store: Store): boolean => store.written
    return (
      this.document.method === 'fold' ||
      this.#keepsRandom ||
      [...cells.values(), ...pools.values()].some(isWritten) ||
      source.match(COUNTS)!.length > ALWAYS_NAMED
    )
  }

  /** Another engine of the same document, with all state as the document has it at its start; `begin` has not run on it. */
  fork(): PfaEngine {
    return this.#parts.another()
  }

  get #keepsRandom(): boolean {
    return this.#parts.compiled.drawsRandom && this.document.randseed !== undefined
  }

  begin(): void {
    this.#run('begin', () => this.#parts.generated.begin())
  }

  /** Runs `action` on a value of the input type. The value of a map or fold engine; null of one that emits, whose results are in `emitted`. */
  action(input: Value): Value {
    const { generated, watch, emitted, random, words } = this.#parts
    watch.start(this.document, 'action')
    random.words = words
    if (emitted.length > 0) emitted.length = 0
    try {
      return generated.action(input) ?? null
    } catch (error) {
      generated.rollback()
      throw stopped(error)
    }
  }

  /** What the last run emitted, in order. Overwritten by the next. */
  get emitted(): readonly Value[] {
    return this.#parts.emitted
  }

  end(): void {
    this.#run('end', () => this.#parts.generated.end())
  }

  /** Of two tallies one, for engines that fold. */
  merge(one: Value, other: Value): Value {
    return this.#run('action', () => this.#parts.generated.merge(one, other))
  }

  /** A value of the input type from JSON; throws `record.feature.invalid` where it is none. */
  readInput(json: unknown): Value {
    try {
      return this.values.inputReader(this.document.input)(json)
    } catch (error) {
      if (error instanceof RangeError) throw new SluiceError('record.feature.invalid', 'the input nests too deeply', { cause: error })
      if (!(error instanceof MisfitError)) throw error
      const at = error.path.join('.')
      throw new SluiceError('record.feature.invalid', `the input${at === '' ? '' : `, at '${at}',`} ${error.message}`, { cause: error })
    }
  }

  /**
   * As `readInput`, from the UTF-8 bytes of a JSON text, which are read at once where they are written plainly. Integers beyond 2^53 are exact. Throws
   * `record.json.malformed` too.
   */
  readInputBytes(bytes: Uint8Array): Value {
    this.#readBytes ??= createInputReader(this.document.input, this.values.classes)
    const value = this.#readBytes(bytes)
    return value === undefined ? this.readInput(parseInput(bytes)) : value
  }

  writeOutput(value: Value): string {
    return this.values.jsonWriter(this.document.output)(value)
  }

  /**
   * All state as JSON: `{"cells": {…}, "pools": {…}, "tally": …, "actions": [started, finished]}`, with `"random": […]` where its seed decides the random
   * numbers that it draws; or without what no expression writes to.
   */
  snapshot(which: 'all' | 'written' = 'all'): string {
    const { generated, compiled } = this.#parts
    const isKept = ([, store]: readonly [string, Store]): boolean => which === 'all' || store.written
    const cells = [...compiled.cells].filter(isKept).map(([name, { type, initial }]) => {
      const value = generated.cells.get(name)?.get() ?? initial
      return `${JSON.stringify(name)}:${this.values.jsonWriter(type)(value)}`
    })
    const pools = [...compiled.pools]
      .filter(isKept)
      .map(
        ([name, { type }]) =>
          `${JSON.stringify(name)}:${this.values.jsonWriter(mapOf(type))(poolValues(generated.pools.get(name)!.get()))}`,
      )
    const tally = generated.tally && this.values.jsonWriter(this.document.output)(generated.tally.get())
    const random = this.#keepsRandom ? `,"random":[${this.#parts.words.join(',')}]` : ''
    return `{"cells":{${cells.join(',')}},"pools":{${pools.join(',')}},"tally":${tally ?? 'null'},"actions":[${generated.counts.get().join(',')}]${random}}`
  }

  /** Puts all state back to what a snapshot of an engine of the same document says. Throws `model.malformed` where it does not fit. */
  restore(snapshot: string): void {
    const json = parseJson(snapshot)
    const part = (key: string): unknown => (json instanceof Map ? json.get(key) : undefined)
    try {
      this.#restore(part)
    } catch (error) {
      if (!(error instanceof MisfitError)) throw error
      throw new SluiceError('model.malformed', `the snapshot does not fit '${this.document.name}': ${error.message}`, { cause: error })
    }
  }

  /** Takes all state out. Until another is put in, the engine must not run. */
  hold(): EngineState {
    const { generated, words } = this.#parts
    return {
      cells: Array.from(generated.cells.values(), (cell) => cell.get()),
      pools: Array.from(generated.pools.values(), (pool) => pool.get()),
      tally: generated.tally?.get(),
      counts: generated.counts.get(),
      words: words.slice(),
    }
  }

  /** Puts state in that an engine of the same document held. */
  resume({ cells, pools, tally, counts, words }: EngineState): void {
    const { generated } = this.#parts
    let i = 0
    for (const cell of generated.cells.values()) cell.set(cells[i++])
    i = 0
    for (const pool of generated.pools.values()) pool.set(pools[i++]!)
    generated.tally?.set(tally)
    generated.counts.set(...counts)
    this.#parts.words.set(words)
  }

  #restore(part: (key: string) => unknown): void {
    const { generated, compiled } = this.#parts
    const [cells, pools] = [part('cells'), part('pools')]
    const inner = (parts: unknown, name: string): unknown => (parts instanceof Map ? parts.get(name) : undefined)
    for (const [name, { type, written: isWritten }] of compiled.cells) {
      if (isWritten) generated.cells.get(name)!.set(this.values.inputReader(type)(inner(cells, name)))
    }
    for (const [name, { type, written: isWritten }] of compiled.pools) {
      if (!isWritten) continue
      const values = this.values.inputReader(mapOf(type))(inner(pools, name)) as ReadonlyMap<string, Value>
      generated.pools.get(name)!.set(new Map(Array.from(values, ([key, value]) => [key, { value }])))
    }
    generated.tally?.set(this.values.inputReader(this.document.output)(part('tally')))
    const actions = part('actions')
    if (Array.isArray(actions)) generated.counts.set(Number(actions[0]), Number(actions[1]))
    const random = part('random')
    if (this.#keepsRandom && random !== undefined) this.#parts.words.set(wordsOf(random))
  }

  #run<T>(run: Run, work: () => T): T {
    this.#parts.watch.start(this.document, run)
    this.#parts.random.words = this.#parts.words
    this.#parts.emitted.length = 0
    try {
      return work()
    } catch (error) {
      throw stopped(error)
    }
  }
}

function wordsOf(json: unknown): readonly number[] {
  const words = Array.isArray(json) ? json.filter((word) => typeof word === 'number' && (word | 0) === word) : []
  if (words.length === 4) return words as number[]
  throw new MisfitError("'random' is no state of a generator: four integers of 32 bits are wanted")
}

function poolValues(pool: ReadonlyMap<string, { readonly value: Value }>): ReadonlyMap<string, Value> {
  return new Map(Array.from(pool, ([key, { value }]) => [key, value]))
}

function stopped(error: unknown): unknown {
  if (error instanceof PfaRuntimeError || error instanceof SluiceError) return error
  if (error instanceof PfaStopError)
    return new SluiceError('record.score.failed', error.message, { cause: error, details: { reason: error.reason } })
  const reason =
    error instanceof RangeError ? 'the document recurs too deeply, or asks for too much room' : `the engine broke: ${String(error)}`
  return new SluiceError('record.score.failed', reason, { cause: error })
}
