import { SluiceError } from '../../../core/errors.ts'
import { type Clock, systemClock } from '../../../core/clock.ts'
import { compileDocument, type CompiledDocument } from '../compile/compile-document.ts'
import type { Document, Run } from '../compile/document.ts'
import { type Json, parseJson } from '../document/json.ts'
import { Place } from '../document/place.ts'
import { PfaRuntimeError } from '../values/runtime-error.ts'
import type { Value } from '../values/value.ts'
import { createValueTools } from '../values/value-tools.ts'
import { PfaEngine } from './pfa-engine.ts'
import { RandomSource, randomWords } from './random.ts'
import { cellDecoder } from './read-cells.ts'
import { PfaStopError } from './stop-error.ts'

/** How long one run of a document may take, where neither it nor the host says less. */
const LONGEST_RUN_MS = 10_000
/** How many items an array, or characters a text, may have that a library function is asked to make. */
const SIZE_LIMIT = 20_000_000

export interface EngineOptions {
  readonly clock?: Clock
  /** The longest that a run may take, in milliseconds, whatever the document says. */
  readonly timeoutMs?: number
  /** Gets what `log` says: its values as JSON texts. */
  readonly log?: (texts: readonly string[], namespace: string | undefined) => void
  /** How bytes stand in JSON that comes in and goes out. */
  readonly bytes?: 'latin1' | 'base64'
  /** How many engines to make that share the cells and pools which are declared so. */
  readonly instances?: number
}

/** Loads a PFA document as one engine. Throws `model.malformed` (with the place) or `model.unsupported`. `begin` has not run yet. */
export function loadEngine(json: Json, options: EngineOptions = {}): PfaEngine {
  return loadEngines(json, { ...options, instances: 1 })[0]!
}

/**
 * As `loadEngine`, from the bytes of a JSON document in UTF-8 and its text, without a byte order mark: large values of cells are read from the bytes at once.
 */
export function loadEngineFromBytes(bytes: Uint8Array, text: string, options: EngineOptions = {}): PfaEngine {
  return loadEngine(parseJson(text, cellDecoder(bytes, text)), options)
}

/** Loads a PFA document as several engines, which share what it declares as shared. */
export function loadEngines(json: Json, options: EngineOptions): readonly PfaEngine[] {
  const values = createValueTools(options.bytes)
  const watch = new RunWatch(options.clock ?? systemClock, options.timeoutMs ?? LONGEST_RUN_MS)
  const random = new RandomSource()
  const compiled = compileDocument(json, {
    place: new Place(undefined, ''),
    values,
    services: () => ({
      random: random.next,
      now: () => watch.clock.now(),
      checkTime: () => watch.check(),
      checkSize,
    }),
  })
  const create = evaluate(compiled)
  const shared = {}
  const make = (instance: number, shares: object): PfaEngine => {
    const emitted: Value[] = []
    const env: EngineEnvironment = {
      fail,
      caught,
      log: options.log ?? (() => {}),
      emit: (value) => {
        emitted.push(value)
        return null
      },
      shared: shares,
      instance,
      checkTime: () => watch.check(),
    }
    const another = (): PfaEngine => make(instance, {})
    const words = randomWords((compiled.document.randseed ?? Math.random() * 2 ** 53) + instance)
    return new PfaEngine({ compiled, values, generated: create(compiled.constants, env), watch, emitted, random, words, another })
  }
  return Array.from({ length: options.instances ?? 1 }, (_, instance) => make(instance, shared))
}

/** What generated code gets from the host. */
interface EngineEnvironment {
  readonly fail: (message: string, code: number | undefined, origin: string) => never
  readonly caught: (error: unknown, filter: ReadonlySet<string | number> | undefined) => void
  readonly log: (texts: readonly string[], namespace: string | undefined) => void
  readonly emit: (value: Value) => null
  readonly shared: object
  readonly instance: number
  readonly checkTime: () => void
}

/** What generated code gives. */
export interface GeneratedEngine {
  readonly begin: () => void
  readonly action: (input: Value) => Value
  readonly end: () => void
  readonly merge: (one: Value, other: Value) => Value
  readonly rollback: () => void
  readonly cells: ReadonlyMap<string, Accessor<Value>>
  /** Each item in an object of its own, so that an update looks it up once. */
  readonly pools: ReadonlyMap<string, Accessor<Pool>>
  readonly tally: Accessor<Value> | undefined
  readonly counts: { get(): readonly [number, number]; set(started: number, finished: number): void }
}

/** Its items by key. */
export type Pool = Map<string, { value: Value }>

export interface Accessor<T> {
  get(): T
  set(value: T): void
}

type CreateEngine = (constants: readonly unknown[], env: EngineEnvironment) => GeneratedEngine

function evaluate({ source }: CompiledDocument): CreateEngine {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval -- code that only the compiler wrote; every text of the document in it is a JSON literal
    return new Function('$k', '$env', source) as CreateEngine
  } catch (error) {
    throw new SluiceError('model.unsupported', 'the document is too deeply nested to be compiled', { cause: error })
  }
}

function fail(message: string, code: number | undefined, origin: string): never {
  throw new PfaRuntimeError(message, code, origin)
}

/** Lets `try` catch an error that it may; throws others on. */
function caught(error: unknown, filter: ReadonlySet<string | number> | undefined): void {
  if (!(error instanceof PfaRuntimeError)) throw error
  if (filter === undefined || filter.has(error.message) || (error.code !== undefined && filter.has(error.code))) return
  throw error
}

function checkSize(items: number): void {
  if (items > SIZE_LIMIT) throw new PfaStopError('size', `${items} items were asked for; ${SIZE_LIMIT} at most`)
}

/** Stops runs that take too long. The clock is read only now and then, from the first time that it is asked. */
export class RunWatch {
  readonly clock: Clock
  readonly #longest: number
  #document: Document | undefined
  #run: Run = 'begin'
  #limit = 0
  #deadline = 0

  constructor(clock: Clock, longest: number) {
    this.clock = clock
    this.#longest = longest
  }

  start(document: Document, run: Run): void {
    this.#document = document
    this.#run = run
    this.#deadline = 0
  }

  check(): void {
    const now = this.clock.monotonic()
    if (this.#deadline === 0) {
      this.#limit = Math.min(this.#document?.timeouts[this.#run] ?? this.#longest, this.#longest)
      this.#deadline = now + this.#limit
    } else if (now > this.#deadline) throw new PfaStopError('timeout', `the run took more than ${this.#limit} ms`)
  }
}
