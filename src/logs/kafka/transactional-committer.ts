import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { SluiceError } from '../../core/errors.ts'
import type { Commit, TopicPartition } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import type { Committer, HandOver, Ownership } from './committer.ts'
import { claimOffsets, commitOffsetsInTransaction } from './group-offsets.ts'
import { checkAppends } from './producer.ts'
import type { ProducerId } from './sealed-append.ts'
import { Transaction, type TransactionSteps } from './transaction.ts'
import { TransactionCoordinator } from './transaction-coordinator.ts'
import { TransactionalProducer } from './transactional-producer.ts'

export interface TransactionalCommitterOptions {
  readonly cluster: Cluster
  readonly ownership: Ownership
  /** How long a transaction stays open for more work. */
  readonly commitIntervalMs: number
}

/** A transaction that has taken in so much is ended before its time. */
const MAX_BYTES = 16 * 1024 * 1024
const ABORT_LIMIT_MS = 10_000

interface Waiting {
  readonly commit: Commit
  readonly settled: PromiseWithResolvers<void>
}

/**
 * Commits exactly once: the appends and offsets of many units of work become visible in one Kafka transaction, which ends when the
 * commit interval is over. It is fenced twice: by the generation of the group, and by the epoch of a transactional id of this
 * membership's own. After a failure nothing can be committed any more: the member has to join again.
 */
export class TransactionalCommitter implements Committer {
  readonly #options: TransactionalCommitterOptions
  readonly #coordinator: TransactionCoordinator
  readonly #steps: TransactionSteps
  readonly #claimed = new WeakSet<HandOver>()
  readonly #abandoned = Promise.withResolvers<never>()
  #started: Promise<{ producer: ProducerId; appender: TransactionalProducer }> | undefined
  /** Settles, without an error, when the commits so far are in a transaction, or refused. */
  #admitted: Promise<unknown> = Promise.resolve()
  #open: { readonly transaction: Transaction; readonly members: Waiting[]; readonly full: () => void } | undefined
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined
  #hurries = 0
  #broken: { readonly error: unknown } | undefined

  constructor(options: TransactionalCommitterOptions) {
    this.#options = options
    const { cluster, ownership } = options
    this.#coordinator = new TransactionCoordinator(cluster, `${ownership.group}-${randomUUID()}`)
    this.#abandoned.promise.catch(() => {})
    this.#steps = {
      register: async (partitions) => this.#coordinator.addPartitions((await this.#start()).producer, partitions),
      claim: async (partitions) => this.#claim(partitions),
      append: async (append) => (await this.#start()).appender.append(append),
      commitOffsets: async (offsets) => this.#commitOffsets(offsets),
      commit: async () => this.#coordinator.commit((await this.#start()).producer),
    }
  }

  async commit(commit: Commit): Promise<void> {
    const waiting: Waiting = { commit, settled: Promise.withResolvers() }
    waiting.settled.promise.catch(() => {})
    const admitted = this.#admitted.then(async () => {
      // Before it is part of a transaction, so that one that is refused leaves the work of others alone.
      await checkAppends(this.#options.cluster, commit.appends)
      this.#options.ownership.identity(commit.offsets)
      if (this.#broken !== undefined) throw this.#broken.error
      if (isEmpty(commit)) waiting.settled.resolve()
      else this.#take(waiting)
    })
    this.#admitted = admitted.catch(() => {})
    await admitted
    return waiting.settled.promise
  }

  hurry(): Disposable {
    this.#hurries++
    this.#open?.full()
    let held = true
    return {
      [Symbol.dispose]: () => {
        if (held) this.#hurries--
        held = false
      },
    }
  }

  async abandon(): Promise<void> {
    const { ownership } = this.#options
    const message = `the membership in group '${ownership.group}' is over, and what it had not committed does not count`
    this.#break(new SluiceError('log.fenced', message, { details: { group: ownership.group } }))
    await this.#running
  }

