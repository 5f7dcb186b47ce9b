import { Changelog } from '../../core/changelog.ts'
import type { Commit, TopicPartition } from '../../core/log.ts'
import { keyOf } from './partition-key.ts'

/** What one transaction asks of its surroundings. */
export interface TransactionSteps {
  /** Makes these partitions part of the open transaction. */
  register(partitions: readonly TopicPartition[]): Promise<void>
  /** Sees to it that this membership is known as the one that works on these input partitions. */
  claim(partitions: readonly TopicPartition[]): Promise<void>
  append(append: Commit['appends'][number]): Promise<void>
  /** The offsets are to be committed with the transaction. */
  commitOffsets(offsets: Commit['offsets']): Promise<void>
  /** Decides that all of it counts. */
  commit(): Promise<void>
}

/**
 * One transaction, which takes in units of work until it is asked to finish. Partitions are registered in as few requests
 * as the traffic allows, and nothing is appended to one before that.
 */
export class Transaction {
  readonly #steps: TransactionSteps
  readonly #registered = new Set<string>()
  readonly #claimed = new Set<string>()
  readonly #offsets = new Map<string, Commit['offsets'][number]>()
  readonly #changelog = new Changelog()
  readonly #work: Promise<void>[] = []
  readonly #failure = Promise.withResolvers<never>()
  #arrived: { readonly commit: Commit; readonly appended: PromiseWithResolvers<void> }[] = []
  #pumping = false
  #bytes = 0
  #finishing: Promise<void> = Promise.resolve()

  constructor(steps: TransactionSteps) {
    this.#steps = steps
    this.#failure.promise.catch(() => {})
  }

  /** How much was taken in. */
  get bytes(): number {
    return this.#bytes
  }

  /** Rejects with the first thing that goes wrong; never resolves. */
  get failed(): Promise<never> {
    return this.#failure.promise
  }

  add(commit: Commit): void {
    for (const append of commit.appends) this.#bytes += append.recordBatch.length
    this.#changelog.add(commit.changelog ?? [])
    for (const offset of commit.offsets) this.#offsets.set(keyOf(offset), offset)
    const appended = Promise.withResolvers<void>()
    appended.promise.catch(this.#failure.reject)
    this.#work.push(appended.promise)
    this.#arrived.push({ commit, appended })
    if (!this.#pumping) void this.#pump()
  }

  /** Resolves when all that was added is durable; rejects where any of it is not, and then none of it counts. */
  async finish(): Promise<void> {
    this.#finishing = this.#finish()
    return this.#finishing
  }

  /** Resolves when nothing of it is on its way any more. */
  async quiet(): Promise<void> {
    await Promise.allSettled([...this.#work, this.#finishing])
  }

  async #finish(): Promise<void> {
    await Promise.all(this.#work)
    const changelog = this.#changelog.take().map(async (append) => this.#steps.append(append))
    const offsets = this.#offsets.size > 0 ? [this.#steps.commitOffsets([...this.#offsets.values()])] : []
    // All of them, also where one fails: nothing may be on its way when the transaction is ended.
    for (const result of await Promise.allSettled([...changelog, ...offsets])) if (result.status === 'rejected') throw result.reason
    if (this.#registered.size > 0 || this.#offsets.size > 0) await this.#steps.commit()
  }

  /** Registers what has arrived, then appends it, until nothing is left. The order of arrival is kept. */
  async #pump(): Promise<void> {
    this.#pumping = true
    while (this.#arrived.length > 0) {
      const arrived = this.#arrived
      this.#arrived = []
      try {
        await Promise.all([
          this.#once(
            this.#registered,
            arrived.flatMap(({ commit }) => [...commit.appends, ...(commit.changelog ?? [])]),
            async (partitions) => this.#steps.register(partitions),
          ),
          this.#once(
            this.#claimed,
            arrived.flatMap(({ commit }) => commit.offsets),
            async (partitions) => this.#steps.claim(partitions),
          ),
        ])
        for (const { commit, appended } of arrived) {
          Promise.all(commit.appends.map(async (append) => this.#steps.append(append))).then(() => appended.resolve(), appended.reject)
        }
      } catch (error) {
        for (const { appended } of arrived) appended.reject(error)
      }
    }
    this.#pumping = false
  }

  /** Calls the step for those partitions that it was not called for yet. */
  async #once(known: Set<string>, partitions: readonly TopicPartition[], step: (these: readonly TopicPartition[]) => Promise<void>) {
    const fresh = partitions.filter((partition) => !known.has(keyOf(partition)) && known.add(keyOf(partition)))
    if (fresh.length > 0) await step(fresh)
  }
}
