import { SluiceError } from '../core/errors.ts'
import { type ModelDescriptor, modelId } from '../core/model.ts'

/** Where the bytes of a version are: in its record on the models topic, and perhaps at a location that the record names. */
export interface ModelSource {
  readonly partition: number
  readonly offset: bigint
  readonly location: string | undefined
  /** Size of the bytes; 0 where they are at a location and were not fetched yet. */
  readonly size: number
}

export type VersionStatus = 'published' | 'loading' | 'ready' | 'serving' | 'refused' | 'retired'

/** One version of a model for one data type. */
export interface ModelEntry {
  readonly descriptor: ModelDescriptor
  readonly id: string
  readonly source: ModelSource
  /** When its record was appended, ms since the epoch. */
  readonly publishedAt: number
  status: VersionStatus
  servingSince: number | null
  loadMs: number | null
  reason: SluiceError | null
}

/**
 * The versions of one data type, and which of them should serve. It remembers which versions were wanted one after the other:
 * publishing one puts it on top, a version that turns out bad is taken out, and rolling back takes off what is above the target.
 * So the wanted version depends on the models topic and on which versions can be loaded, and on nothing else.
 */
export class DataTypeHistory {
  readonly dataType: string
  /** In the order of publishing, at most `limit`. */
  readonly versions: ModelEntry[] = []
  #wanted: ModelEntry[] = []
  readonly #limit: number

  constructor(dataType: string, limit: number) {
    this.dataType = dataType
    this.#limit = limit
  }

  /** The version that should serve. */
  get wanted(): ModelEntry | undefined {
    return this.#wanted.at(-1)
  }

  /** The version to which a rollback without a target goes. */
  get previous(): ModelEntry | undefined {
    return this.#wanted.at(-2)
  }

  find(id: string): ModelEntry | undefined {
    return this.versions.find((entry) => entry.id === id)
  }

  /** A version was published, for the first time or again. */
  publish(descriptor: ModelDescriptor, source: ModelSource, publishedAt: number): ModelEntry {
    let entry = this.find(modelId(descriptor))
    if (entry === undefined) {
      entry = {
        descriptor,
        id: modelId(descriptor),
        source,
        publishedAt,
        status: 'published',
        servingSince: null,
        loadMs: null,
        reason: null,
      }
      this.versions.push(entry)
    } else if (entry.status === 'retired' || entry.status === 'refused') {
      entry.status = 'published'
      entry.reason = null
    }
    this.#remove(entry)
    this.#wanted.push(entry)
    this.#forget()
    return entry
  }

  /** Goes back to a version (`name@version`), or to the previous one. Throws `model.not-found` or `model.rollback.impossible`. */
  rollback(target: string): ModelEntry {
    const entry = target === '' ? this.previous : this.find(target)
    if (entry === undefined && target !== '') throw this.#notFound(target)
    if (entry === undefined)
      throw new SluiceError('model.rollback.impossible', `data type '${this.dataType}' has no version before ${this.wanted?.id ?? 'any'}`)
    if (entry.status === 'retired') throw new SluiceError('model.rollback.impossible', `${entry.id} is retired; publish it again to use it`)
    const at = this.#wanted.indexOf(entry)
    this.#wanted = at < 0 ? [entry] : this.#wanted.slice(0, at + 1)
    return entry
  }

  /** Takes a version out for good. Throws `model.not-found`. */
  retire(target: string): ModelEntry {
    const entry = this.find(target)
    if (entry === undefined) throw this.#notFound(target)
    this.#remove(entry)
    entry.status = 'retired'
    entry.servingSince = null
    return entry
  }

  /** A version could not be loaded: what was wanted before it is wanted again. */
  refuse(entry: ModelEntry, reason: SluiceError): void {
    this.#remove(entry)
    entry.status = 'refused'
    entry.reason = reason
    entry.servingSince = null
  }

  #remove(entry: ModelEntry): void {
    this.#wanted = this.#wanted.filter((candidate) => candidate !== entry)
  }

  /** Keeps the history bounded: the oldest versions go first, but not the wanted one. */
  #forget(): void {
    while (this.versions.length > this.#limit) {
      const at = this.versions.findIndex((entry) => entry !== this.wanted && entry.status !== 'serving')
      if (at < 0) return
      this.#remove(this.versions[at]!)
      this.versions.splice(at, 1)
    }
  }

  #notFound(target: string): SluiceError {
    const known = this.versions.map((entry) => entry.id).join(', ')
    return new SluiceError('model.not-found', `data type '${this.dataType}' has no version '${target}'; it has ${known || 'none'}`)
  }
}
