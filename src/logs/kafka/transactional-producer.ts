import type { Append } from '../../core/log.ts'
import { recordCount } from '../../core/record-batch.ts'
import type { Cluster } from './cluster.ts'
import { compressRecordBatch } from './compression/record-batch.ts'
import { isRefused, type ProducerId, refused, SEQUENCE_MASK, stamp } from './sealed-append.ts'
import { isFencing, transactionFenced } from './transaction-coordinator.ts'

interface Lane {
  sequence: number
  /** Settles as the append that was queued last does. */
  tail: Promise<void>
}

/**
 * Appends record batches within the transactions of one producer id, to partitions that were added to the open one. After
 * an append that failed, no later one to its partition is sent, and the transaction must be aborted.
 */
export class TransactionalProducer {
  readonly #cluster: Cluster
  readonly #transactionalId: string
  readonly #producer: ProducerId
  readonly #lanes = new Map<string, Lane>()

  constructor(cluster: Cluster, transactionalId: string, producer: ProducerId) {
    this.#cluster = cluster
    this.#transactionalId = transactionalId
    this.#producer = producer
  }

  /** Resolves once all in-sync replicas have the batch, whose header is written into. Keeps the order of the calls to one partition. */
  async append(append: Append): Promise<void> {
    const key = `${append.topic}-${append.partition}`
    let lane = this.#lanes.get(key)
    if (lane === undefined) {
      lane = { sequence: 0, tail: Promise.resolve() }
      this.#lanes.set(key, lane)
    }
    const of = lane
    const appended = of.tail.then(async () => this.#send(append, of))
    of.tail = appended
    return appended
  }

  async #send(to: Append, lane: Lane): Promise<void> {
    const recordBatch = await compressRecordBatch(to.recordBatch, this.#cluster.settings.compression)
    stamp(recordBatch, { producer: this.#producer, sequence: lane.sequence, transactional: true })
    const what = `append to ${to.topic}-${to.partition} in a transaction`
    await this.#cluster.retry(what, async () => this.#attempt(to, recordBatch), {
      firstDelayMs: 5,
      need: { operation: 'Write', type: 'topic', name: to.topic },
    })
    lane.sequence = (lane.sequence + recordCount(recordBatch)) & SEQUENCE_MASK
  }

  async #attempt(to: Append, recordBatch: Buffer): Promise<void> {
    try {
      const channel = await this.#cluster.connections.producing(await this.#cluster.leader(to))
      await channel.produce({ topic: to.topic, partition: to.partition, recordBatch, transactionalId: this.#transactionalId })
    } catch (error) {
      if (isRefused(error)) throw refused(to, recordBatch, error)
      if (isFencing(error)) throw transactionFenced(this.#transactionalId, error)
      this.#cluster.forget(to.topic)
      throw error
    }
  }
}
