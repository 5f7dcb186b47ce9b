import { SluiceError } from '../../core/errors.ts'
import type { TopicPartition, TopicSpec } from '../../core/log.ts'
import type { Partition } from './partition.ts'
import type { Store } from './store.ts'

const MAX_PARTITIONS = 10_000

/** The topics of an embedded log, found by name. */
export class Catalog {
  readonly #store: Store
  readonly #topics = new Map<string, Partition[]>()

  constructor(store: Store) {
    this.#store = store
    this.#add(store.load())
  }

  /** Creates the topics that are missing, all or none. */
  ensure(specs: readonly TopicSpec[]): void {
    const missing = new Map<string, TopicSpec>()
    for (const spec of specs) {
      checkSpec(spec)
      const known = this.#topics.get(spec.topic)
      const planned = missing.get(spec.topic)
      if (known !== undefined) checkShape(spec, { partitions: known.length, cleanup: known[0]!.cleanup })
      else if (planned !== undefined) checkShape(spec, planned)
      else missing.set(spec.topic, spec)
    }
    if (missing.size > 0) this.#add(this.#store.create([...missing.values()]))
  }

  /** All partitions of a topic, in order. Throws `log.topic.unknown`. */
  topic(name: string): readonly Partition[] {
    const partitions = this.#topics.get(name)
    if (partitions !== undefined) return partitions
    throw new SluiceError('log.topic.unknown', `there is no topic '${name}'`, { details: { topic: name } })
  }

  /** Throws `log.topic.unknown`. */
  partition({ topic, partition }: TopicPartition): Partition {
    const partitions = this.topic(topic)
    const found = partitions[partition]
    if (found !== undefined) return found
    throw new SluiceError(
      'log.topic.unknown',
      `topic '${topic}' has no partition ${partition}; its partitions are 0 to ${partitions.length - 1}`,
      { details: { topic, partition } },
    )
  }

  *all(): Generator<Partition> {
    for (const partitions of this.#topics.values()) yield* partitions
  }

  #add(partitions: readonly Partition[]): void {
    for (const partition of partitions) {
      const topic = this.#topics.get(partition.topic)
      if (topic === undefined) this.#topics.set(partition.topic, [partition])
      else topic.push(partition)
    }
  }
}

function checkSpec({ topic, partitions }: TopicSpec): void {
  if (topic !== '' && Number.isInteger(partitions) && partitions >= 1 && partitions <= MAX_PARTITIONS) return
  throw new SluiceError(
    'config.invalid',
    `topic '${topic}' with ${partitions} partitions can't be created; it needs a name and 1 to ${MAX_PARTITIONS} partitions`,
    { details: { topic, partitions } },
  )
}

function checkShape(wanted: TopicSpec, found: Pick<TopicSpec, 'partitions' | 'cleanup'>): void {
  const { topic } = wanted
  if (found.partitions >= wanted.partitions && found.cleanup === wanted.cleanup) return
  throw new SluiceError(
    'log.topic.conflict',
    `topic '${topic}' exists with ${found.partitions} partitions and cleanup '${found.cleanup}'; ` +
      `${wanted.partitions} partitions and cleanup '${wanted.cleanup}' are asked for`,
    { details: { topic, partitions: found.partitions, cleanup: found.cleanup } },
  )
}
