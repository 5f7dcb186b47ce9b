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
  /**
   * Whether each partition of the models topic is a world of its own, which a node may know or not: names and versions are then unique
   * within a partition. Otherwise every node knows the whole topic.
   */
  readonly keyed?: boolean
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
  /** By partition where each is a world of its own, else one for all. */
  readonly #worlds = new Map<number, World>()

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
    return [...this.#worlds.values()].some((world) => world.identities.has(id))
  }

  /** Forgets all that a partition told, of a topic whose partitions are worlds of their own. Returns the data types that are gone. */
  drop(partition: number): string[] {
    this.#worlds.delete(partition)
    const gone = [...this.#histories.values()].filter((history) => history.versions.some(({ source }) => source.partition === partition))
    for (const { dataType } of gone) this.#histories.delete(dataType)
    return gone.map(({ dataType }) => dataType)
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
    const world = this.#world(record.partition)
    const version = command.version === '' ? nextVersion(world, command.name, identity) : command.version
    remember(world, { name: command.name, version, identity })
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

  #world(partition: number): World {
    const key = this.#options.keyed === true ? partition : 0
    let world = this.#worlds.get(key)
    if (world === undefined) this.#worlds.set(key, (world = { identities: new Map(), versions: new Map(), counters: new Map() }))
    return world
  }
}

/** Within which names and versions are unique. */
interface World {
  /** `name@version` -> what the model is (`identityOf`): versions are immutable. */
  readonly identities: Map<string, string>
  /** name and identity -> the version that this model has under this name. */
  readonly versions: Map<string, string>
  /** name -> a whole number up to which all versions are taken. */
  readonly counters: Map<string, number>
}

/** The version that this model has under this name already, else the next whole number that is free. */
function nextVersion({ identities, versions, counters }: World, name: string, identity: string): string {
  const known = versions.get(`${name}@${identity}`)
  if (known !== undefined) return known
  let next = (counters.get(name) ?? 0) + 1
  while (identities.has(`${name}@${next}`)) next++
  counters.set(name, next - 1)
  return String(next)
}

/** Throws where the name and version stand for another model. */
function remember(
  { identities, versions }: World,
  model: { readonly name: string; readonly version: string; readonly identity: string },
): void {
  const { name, version, identity } = model
  const id = `${name}@${version}`
  const known = identities.get(id)
  if (known === identity) return
  if (known !== undefined) throw notTheSame(id, known, identity)
  if (identities.size >= MAX_KNOWN) {
    throw new SluiceError('model.descriptor.malformed', `the registry has seen ${MAX_KNOWN} model versions and takes no more`)
  }
  identities.set(id, identity)
  if (!versions.has(`${name}@${identity}`)) versions.set(`${name}@${identity}`, version)
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
