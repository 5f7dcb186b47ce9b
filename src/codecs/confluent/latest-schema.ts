import type { Clock } from '../../core/clock.ts'
import type { SchemaRegistry } from '../../core/schema-registry.ts'
import type { KnownSchema, SchemaTable } from './schema-table.ts'

export interface LatestSchemaOptions<S> {
  readonly registry: SchemaRegistry
  readonly clock: Clock
  readonly subject: string
  readonly table: SchemaTable<S>
}

/** How long what was the last schema is taken to be so, ms. */
const FRESH_MS = 30_000

/** The last schema of a subject: looked up at the start, and again now and then while records go by. */
export class LatestSchema<S> {
  current: KnownSchema<S> | undefined
  readonly #options: LatestSchemaOptions<S>
  #lookedAt: number
  #looking = false

  private constructor(options: LatestSchemaOptions<S>) {
    this.#options = options
    this.#lookedAt = options.clock.monotonic()
  }

  /** Rejects where the registry can't be asked, or refuses the schema of the answers. */
  static async find<S>(options: LatestSchemaOptions<S>): Promise<LatestSchema<S>> {
    const latest = new LatestSchema(options)
    await latest.#look()
    return latest
  }

  /** Sees to it that a new schema is known some time later. What keeps it from that is left for the next time. */
  refresh(): void {
    const now = this.#options.clock.monotonic()
    if (this.#looking || now - this.#lookedAt < FRESH_MS) return
    this.#looking = true
    this.#look()
      .catch(() => {})
      .finally(() => {
        this.#looking = false
        this.#lookedAt = this.#options.clock.monotonic()
      })
  }

  async #look(): Promise<void> {
    const { registry, subject, table } = this.#options
    const schema = await registry.latest(subject)
    if (schema !== undefined && schema.id !== this.current?.schema.id) this.current = table.get(schema.id) ?? (await table.add(schema))
  }
}
