import type { Commit } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import type { Committer, Ownership } from './committer.ts'
import { commitOffsets, fenced } from './group-offsets.ts'
import { checkAppends, type Producer } from './producer.ts'
import { keyOf } from './partition-key.ts'

export interface PlainCommitterOptions {
  readonly cluster: Cluster
  readonly producer: Producer
  readonly ownership: Ownership
}

/** Commits at least once, without transactions: appends are on all in-sync replicas before the offsets are committed. */
export class PlainCommitter implements Committer {
  readonly #options: PlainCommitterOptions
  /** Settles, without an error, when the appends of the commits so far are on their way. */
  #admitted: Promise<unknown> = Promise.resolve()
  /** By partition: the end of the last commit of its offset that was begun. */
  readonly #commits = new Map<string, Promise<void>>()
  #abandoned = false

  constructor(options: PlainCommitterOptions) {
    this.#options = options
  }

  async commit({ appends, offsets }: Commit): Promise<void> {
    const { cluster, producer, ownership } = this.#options
    const keys = offsets.map(keyOf)
    const earlier = keys.flatMap((key) => this.#commits.get(key) ?? [])
    const admitted = this.#admitted.then(async () => {
      // Before the first append, so that one that is refused leaves nothing of its commit behind.
      await checkAppends(cluster, appends)
      return { appended: Promise.allSettled(appends.map(async (append) => producer.append(append))) }
    })
    this.#admitted = admitted.catch(() => {})
    const committed = (async () => {
      const { appended } = await admitted
      for (const result of await appended) if (result.status === 'rejected') throw result.reason
      // Offsets must not overtake each other, nor pass by work that failed.
      await Promise.all(earlier)
      if (offsets.length === 0) return
      if (this.#abandoned) throw fenced(ownership.group, offsets[0]!)
      await commitOffsets(cluster, { ownership, offsets })
    })()
    const settled = committed.finally(() => {
      for (const key of keys) if (this.#commits.get(key) === settled) this.#commits.delete(key)
    })
    for (const key of keys) this.#commits.set(key, settled)
    return settled
  }

  hurry(): Disposable {
    return { [Symbol.dispose]: () => {} }
  }

  async abandon(): Promise<void> {
    this.#abandoned = true
  }
}
