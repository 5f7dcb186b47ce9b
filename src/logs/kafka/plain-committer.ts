import type { Commit } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import type { Committer, Ownership } from './committer.ts'
import { commitOffsets, fenced } from './group-offsets.ts'
import { OffsetCommits } from './offset-commits.ts'
import { checkAppends, type Producer } from './producer.ts'
import { keyOf } from './partition-key.ts'

export interface PlainCommitterOptions {
  readonly cluster: Cluster
  readonly producer: Producer
  readonly ownership: Ownership
  /** How often offsets are committed. */
  readonly commitIntervalMs: number
}

/**
 * Commits at least once, without transactions: appends go out at once and are on all in-sync replicas before the offsets are committed, which is done for
 * many commits together.
 */
export class PlainCommitter implements Committer {
  readonly #options: PlainCommitterOptions
  /** Settles, without an error, when the appends of the commits so far are on their way. */
  #admitted: Promise<unknown> = Promise.resolve()
  /** By partition: when the last of its offsets was handed over, in its turn and with its appends done, to be committed. */
  readonly #handed = new Map<string, Promise<unknown>>()
  readonly #offsets: OffsetCommits
  #abandoned = false

  constructor(options: PlainCommitterOptions) {
    this.#options = options
    const { cluster, producer, ownership, commitIntervalMs: intervalMs } = options
    this.#offsets = new OffsetCommits({
      intervalMs,
      append: async (append) => producer.append(append),
      request: async (offsets) => commitOffsets(cluster, { ownership, offsets }),
    })
  }

  async commit({ appends, changelog = [], offsets, onAppended }: Commit): Promise<void> {
    const { cluster, producer, ownership } = this.#options
    const keys = offsets.map(keyOf)
    const earlier = keys.flatMap((key) => this.#handed.get(key) ?? [])
    const admitted = this.#admitted.then(async () => {
      // Before the first append, so that one that is refused leaves nothing of its commit behind.
      await checkAppends(cluster, appends)
      return { appended: Promise.allSettled(appends.map(async (append) => producer.append(append))) }
    })
    this.#admitted = admitted.catch(() => {})
    const handed = (async () => {
      const { appended } = await admitted
      for (const result of await appended) if (result.status === 'rejected') throw result.reason
      onAppended?.()
      // Offsets must not overtake each other, nor pass by work that failed.
      await Promise.all(earlier)
      if (this.#abandoned && offsets.length > 0) throw fenced(ownership.group, offsets[0]!)
      this.#offsets.keep(changelog)
      if (offsets.length === 0) return { committed: this.#offsets.flush() }
      return { committed: Promise.all(offsets.map(async (offset) => this.#offsets.commit(offset))) }
    })()
    for (const key of keys) this.#handed.set(key, handed)
    try {
      const { committed } = await handed
      await committed
    } finally {
      for (const key of keys) if (this.#handed.get(key) === handed) this.#handed.delete(key)
    }
  }

  hurry(): Disposable {
    return this.#offsets.hurry()
  }

  async abandon(): Promise<void> {
    this.#abandoned = true
  }
}
