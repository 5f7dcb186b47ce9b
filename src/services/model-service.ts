import type { ModelCommandResult, ModelHistory, ModelVersion, PublishQuery } from '../api/contract/index.ts'
import type { ModelService } from '../api/services.ts'
import type { Clock } from '../core/clock.ts'
import { SluiceError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { type Format, FORMATS } from '../core/model.ts'
import { encodeRecords } from '../core/record-batch-writer.ts'
import { type ModelCommand, type PublishCommand, decodeCommand, encodeCommand } from '../registry/descriptor.ts'
import { keyHash } from './key-hash.ts'
import type { AppliedRecord, RegistryFollower } from '../registry/follower.ts'
import type { DataTypeHistory, ModelEntry } from '../registry/history.ts'
import type { Registry } from '../registry/registry.ts'
import type { Deployment } from '../registry/deployment.ts'

export interface ModelServiceOptions {
  readonly log: Log
  readonly topic: string
  readonly clock: Clock
  readonly registry: Registry
  readonly follower: RegistryFollower
  readonly deployment: Deployment
  readonly maxModelBytes: number
  /** Whether a record of the models topic goes to the partition of its data type, which another node may hold. */
  readonly keyed: boolean
  /** What is strange about a version that has just begun to serve, in a sentence; undefined where nothing is. */
  readonly inspect: (entry: ModelEntry) => Promise<string | undefined>
}

const encoder = new TextEncoder()

/** Models for the API: each command is a record on the models topic, and what it answers is what the node read back. */
export function createModelService(options: ModelServiceOptions): ModelService {
  const { registry } = options
  return {
    list: async () => [...registry.histories].map(describeHistory),
    history: async (dataType) => describeHistory(historyOf(registry, dataType)),

    async publish(query, bytes, golden) {
      const command = publishCommand(query, bytes, options.maxModelBytes)
      return send(options, golden === undefined ? command : { ...command, golden }, query.wait !== 'false')
    },

    async publishDescriptor(descriptor, wait) {
      const command = decodeCommand(descriptor)
      return append(options, { command, value: descriptor, wait })
    },

    async rollback(dataType, to) {
      const { id } = historyOf(registry, dataType).rollbackTarget(to ?? '')
      // The record names it, so that every node goes to the same, whatever it could load.
      return send(options, { action: 'rollback', dataType, target: id }, true)
    },

    async retire(dataType, id) {
      historyOf(registry, dataType).get(id)
      return send(options, { action: 'retire', dataType, target: id }, true)
    },
  }
}

function publishCommand(query: PublishQuery, bytes: Uint8Array | undefined, maxModelBytes: number): PublishCommand {
  const { name, dataType, version = '', description = '', sha256 = '', location } = query
  if (bytes !== undefined && bytes.length > maxModelBytes) {
    throw new SluiceError('model.too-large', `${name} has ${bytes.length} bytes; models.maxBytes is ${maxModelBytes}`)
  }
  const content = location !== undefined ? { location } : { data: bytes ?? new Uint8Array(0) }
  return {
    action: 'publish',
    name,
    version,
    description,
    dataType,
    content,
    format: formatOf(query.format),
    sha256: sha256.toLowerCase(),
    inputs: stringMap(query.inputs, 'inputs'),
    metadata: stringMap(query.metadata, 'metadata'),
  }
}

function formatOf(name: string): Format {
  const format = FORMATS.find((candidate) => candidate === name.toLowerCase())
  if (format === undefined) throw new SluiceError('model.format.unknown', `format '${name}' is none of ${FORMATS.join(', ')}`)
  return format
}

function stringMap(json: string | undefined, parameter: string): Record<string, string> {
  if (json === undefined) return {}
  try {
    const map = JSON.parse(json) as unknown
    const valid =
      typeof map === 'object' && map !== null && !Array.isArray(map) && Object.values(map).every((value) => typeof value === 'string')
    if (valid) return map as Record<string, string>
  } catch {
    // Said below, as for what is JSON and something else.
  }
  throw new SluiceError('api.request.invalid', `${parameter} must be a JSON object whose values are strings, not ${json.slice(0, 80)}`)
}

async function send(options: ModelServiceOptions, command: ModelCommand, wait: boolean): Promise<ModelCommandResult> {
  return append(options, { command, value: encodeCommand(command), wait })
}

async function append(
  options: ModelServiceOptions,
  record: { command: ModelCommand; value: Uint8Array; wait: boolean },
): Promise<ModelCommandResult> {
  const { log, topic, clock, follower, deployment } = options
  const { command, value, wait } = record
  const key = encoder.encode(keyText(command, options.keyed))
  const partition = options.keyed ? keyHash(key) % (await log.partitions(topic)) : 0
  const offset = await log.append({ topic, partition, recordBatch: encodeRecords([{ timestamp: clock.now(), key, value }]) })
  if (options.keyed && !follower.holds(partition)) return sentElsewhere(command, partition, offset)
  const applied = await follower.applied(partition, offset)
  if (applied?.error !== undefined) throw applied.error
  const { history, entry } = changeOf(applied)
  if (wait) {
    await deployment.reconcile(history)
    if (command.action !== 'retire' && entry.reason !== null) throw entry.reason
  }
  const warning = wait && entry.status === 'serving' ? await options.inspect(entry) : undefined
  return {
    id: entry.id,
    dataType: history.dataType,
    status: entry.status,
    offset: String(offset),
    reason: entry.reason?.toJSON() ?? null,
    ...(warning !== undefined && { warning }),
  }
}

/** With a keyed join, records and models of one data type have the same key, and so the same partition. */
function keyText(command: ModelCommand, keyed: boolean): string {
  if (keyed) return command.dataType
  return command.action === 'publish' ? `${command.dataType}/${command.name}@${command.version}` : `${command.dataType}/${command.target}`
}

function sentElsewhere(command: ModelCommand, partition: number, offset: bigint): ModelCommandResult {
  return {
    id: command.action === 'publish' ? `${command.name}@${command.version === '' ? '?' : command.version}` : command.target,
    dataType: command.dataType,
    status: 'published',
    offset: String(offset),
    reason: null,
    warning: `partition ${partition} of the models topic, where '${command.dataType}' belongs, is held by another node, which goes on from here`,
  }
}

function changeOf(applied: AppliedRecord | undefined): { history: DataTypeHistory; entry: ModelEntry } {
  if (applied?.change === undefined)
    throw new SluiceError('internal', 'the node stopped before it had read the command back from the models topic')
  return applied.change
}

function historyOf(registry: Registry, dataType: string): DataTypeHistory {
  const history = registry.history(dataType)
  if (history !== undefined) return history
  const known = [...registry.histories].map((candidate) => candidate.dataType)
  throw new SluiceError('api.not-found', `data type '${dataType}' has no models; those that have are ${known.join(', ') || 'none yet'}`)
}

/** A data type's models as the API shows them. */
export function describeHistory(history: DataTypeHistory): ModelHistory {
  const serving = history.versions.find((entry) => entry.status === 'serving')
  return {
    dataType: history.dataType,
    serving: serving?.id ?? null,
    previous: history.previous?.id ?? null,
    versions: history.versions.map((entry) => describeVersion(entry)).toReversed(),
  }
}

function describeVersion(entry: ModelEntry): ModelVersion {
  const { name, version, description, dataType, format, sha256, metadata } = entry.descriptor
  const { id, publishedAt, status, servingSince, loadMs, reason, source } = entry
  return {
    id,
    name,
    version,
    description,
    dataType,
    format,
    sha256,
    metadata,
    publishedAt,
    status,
    servingSince,
    loadMs,
    bytes: source.size,
    offset: String(source.offset),
    reason: reason?.toJSON() ?? null,
  }
}
