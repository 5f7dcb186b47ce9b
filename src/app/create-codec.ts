import { readFile } from 'node:fs/promises'
import {
  createAvroCodec,
  createConfluentAvroCodec,
  createConfluentJsonCodec,
  createConfluentProtobufCodec,
  createJsonCodec,
  createProtobufCodec,
  type RegistryUse,
} from '../codecs/index.ts'
import type { StreamConfig } from '../config/index.ts'
import type { Clock } from '../core/clock.ts'
import type { Codec } from '../core/codec.ts'
import { SluiceError } from '../core/errors.ts'
import type { SchemaRegistry } from '../core/schema-registry.ts'

export interface CreateCodecOptions {
  readonly registry: SchemaRegistry | undefined
  readonly clock: Clock
  readonly register: boolean
}

/** The codec of a configured stream; with a schema registry, its schemas are looked up, and those of its answers registered. */
export async function createCodec(stream: StreamConfig, options: CreateCodecOptions): Promise<Codec> {
  const { format, answer } = stream
  const use = registryUse(stream, options)
  const field = 'field' in answer ? { answerField: answer.field } : {}
  const withRecord = answer.record
  if (format === 'json') return use === undefined ? createJsonCodec({ ...field, withRecord }) : createConfluentJsonCodec(use, field)
  if (format === 'avro' || 'avro' in format) {
    const schema = format === 'avro' ? undefined : new TextDecoder().decode(await contentOf(stream.name, 'Avro schema', format.avro.schema))
    if (use !== undefined) return createConfluentAvroCodec(use, { ...field, ...(schema !== undefined && { schema }) })
    return createAvroCodec({ ...field, schema: schema! })
  }
  const descriptorSet = await contentOf(stream.name, 'descriptor set', format.protobuf.descriptorSet)
  const { message } = format.protobuf
  const protobuf = { descriptorSet, message, withRecord, ...('number' in answer && { answerNumber: answer.number }) }
  return use === undefined ? createProtobufCodec(protobuf) : createConfluentProtobufCodec(use, protobuf)
}

function registryUse({ wire, subjects }: StreamConfig, { registry, clock, register }: CreateCodecOptions): RegistryUse | undefined {
  if (wire === 'plain') return undefined
  return { registry: registry!, clock, register, inputSubject: subjects.input, outputSubject: subjects.output }
}

async function contentOf(stream: string, what: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const text = `the ${what} of stream '${stream}' can't be read: ${path}: ${(cause as Error).message}`
    throw new SluiceError('config.unreadable', text, { cause })
  }
}
