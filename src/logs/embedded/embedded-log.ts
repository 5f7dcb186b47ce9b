import { changelogAppends } from '../../core/changelog.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Append, Commit, Group, GroupOptions, Log, ReadOptions, TopicPartition, TopicSpec } from '../../core/log.ts'
import type { Batch } from '../../core/batch.ts'
import { Catalog } from './catalog.ts'
import { GroupCoordinator, Member } from './group.ts'
import type { Partition } from './partition.ts'
import { readPartition } from './reader.ts'
import { Staging } from './staging.ts'
import type { Change, Store } from './store.ts'

/**
 * A log in this process on a store of its own: it checks, numbers and splits what is appended, wakes readers, and shares
 * partitions among the members of a group, who are all in this process. The log closes the store. `name` stands in messages.
 */
export function createEmbeddedLog(name: string, store: Store): Log {
  return new EmbeddedLog(name, store)
}

class EmbeddedLog implements Log {
  readonly #name: string
  readonly #store: Store
  readonly #catalog: Catalog
  readonly #groups = new Map<string, GroupCoordinator>()
  readonly #closing = new AbortController()

  constructor(name: string, store: Store) {
    this.#name = name
    this.#store = store
    this.#catalog = new Catalog(store)
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    this.#checkOpen()
    this.#catalog.ensure(topics)
  }

  async partitions(topic: string): Promise<number> {
    this.#checkOpen()
    return this.#catalog.topic(topic).length
  }

  async topicId(topic: string): Promise<undefined> {
    this.#checkOpen()
    this.#catalog.topic(topic)
  }

  async maxAppendBytes(topic: string): Promise<number> {
    this.#checkOpen()
    this.#catalog.topic(topic)
    return Infinity
  }

  async append(append: Append): Promise<bigint> {
    this.#checkOpen()
    const staging = new Staging(this.#catalog)
    const base = staging.add(append)
    this.#write({ batches: staging.batches, nexts: staging.nexts, offsets: [] })
    return base
  }

  async offsets(partition: TopicPartition): Promise<{ first: bigint; next: bigint }> {
    this.#checkOpen()
    const { first, next } = this.#catalog.partition(partition)
    return { first, next }
  }

  read(options: ReadOptions): AsyncIterable<Batch> {
    try {
      this.#checkOpen()
      const partition = this.#catalog.partition(options)
      return readPartition(partition, options, { store: this.#store, closing: this.#closing.signal, end: partition.next })
    } catch (error) {
      return failing(error)
    }
  }

  async join(options: GroupOptions): Promise<Group> {
    this.#checkOpen()
    const topics = options.topics.map((topic) => this.#catalog.topic(topic))
    const member = new Member(topics, options.listener)
    const coordinator = this.#group(options.group)
    coordinator.join(member)
    return {
      overlapping: false,
      hurry: () => ({ [Symbol.dispose]() {} }),
      commit: async (commit) => this.#commit(options.group, member, commit),
      committed: async (partition) => {
        this.#checkOpen()
        return this.#store.committed(options.group, this.#catalog.partition(partition))
      },
      leave: async () => coordinator.leave(member),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    for (const group of this.#groups.values()) group.close()
    for (const partition of this.#catalog.all()) partition.wake()
    this.#store.close()
  }

  async #commit(group: string, member: Member, commit: Commit): Promise<void> {
    this.#checkOpen()
    const offsets = commit.offsets.map(({ topic, partition: number, next }) => {
      const partition = this.#catalog.partition({ topic, partition: number })
      if (!member.owned.has(partition)) throw fenced(group, partition)
      return { group, partition, next }
    })
    const staging = new Staging(this.#catalog)
    for (const append of commit.appends) staging.add(append)
    for (const append of changelogAppends(commit.changelog)) staging.add(append)
    this.#write({ batches: staging.batches, nexts: staging.nexts, offsets })
  }

  #write(change: Change): void {
    this.#store.write(change)
    for (const [partition, next] of change.nexts) partition.next = next
    for (const partition of change.nexts.keys()) partition.wake()
  }

  #group(name: string): GroupCoordinator {
    let group = this.#groups.get(name)
    if (group === undefined) {
      group = new GroupCoordinator((partition) => {
        const committed = this.#store.committed(name, partition) ?? partition.first
        return committed < partition.first ? partition.first : committed
      })
      this.#groups.set(name, group)
    }
    return group
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new SluiceError('log.unavailable', `${this.#name} is closed`)
  }
}

/** Errors of a read come where its batches would. */
// oxlint-disable-next-line require-yield -- it only throws
async function* failing(error: unknown): AsyncGenerator<Batch, void> {
  throw error
}

function fenced(group: string, { topic, partition }: Partition): SluiceError {
  return new SluiceError('log.fenced', `a member of group '${group}' wanted to commit ${topic}-${partition}, which it does not own`, {
    details: { group, topic, partition },
  })
}
