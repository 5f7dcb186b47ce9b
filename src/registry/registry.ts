import { SluiceError } from '../core/errors.ts'
import type { ModelDescriptor } from '../core/model.ts'
import { decodeCommand, type PublishCommand, sha256Of } from './descriptor.ts'
import { DataTypeHistory, type ModelEntry } from './history.ts'

/** A record of the models topic. */
export interface ModelRecord {
  readonly partition: number
  readonly offset: bigint
  readonly timestamp: number
  readonly key: Uint8Array | undefined
  readonly value: Uint8Array | undefined
}

/** What a record of the models topic changed. */
export interface RegistryChange {
  readonly action: 'publish' | 'rollback' | 'retire'
  readonly history: DataTypeHistory
  readonly entry: ModelEntry
}

export interface RegistryOptions {
  /** Versions kept per data type. */
  readonly history: number
  readonly maxModelBytes: number
}

/** How many names and versions are remembered, to refuse other bytes under a known one. */
const MAX_KNOWN = 1_000_000

/**
 * The fold over the models topic: which versions there are, and which should serve each data type. Every node that has read
 * the same records holds the same registry.
 */
export class Registry {
  readonly #options: RegistryOptions
  readonly #histories = new Map<string, DataTypeHistory>()
  /** `name@version` -> what the model is (`identityOf`): versions are immutable. */
  readonly #identities = new Map<string, string>()
  /** name and identity -> the version that this model has under this name. */
  readonly #versions = new Map<string, string>()
  /** name -> a whole number up to which all versions are taken. */
  readonly #counters = new Map<string, number>()

  constructor(options: RegistryOptions) {
    this.#options = options
  }

  get histories(): IterableIterator<DataTypeHistory> {
    return this.#histories.values()
  }

  history(dataType: string): DataTypeHistory | undefined {
    return this.#histories.get(dataType)
  }

  /** Whether a version (`name@version`) was ever published, though no history may remember it. */
  knows(id: string): boolean {
    return this.#identities.has(id)
  }

  /** Applies the next record. Throws a model-scope error where it can't be used; the registry is then as it was. */
  apply(record: ModelRecord): RegistryChange {
    if (record.value === undefined) {
      throw new SluiceError(
        'model.descriptor.malformed',
        'the record of the models topic is a tombstone; retire a version with `sluice models retire`',
      )
    }
    const command = decodeCommand(record.value)
    if (command.action === 'publish') return this.#publish(command, record)
    const history = this.#histories.get(command.dataType)
    if (history === undefined) {
      throw new SluiceError('model.not-found', `data type '${command.dataType}' has no models, so there is nothing to ${command.action}`)
    }
    const entry = command.action === 'rollback' ? history.rollback(command.target) : history.retire(command.target)
    return { action: command.action, history, entry }
  }

  #publish(command: PublishCommand, record: ModelRecord): RegistryChange {
    const { content } = command
    const data = 'data' in content ? content.data : undefined
    this.#checkContent(command, data)
    const sha256 = data === undefined ? command.sha256 : sha256Of(data)
    if (data !== undefined && command.sha256 !== '' && command.sha256 !== sha256) {
      throw new SluiceError(
        'model.sha256.mismatch',
        `the bytes of ${command.name} have the sha256 ${sha256}, and its descriptor says ${command.sha256}`,
      )
    }
    const identity = identityOf(command, sha256)
    const version = command.version === '' ? this.#nextVersion(command.name, identity) : command.version
    this.#remember(command.name, version, identity)
    const { name, description, dataType, format, inputs, metadata, golden } = command
    const descriptor: ModelDescriptor = {
      name,
      version,
      description,
      dataType,
      format,
      sha256,
      inputs,
      metadata,
      ...(golden && { golden }),
    }
    let history = this.#histories.get(dataType)
    if (history === undefined) this.#histories.set(dataType, (history = new DataTypeHistory(dataType, this.#options.history)))
    const location = 'location' in content ? content.location : undefined
    const source = { partition: record.partition, offset: record.offset, location, size: data?.length ?? 0 }
    return { action: 'publish', history, entry: history.publish(descriptor, source, record.timestamp) }
  }

  #checkContent(command: PublishCommand, data: Uint8Array | undefined): void {
    const { maxModelBytes } = this.#options
    if (data !== undefined && data.length > maxModelBytes) {
      throw new SluiceError('model.too-large', `${command.name} has ${data.length} bytes; models.maxBytes is ${maxModelBytes}`)
    }
    if (data === undefined && !/^[0-9a-f]{64}$/.test(command.sha256)) {
      throw new SluiceError(
        'model.location.refused',
        `${command.name} is at a location and has no sha256 of 64 hexadecimal digits, which would prove its bytes`,
      )
    }
  }

  /** The version that this model has under this name already, else the next whole number that is free. */
  #nextVersion(name: string, identity: string): string {
    const known = this.#versions.get(`${name}@${identity}`)
    if (known !== undefined) return known
    let next = (this.#counters.get(name) ?? 0) + 1
    while (this.#identities.has(`${name}@${next}`)) next++
    this.#counters.set(name, next - 1)
    return String(next)
  }

  /** Throws where the name and version stand for another model. */
  #remember(name: string, version: string, identity: string): void {
    const id = `${name}@${version}`
    const known = this.#identities.get(id)
    if (known === identity) return
    if (known !== undefined) throw notTheSame(id, known, identity)
    if (this.#identities.size >= MAX_KNOWN) {
      throw new SluiceError('model.descriptor.malformed', `the registry has seen ${MAX_KNOWN} model versions and takes no more`)
    }
    this.#identities.set(id, identity)
    if (!this.#versions.has(`${name}@${identity}`)) this.#versions.set(`${name}@${identity}`, version)
  }
}

/** What makes a model the function that it is: its bytes, and how they are to be read and fed. Its sha256 first. */
function identityOf({ format, inputs, metadata }: PublishCommand, sha256: string): string {
  const sorted = (map: Readonly<Record<string, string>>): [string, string][] => Object.entries(map).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `${sha256} ${sha256Of(new TextEncoder().encode(JSON.stringify([format, sorted(inputs), sorted(metadata)])))}`
}

function notTheSame(id: string, known: string, identity: string): SluiceError {
  const [before] = known.split(' ')
  const [now] = identity.split(' ')
  const difference = before === now ? 'another format, other inputs or other metadata' : `the sha256 ${before}; these bytes have ${now}`
  const message = `${id} was published before with ${difference}; a version is immutable: publish this one under a new version`
  return new SluiceError('model.version.immutable', message, { details: { model: id } })
}