  #take(waiting: Waiting): void {
    if (this.#open === undefined) {
      this.#waiting.push(waiting)
      this.#running ??= this.#run()
      return
    }
    const { transaction, members, full } = this.#open
    members.push(waiting)
    transaction.add(waiting.commit)
    if (transaction.bytes >= MAX_BYTES) full()
  }

  /** One transaction after the other, while there is work. */
  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && this.#broken === undefined) await this.#transact()
    this.#running = undefined
  }

  async #transact(): Promise<void> {
    const full = Promise.withResolvers<void>()
    const over = new AbortController()
    const transaction = new Transaction(this.#steps)
    const members: Waiting[] = []
    this.#open = { transaction, members, full: full.resolve }
    for (const waiting of this.#waiting.splice(0)) this.#take(waiting)
    if (this.#hurries > 0) full.resolve()
    try {
      const interval = sleep(this.#options.commitIntervalMs, undefined, { signal: over.signal }).catch(() => {})
      await Promise.race([interval, full.promise, transaction.failed, this.#abandoned.promise])
      this.#open = undefined
      await Promise.race([transaction.finish(), this.#abandoned.promise])
      for (const { settled } of members) settled.resolve()
    } catch (error) {
      this.#break(error)
      for (const { settled } of members) settled.reject(error)
      await this.#abort(transaction)
    } finally {
      over.abort()
    }
  }

  /** Nothing more is committed. Those that wait are told why. */
  #break(error: unknown): void {
    this.#open = undefined
    this.#broken ??= { error }
    this.#abandoned.reject(error)
    for (const { settled } of this.#waiting.splice(0)) settled.reject(error)
  }

  /**
   * Takes the transactional id over from itself, so that the transaction is aborted, what is still on its way is refused, and readers need not wait
   * until it times out. A coordinator that is away is asked until then, though nobody waits that long.
   */
  async #abort(transaction: Transaction): Promise<void> {
    const { transactionTimeoutMs } = this.#options.cluster.settings
    const over = (async () => {
      await this.#start()
      await this.#coordinator.initProducerId({ limitMs: transactionTimeoutMs })
    })().catch(() => {
      // Fenced, so that it is aborted already; or out of reach, and then the next owner or the time-out does it.
    })
    const limit = new AbortController()
    await Promise.race([
      Promise.all([over, transaction.quiet()]),
      sleep(ABORT_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => {}),
    ])
    limit.abort()
  }

  async #start(): Promise<{ producer: ProducerId; appender: TransactionalProducer }> {
    this.#started ??= (async () => {
      const producer = await this.#coordinator.initProducerId()
      return { producer, appender: new TransactionalProducer(this.#options.cluster, this.#coordinator.transactionalId, producer) }
    })()
    return this.#started
  }

  async #claim(partitions: readonly TopicPartition[]): Promise<void> {
    const { cluster, ownership } = this.#options
    const fresh = partitions.flatMap(({ topic, partition }) => {
      const handOver = ownership.handedOver({ topic, partition })
      return handOver === undefined || this.#claimed.has(handOver) ? [] : [{ topic, partition, next: handOver.from, handOver }]
    })
    if (fresh.length === 0) return
    const offsets = fresh.map(({ topic, partition, next }) => ({ topic, partition, next }))
    await claimOffsets(cluster, { ownership, offsets, transactionalId: this.#coordinator.transactionalId })
    for (const { handOver } of fresh) this.#claimed.add(handOver)
  }

  async #commitOffsets(offsets: Commit['offsets']): Promise<void> {
    const { cluster, ownership } = this.#options
    const { producer } = await this.#start()
    await this.#coordinator.addOffsets(producer, ownership.group)
    await commitOffsetsInTransaction(cluster, { ownership, offsets, transactionalId: this.#coordinator.transactionalId, producer })
  }
}

function isEmpty({ appends, changelog = [], offsets }: Commit): boolean {
  return appends.length === 0 && changelog.length === 0 && offsets.length === 0
}
