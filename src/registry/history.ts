import { isDeepStrictEqual } from 'node:util'
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

/** One version of a model for one data type. A version that is published again with other words about the same bytes is a new entry. */
export interface ModelEntry {
  readonly descriptor: ModelDescriptor
  readonly id: string
  /** Of the last record that published it, since the log may forget earlier ones. */
  source: ModelSource
  /** When that record was appended, ms since the epoch. */
  publishedAt: number
  status: VersionStatus
  servingSince: number | null
  loadMs: number | null
  reason: SluiceError | null
}

/** How many versions beyond the history are remembered to fall back on, should all that came after them turn out bad. */
const SPARE = 100

/**
 * The versions of one data type, and which of them should serve: the one that was asked for last and is not known to be bad.
 * Two orders are kept, and both depend on the records of the models topic alone, so that every node that reads them comes to
 * the same, whenever it learns which versions can't be loaded:
 * - what was asked for, the latest last: where a version turns out bad, the one that was asked for before it serves;
 * - the way back: publishing a version puts it on top, rolling back takes off what is above the target. A rollback without a
 *   target goes to what is below the wanted version.
 */
export class DataTypeHistory {
  readonly dataType: string
  /** In the order of publishing, at most `limit`, one per id. */
  #kept: ModelEntry[] = []
  #asked: ModelEntry[] = []
  #wayBack: ModelEntry[] = []
  readonly #limit: number

  constructor(dataType: string, limit: number) {
    this.dataType = dataType
    this.#limit = limit
  }

