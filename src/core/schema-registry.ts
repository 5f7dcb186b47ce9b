/** What a schema is written in. */
export type SchemaLanguage = 'AVRO' | 'JSON' | 'PROTOBUF'

/** Another schema that a schema uses, under a name that it has there. */
export interface SchemaReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** A schema, with all that it uses. */
export interface Schema {
  readonly language: SchemaLanguage
  readonly text: string
  readonly references: readonly SchemaReference[]
  /** The texts of the schemas that it refers to, each after those that it uses itself. */
  readonly used: readonly string[]
}

/** A schema that a registry has given a number. */
export interface RegisteredSchema extends Schema {
  readonly id: number
}

/**
 * Where producers and consumers agree on schemas. What it has given a number never changes. All methods reject with
 * `schemas.unavailable` where the registry can't be asked now, and with `schemas.refused` where it does not want to answer.
 */
export interface SchemaRegistry {
  /** The schema of a number, or undefined where there is none. */
  byId(id: number): Promise<RegisteredSchema | undefined>
  /** The schema of a UUID in hexadecimal digits (Confluent Platform 8), or undefined where there is none. */
  byGuid(guid: string): Promise<RegisteredSchema | undefined>
  /** The last version of a subject, or undefined where there is none. */
  latest(subject: string): Promise<RegisteredSchema | undefined>
  /** Adds a schema to a subject, where it is not there yet, and resolves with its number. */
  register(subject: string, schema: Schema): Promise<number>
  /** The number that a schema has in a subject, or undefined where it is not there. */
  find(subject: string, schema: Schema): Promise<number | undefined>
}
