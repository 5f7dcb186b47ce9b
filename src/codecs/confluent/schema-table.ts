import type { Clock } from '../../core/clock.ts'
import { asSluiceError, SluiceError } from '../../core/errors.ts'
import type { RegisteredSchema, Schema, SchemaLanguage, SchemaRegistry } from '../../core/schema-registry.ts'
import { schemaPrefix } from './schema-id.ts'

export interface SchemaTableOptions<S> {
  readonly registry: SchemaRegistry
  readonly clock: Clock
  readonly language: SchemaLanguage
  /** What is known of a schema. Throws `codec.schema.invalid`. */
  readonly parse: (schema: Schema) => S
  /** The schema that answers to records of a schema are written with; their own where absent. Throws `codec.schema.invalid`. */
  readonly answer?: (schema: Schema) => Schema
  /** The subject that the schemas of answers are of. */
  readonly outputSubject: string
  /** Whether they are added to it where they are not there. */
  readonly register: boolean
  /** For protobuf: the places of the message, outermost first. */
  readonly indexes?: readonly number[]
}

/** A schema that records were written with. */
export interface KnownSchema<S> {
  readonly code: number
  readonly parsed: S
  /** What stands before answers; undefined until it is asked for. */
  prefix: Uint8Array | undefined
  /** Why its records can't be answered. */
  problem: SluiceError | undefined
  readonly schema: RegisteredSchema
}

/** Its number or its UUID. */
export type SchemaKey = number | string

/** That the registry does not have a schema is believed for so long, ms. */
const UNKNOWN_MS = 30_000
/** So many schemas that the registry does not have are remembered; while they are, it is not asked for others: a stream of nonsense can't make us ask for ever. */
const MOST_UNKNOWN = 1000

/** What is known of the schemas of one stream, by their number or UUID. */
export class SchemaTable<S> {
  readonly entries: KnownSchema<S>[] = []
  readonly #options: SchemaTableOptions<S>
  readonly #byKey = new Map<SchemaKey, KnownSchema<S>>()
  /** Those whose records can't be read at all. */
  readonly #unusable = new Map<SchemaKey, SluiceError>()
  /** Until when a schema is taken not to be there. */
  readonly #unknown = new Map<SchemaKey, number>()

  constructor(options: SchemaTableOptions<S>) {
    this.#options = options
  }

  get(key: SchemaKey): KnownSchema<S> | undefined {
    return this.#byKey.get(key)
  }

  /** Whether the registry should be asked for a schema before its records are read, or answered. */
  isMissing(key: SchemaKey, answering: boolean): boolean {
    const known = this.#byKey.get(key)
    if (known !== undefined) return answering && known.prefix === undefined && known.problem === undefined
    if (this.#unusable.has(key)) return false
    const until = this.#unknown.get(key)
    if (until !== undefined) return until <= this.#options.clock.monotonic()
    return this.#unknown.size < MOST_UNKNOWN || this.#forgetUnknown()
  }

  /** Asks the registry. Rejects with `schemas.unavailable`, or what else keeps it from answering at all. */
  async learn(key: SchemaKey, answering: boolean): Promise<void> {
    const known = this.#byKey.get(key) ?? (await this.#ask(key))
    if (known !== undefined && answering && known.prefix === undefined && known.problem === undefined) await this.#prepareAnswers(known)
  }

  /** Takes a schema that is known already, and what stands before its answers. Rejects where the registry refuses that. */
  async add(schema: RegisteredSchema): Promise<KnownSchema<S>> {
    const known = this.#enter(schema.id, schema)
    await this.#prepareAnswers(known)
    if (known.problem !== undefined) throw known.problem.cause
    return known
  }

  /** Why records of a schema can't be read. */
  problem(key: SchemaKey): SluiceError {
    const name = typeof key === 'number' ? `number ${key}` : key
    return (
      this.#byKey.get(key)?.problem ??
      this.#unusable.get(key) ??
      new SluiceError('record.schema.unknown', `the value was written with schema ${name}, which the registry does not have`, {
        details: { schema: key },
      })
    )
  }

  async #ask(key: SchemaKey): Promise<KnownSchema<S> | undefined> {
    const { registry, clock } = this.#options
    const schema = await (typeof key === 'number' ? registry.byId(key) : registry.byGuid(key))
    if (schema === undefined) {
      this.#unknown.set(key, clock.monotonic() + UNKNOWN_MS)
      return undefined
    }
    this.#unknown.delete(key)
    try {
      return this.#enter(key, schema)
    } catch (cause) {
      this.#unusable.set(key, unusable(schema.id, cause))
      return undefined
    }
  }

  #enter(key: SchemaKey, schema: RegisteredSchema): KnownSchema<S> {
    const { language, parse } = this.#options
    if (schema.language !== language) {
      throw new SluiceError('codec.schema.invalid', `it is written in ${schema.language}, and the stream's records are ${language}`)
    }
    const known = { code: this.entries.length, parsed: parse(schema), prefix: undefined, problem: undefined, schema }
    this.entries.push(known)
    this.#byKey.set(key, known)
    return known
  }

  async #prepareAnswers(known: KnownSchema<S>): Promise<void> {
    const { indexes } = this.#options
    try {
      known.prefix = schemaPrefix(await this.#answerId(known.schema), indexes)
    } catch (cause) {
      // Later it may be there; all else is as good as final.
      if (cause instanceof SluiceError && cause.code === 'schemas.unavailable') throw cause
      known.problem = unusable(known.schema.id, cause)
    }
  }

  async #answerId(schema: RegisteredSchema): Promise<number> {
    const { answer, registry, outputSubject, register } = this.#options
    if (answer === undefined) return schema.id
    const answered = answer(schema)
    if (register) return registry.register(outputSubject, answered)
    const id = await registry.find(outputSubject, answered)
    if (id !== undefined) return id
    const message = `subject '${outputSubject}' has not the schema of answers; register it, or set schemas.register: ${answered.text}`
    throw new SluiceError('schemas.refused', message)
  }

  /** Whether there is room for another one now. */
  #forgetUnknown(): boolean {
    const now = this.#options.clock.monotonic()
    for (const [key, until] of this.#unknown) if (until <= now) this.#unknown.delete(key)
    return this.#unknown.size < MOST_UNKNOWN
  }
}

function unusable(id: number, cause: unknown): SluiceError {
  const { message } = asSluiceError(cause, 'codec.schema.invalid', 'it can not be used')
  return new SluiceError('record.schema.unusable', `the value was written with schema ${id} of the registry: ${message}`, {
    cause,
    details: { schema: id },
  })
}