  /** In the order of publishing: the last ones, and those that serve, should, or would after a rollback, however old they are. One per id. */
  get versions(): readonly ModelEntry[] {
    const { wanted } = this
    const { previous } = this
    const active = this.#asked.filter((entry) => entry === wanted || entry === previous || entry.status === 'serving')
    const older = active.filter((entry) => !this.#kept.some(({ id }) => id === entry.id))
    return [...older, ...this.#kept.map((entry) => active.find(({ id }) => id === entry.id) ?? entry)]
  }

  /** The version that should serve. */
  get wanted(): ModelEntry | undefined {
    return this.#asked.findLast(isUsable)
  }

  /** The version that should play an arm: of a model's versions, the one that was asked for last and is not known to be bad; or `name@version` itself. */
  wantedOf(model: string): ModelEntry | undefined {
    return this.#asked.findLast((entry) => isUsable(entry) && (entry.descriptor.name === model || entry.id === model))
  }

  /** The version to which a rollback without a target goes. */
  get previous(): ModelEntry | undefined {
    const { wanted } = this
    const at = wanted === undefined ? -1 : this.#wayBack.indexOf(wanted)
    const below = at < 0 ? this.#wayBack : this.#wayBack.slice(0, at)
    return below.findLast((entry) => entry !== wanted && isUsable(entry))
  }

  find(id: string): ModelEntry | undefined {
    const hasId = (entry: ModelEntry): boolean => entry.id === id
    return this.#kept.findLast(hasId) ?? this.#asked.findLast(hasId)
  }

  /** A version was published, for the first time or again. */
  publish(descriptor: ModelDescriptor, source: ModelSource, publishedAt: number): ModelEntry {
    const known = this.find(modelId(descriptor))
    const isKnown = known !== undefined && isSame(known.descriptor, descriptor)
    const entry = isKnown ? known : newEntry(descriptor, source, publishedAt)
    if (isKnown) {
      Object.assign(entry, { source, publishedAt })
      allowAgain(entry)
    }
    // One with other words may serve until the new one does, so it stays among those that were asked for.
    const at = known === undefined ? -1 : this.#kept.indexOf(known)
    this.#kept = at < 0 ? [...this.#kept, entry] : this.#kept.with(at, entry)
    if (known !== undefined) this.#wayBack = without(this.#wayBack, known)
    this.#ask(entry)
    this.#wayBack = [...without(this.#wayBack, entry), entry]
    this.#forget()
    return entry
  }

  /** Goes back to a version (`name@version`), or to the previous one. Throws `model.not-found` or `model.rollback.impossible`. */
  rollback(target: string): ModelEntry {
    const entry = this.rollbackTarget(target)
    // One that was bad may be better now: its location can be reached, the limit was raised.
    if (entry.status === 'refused') allowAgain(entry)
    this.#ask(entry)
    const at = this.#wayBack.indexOf(entry)
    this.#wayBack = at < 0 ? [...this.#wayBack, entry] : this.#wayBack.slice(0, at + 1)
    return entry
  }

  /** What a rollback would go to; changes nothing. Throws as `rollback` does. */
  rollbackTarget(target: string): ModelEntry {
    const entry = target === '' ? this.previous : this.find(target)
    if (entry === undefined && target !== '') throw this.#notFound(target)
    if (entry === undefined)
      throw new SluiceError('model.rollback.impossible', `data type '${this.dataType}' has no version before ${this.wanted?.id ?? 'any'}`)
    if (entry.status === 'retired') throw new SluiceError('model.rollback.impossible', `${entry.id} is retired; publish it again to use it`)
    return entry
  }

  /** Takes a version out until it is published again; what is below it on the way back takes its place. Throws `model.not-found`. */
  retire(target: string): ModelEntry {
    const retired = this.get(target)
    const hasId = ({ id }: ModelEntry): boolean => id === retired.id
    for (const entry of [retired, ...this.#asked.filter(hasId)]) Object.assign(entry, { status: 'retired', servingSince: null })
    const below = this.#wayBack[this.#wayBack.findIndex(hasId) - 1]
    const place = this.#asked.findLastIndex(hasId)
    this.#asked = this.#asked.flatMap((entry, i) => {
      if (i === place && below !== undefined) return [below]
      return hasId(entry) || entry === below ? [] : [entry]
    })
    this.#wayBack = this.#wayBack.filter((entry) => !hasId(entry))
    return retired
  }

  /** A version by its `name@version`. Throws `model.not-found`. */
  get(id: string): ModelEntry {
    const entry = this.find(id)
    if (entry === undefined) throw this.#notFound(id)
    return entry
  }

  /** A version could not be loaded: what was asked for before it is wanted again. */
  refuse(entry: ModelEntry, reason: SluiceError): void {
    if (entry.status === 'retired') return
    entry.status = 'refused'
    entry.reason = reason
    entry.servingSince = null
  }

  #ask(entry: ModelEntry): void {
    this.#asked = [...without(this.#asked, entry), entry]
  }

  /** Keeps the history bounded: the oldest versions go first, but not the one that was asked for last. */
  #forget(): void {
    const last = this.#asked.at(-1)
    while (this.#kept.length > this.#limit) {
      const forgotten = this.#kept[this.#kept[0] === last ? 1 : 0]!
      this.#kept = without(this.#kept, forgotten)
    }
    // Versions that are bad must not push the good ones before them out of reach.
    this.#wayBack = this.#wayBack.slice(-(this.#limit + SPARE))
    this.#asked = this.#asked.slice(-(this.#limit + SPARE))
  }

  #notFound(target: string): SluiceError {
    const known = this.versions.map((entry) => entry.id).join(', ')
    const asked = target.length > 200 ? `${target.slice(0, 200)}…` : target
    return new SluiceError('model.not-found', `data type '${this.dataType}' has no version '${asked}'; it has ${known || 'none'}`)
  }
}

function newEntry(descriptor: ModelDescriptor, source: ModelSource, publishedAt: number): ModelEntry {
  const id = modelId(descriptor)
  return { descriptor, id, source, publishedAt, status: 'published', servingSince: null, loadMs: null, reason: null }
}

function isUsable({ status }: ModelEntry): boolean {
  return status !== 'refused' && status !== 'retired'
}

function allowAgain(entry: ModelEntry): void {
  if (!isUsable(entry)) entry.status = 'published'
  entry.reason = null
}

function without(entries: readonly ModelEntry[], gone: ModelEntry): ModelEntry[] {
  return entries.filter((entry) => entry !== gone)
}

/** Whether the words about the bytes are the same; that the bytes are has been checked. */
function isSame(a: ModelDescriptor, b: ModelDescriptor): boolean {
  return (
    a.format === b.format &&
    a.description === b.description &&
    sameMap(a.inputs, b.inputs) &&
    sameMap(a.metadata, b.metadata) &&
    isDeepStrictEqual(a.golden, b.golden)
  )
}

function sameMap(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
}
