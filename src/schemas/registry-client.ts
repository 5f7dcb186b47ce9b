import { setTimeout as pause } from 'node:timers/promises'
import { SluiceError } from '../core/errors.ts'
import type { RegisteredSchema, Schema, SchemaLanguage, SchemaReference, SchemaRegistry } from '../core/schema-registry.ts'
import { createRequest, type RegistryRequest, type RequestOptions } from './registry-request.ts'

export interface RegistryOptions extends RequestOptions {
  /** How often a request is tried again that the registry could not answer. */
  readonly retries?: number
  /** How long before the first time that it is tried again, ms; then twice as long each time. */
  readonly retryMs?: number
}

/** What a registry answers of a schema: by its number without the number, of a subject with it. */
interface SchemaJson {
  readonly id?: unknown
  readonly schema?: unknown
  readonly schemaType?: unknown
  readonly references?: unknown
}

const MOST_REFERENCES = 200

/**
 * A client of the REST interface of Confluent's Schema Registry, which others speak too (Apicurio under `/apis/ccompat/v7`, Karapace,
 * Redpanda). It remembers what never changes, and asks once where several ask for the same at a time. Requests that fail for reasons that may
 * pass are tried again, for some seconds.
 */
export function createRegistryClient(options: RegistryOptions): SchemaRegistry {
  const { retries = 5, retryMs = 200 } = options
  const request = persistent(createRequest(options), retries, retryMs)
  const ids = new Remembered<number, RegisteredSchema>()
  const guids = new Remembered<string, RegisteredSchema>()
  const versions = new Map<string, RegisteredSchema>()
  const registered = new Remembered<string, number>()

  /** `left` is how many more references may be followed; it ends circles too. */
  async function complete(json: SchemaJson, id: number, left = { count: MOST_REFERENCES }): Promise<RegisteredSchema> {
    if (typeof json.schema !== 'string') throw nonsense('a schema without its text')
    const references = referencesOf(json.references)
    const used: string[] = []
    for (const { subject, version } of references) {
      if (left.count-- === 0) throw nonsense(`a schema that refers to more than ${MOST_REFERENCES} others`)
      const key = `${subject}\n${version}`
      const schema = versions.get(key) ?? (await ofSubject(subject, String(version), left))
      if (schema === undefined) throw nonsense(`a schema that refers to version ${version} of '${subject}', which it does not have`)
      versions.set(key, schema)
      used.push(...[...schema.used, schema.text].filter((text) => !used.includes(text)))
    }
    return { id, language: languageOf(json.schemaType), text: json.schema, references, used }
  }

  async function ofSubject(subject: string, version: string, left?: { count: number }): Promise<RegisteredSchema | undefined> {
    const json = (await request('GET', ['subjects', subject, 'versions', version])) as SchemaJson | undefined
    return json === undefined ? undefined : complete(json, numberOf(json.id), left)
  }

  return {
    byId: (id) =>
      ids.get(id, async () => {
        const json = (await request('GET', ['schemas', 'ids', String(id)])) as SchemaJson | undefined
        return json === undefined ? undefined : complete(json, id)
      }),
    byGuid: (guid) =>
      guids.get(guid, async () => {
        const json = (await request('GET', ['schemas', 'guids', guid])) as SchemaJson | undefined
        if (json === undefined) return undefined
        const known = (await request('GET', ['schemas', 'guids', guid, 'ids'])) as readonly { readonly id?: unknown }[] | undefined
        return complete(json, numberOf(Array.isArray(known) ? known[0]?.id : undefined))
      }),
    latest: (subject) => ofSubject(subject, 'latest'),
    register: async (subject, schema) => {
      const id = await registered.get(subject + schema.text, async () => {
        const json = (await request('POST', ['subjects', subject, 'versions'], bodyOf(schema))) as SchemaJson | undefined
        return numberOf(json?.id)
      })
      return id!
    },
    find: async (subject, schema) => {
      const json = (await request('POST', ['subjects', subject], bodyOf(schema))) as SchemaJson | undefined
      return json === undefined ? undefined : numberOf(json.id)
    },
  }
}

/** How many answers are remembered of each kind. */
const MOST_REMEMBERED = 20_000

/** Answers that stay true, and those that are on their way. That there is nothing is not remembered: it may come. */
class Remembered<K, V> {
  readonly #answers = new Map<K, Promise<V | undefined>>()

  async get(key: K, ask: () => Promise<V | undefined>): Promise<V | undefined> {
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const answer = ask()
    if (this.#answers.size >= MOST_REMEMBERED) this.#answers.clear()
    this.#answers.set(key, answer)
    try {
      const value = await answer
      if (value === undefined) this.#answers.delete(key)
      return value
    } catch (error) {
      this.#answers.delete(key)
      throw error
    }
  }
}

function persistent(request: RegistryRequest, retries: number, retryMs: number): RegistryRequest {
  return async (method, path, body) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await request(method, path, body)
      } catch (error) {
        if (attempt >= retries || !(error instanceof SluiceError) || error.code !== 'schemas.unavailable') throw error
        await pause(retryMs * 2 ** attempt)
      }
    }
  }
}

function bodyOf({ language, text, references }: Schema): Readonly<Record<string, unknown>> {
  return { schema: text, ...(language !== 'AVRO' && { schemaType: language }), ...(references.length > 0 && { references }) }
}

function languageOf(value: unknown): SchemaLanguage {
  if (value === undefined || value === null) return 'AVRO'
  if (value === 'AVRO' || value === 'JSON' || value === 'PROTOBUF') return value
  throw nonsense(`a schema of the type ${JSON.stringify(value)}`)
}

function referencesOf(value: unknown): readonly SchemaReference[] {
  if (value === undefined || value === null) return []
  const isReference = ({ name, subject, version }: Readonly<Record<string, unknown>>): boolean =>
    typeof name === 'string' && typeof subject === 'string' && typeof version === 'number'
  if (
    Array.isArray(value) &&
    value.every((one) => typeof one === 'object' && one !== null && isReference(one as Record<string, unknown>))
  ) {
    return value as SchemaReference[]
  }
  throw nonsense('references without name, subject and version')
}

function numberOf(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw nonsense(`${JSON.stringify(value)} as the number of a schema`)
}

function nonsense(what: string): SluiceError {
  return new SluiceError('schemas.unavailable', `the schema registry gave ${what}`)
}
