import { createHash } from 'node:crypto'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { SluiceError } from '../core/errors.ts'
import type { Format, GoldenVectors } from '../core/model.ts'
import {
  type ModelDescriptor as WireDescriptor,
  ModelDescriptor_Action as Action,
  ModelDescriptor_ModelType as ModelType,
  ModelDescriptorSchema,
} from './gen/sluice/model_descriptor_pb.js'
import { decodeGolden, encodeGolden } from './golden-wire.ts'

/** What a record of the models topic says: `publish` a version, or `rollback` to or `retire` one. */
export type ModelCommand = PublishCommand | { readonly action: 'rollback' | 'retire'; readonly dataType: string; readonly target: string }

export interface PublishCommand {
  readonly action: 'publish'
  readonly name: string
  /** Empty where the registry is to count. */
  readonly version: string
  readonly description: string
  readonly dataType: string
  readonly format: Format
  /** As declared; empty where it is not. */
  readonly sha256: string
  readonly inputs: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  readonly golden?: GoldenVectors
  readonly content: { readonly data: Uint8Array } | { readonly location: string }
}

const TYPES: readonly (readonly [ModelType, Format])[] = [
  [ModelType.TENSORFLOW, 'tensorflow'],
  [ModelType.TENSORFLOWSAVED, 'tensorflow-saved'],
  [ModelType.PMML, 'pmml'],
  [ModelType.ONNX, 'onnx'],
  [ModelType.PFA, 'pfa'],
  [ModelType.LIGHTGBM, 'lightgbm'],
  [ModelType.XGBOOST, 'xgboost'],
  [ModelType.REMOTE, 'remote'],
  [ModelType.FUNCTION, 'function'],
  [ModelType.CATBOOST, 'catboost'],
]

function typeOf(format: Format): ModelType {
  return TYPES.find(([, candidate]) => candidate === format)![0]
}

function formatOf(type: ModelType): Format | undefined {
  return TYPES.find(([candidate]) => candidate === type)?.[1]
}

const NAME = /^[^@/\s\p{Cc}]{1,200}$/u
const DATA_TYPE = /^[^\p{Cc}]{1,200}$/u

/** Reads a record of the models topic. Throws `model.descriptor.malformed` or `model.format.unknown`. */
export function decodeCommand(value: Uint8Array): ModelCommand {
  let wire: WireDescriptor
  try {
    wire = fromBinary(ModelDescriptorSchema, value)
  } catch (cause) {
    throw malformed(`its ${value.length} bytes are not a ModelDescriptor: ${(cause as Error).message}`, cause)
  }
  if (wire.dataType === '') throw malformed("it has no dataType, so it can't be joined with records")
  if (!DATA_TYPE.test(wire.dataType))
    throw malformed(`its dataType '${wire.dataType.slice(0, 80)}' is longer than 200 characters or has control characters in it`)
  if (wire.action === Action.ROLLBACK) return { action: 'rollback', dataType: wire.dataType, target: wire.target }
  if (wire.action === Action.RETIRE) return { action: 'retire', dataType: wire.dataType, target: wire.target }
  if (wire.action !== Action.PUBLISH) throw malformed('its action is none of publish (0), rollback (1), retire (2)')
  return decodePublish(wire)
}

function decodePublish(wire: WireDescriptor): PublishCommand {
  const format = formatOf(wire.modeltype)
  const { name, version, description, dataType, inputs, metadata, sha256, golden, MessageContent: content } = wire
  if (!NAME.test(name)) throw malformed(`its name '${name.slice(0, 80)}' is not 1 to 200 characters without @, / and white space`)
  if (version !== '' && !NAME.test(version))
    throw malformed(`the version '${version.slice(0, 80)}' of ${name} has @, / or white space in it, or is too long`)
  if (format === undefined)
    throw new SluiceError('model.format.unknown', `modeltype ${wire.modeltype.toFixed(0)} of ${name} is none of ${knownTypes()}`)
  if (content.case === undefined) throw malformed(`${name} has neither data nor a location`)
  return {
    action: 'publish',
    name,
    version,
    description,
    dataType,
    format,
    inputs,
    metadata,
    sha256: sha256.toLowerCase(),
    ...(golden && golden.vectors.length > 0 && { golden: decodeGolden(golden) }),
    content: content.case === 'data' ? { data: content.value } : { location: content.value },
  }
}

/** The value of a record of the models topic. */
export function encodeCommand(command: ModelCommand): Uint8Array {
  if (command.action !== 'publish') {
    const action = command.action === 'rollback' ? Action.ROLLBACK : Action.RETIRE
    return toBinary(ModelDescriptorSchema, create(ModelDescriptorSchema, { dataType: command.dataType, action, target: command.target }))
  }
  const { content, format, golden, action: _, ...rest } = command
  const wire = create(ModelDescriptorSchema, {
    ...rest,
    modeltype: typeOf(format),
    ...(golden && { golden: encodeGolden(golden) }),
    MessageContent: 'data' in content ? { case: 'data', value: content.data } : { case: 'location', value: content.location },
  })
  return toBinary(ModelDescriptorSchema, wire)
}

/** Lower-case hexadecimal sha256. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function knownTypes(): string {
  return TYPES.map(([type, format]) => `${format} (${type.toFixed(0)})`).join(', ')
}

function malformed(problem: string, cause?: unknown): SluiceError {
  return new SluiceError('model.descriptor.malformed', `the record of the models topic can't be used: ${problem}`, { cause })
}
