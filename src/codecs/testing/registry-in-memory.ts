import { SluiceError } from '../../core/errors.ts'
import type { RegisteredSchema, Schema, SchemaRegistry } from '../../core/schema-registry.ts'

/** For tests: a registry that can be out of reach, and that refuses schemas on demand. */
export class RegistryInMemory implements SchemaRegistry {
  readonly schemas: RegisteredSchema[] = []
  readonly subjects = new Map<string, number[]>()
  readonly guids = new Map<string, number>()
  /** What was asked for, in order. */
  readonly asked: string[] = []
  isAway = false
  refuses: (subject: string) => boolean = () => false

  async byId(id: number): Promise<RegisteredSchema | undefined> {
    this.#ask(`id ${id}`)
    return this.schemas[id - 1]
  }

  async byGuid(guid: string): Promise<RegisteredSchema | undefined> {
    this.#ask(`guid ${guid}`)
    return this.schemas[(this.guids.get(guid) ?? 0) - 1]
  }

  async latest(subject: string): Promise<RegisteredSchema | undefined> {
    this.#ask(`latest ${subject}`)
    return this.schemas[(this.subjects.get(subject)?.at(-1) ?? 0) - 1]
  }

  async register(subject: string, schema: Schema): Promise<number> {
    this.#ask(`register ${subject}`)
    if (this.refuses(subject)) throw new SluiceError('schemas.refused', `${subject} refuses it`)
    return this.add(subject, schema)
  }

  async find(subject: string, schema: Schema): Promise<number | undefined> {
    this.#ask(`find ${subject}`)
    return this.subjects.get(subject)?.find((id) => this.schemas[id - 1]!.text === schema.text)
  }

  add(subject: string, { language, text }: Pick<Schema, 'language' | 'text'>): number {
    const known = this.schemas.findIndex((schema) => schema.text === text)
    const id = known < 0 ? this.schemas.length + 1 : known + 1
    if (known < 0) this.schemas.push({ id, language, text, references: [], used: [] })
    const ids = this.subjects.get(subject) ?? []
    if (!ids.includes(id)) this.subjects.set(subject, [...ids, id])
    return id
  }

  #ask(what: string): void {
    this.asked.push(what)
    if (this.isAway) throw new SluiceError('schemas.unavailable', 'the registry is away')
  }
}
