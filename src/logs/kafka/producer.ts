import { initProducerIdV4 } from '@platformatic/kafka'
import type { Append, TopicPartition } from '../../core/log.ts'
import { recordCount } from '../../core/record-batch.ts'
import type { Cluster } from './cluster.ts'
import { compressRecordBatch } from './compression/record-batch.ts'
import { hasKafkaCode, KAFKA_ERROR, reasonOf } from './error-codes.ts'
import { checkRecordBatch, isRefused, type ProducerId, refused, REPLICATION_TIMEOUT_MS, SEQUENCE_MASK, stamp } from './sealed-append.ts'

/** Appends in their order to one partition, one request at a time. */
interface Lane extends TopicPartition {
  producer: ProducerId | undefined
  sequence: number
  /** Settles, without an error, when what was queued last is done. */
  tail: Promise<unknown>
}

/**
 * Appends record batches as an idempotent producer: a batch that is sent again, because the answer to it was lost, is in the
 * log once. Only after an append was given up for lost may it be in the log and be reported as failed. And a broker that
 * crashes forgets producers whose records are older than a day (`producer.id.expiration.ms`, by the records' own timestamps):
 * of these, what was on its way in that moment may be in the log twice.
 */
export class Producer {
  readonly #cluster: Cluster
  readonly #lanes = new Map<string, Lane>()
  #shared: Promise<ProducerId> | undefined

  constructor(cluster: Cluster) {
    this.#cluster = cluster
  }

  /**
   * Resolves with the offset of the first record once all in-sync replicas have the batch. Keeps the order of the calls. The batch's header is
   * written into: nobody else may use its bytes until then.
   */
  async append(append: Append): Promise<bigint> {
    const lane = this.#lane(append)
    const appended = lane.tail.then(async () => this.#send(lane, append.recordBatch))
    lane.tail = appended.catch(() => {})
    return appended
  }

  #lane({ topic, partition }: TopicPartition): Lane {
    const key = `${topic}-${partition}`
    let lane = this.#lanes.get(key)
    if (lane === undefined) {
      lane = { topic, partition, producer: undefined, sequence: 0, tail: Promise.resolve() }
      this.#lanes.set(key, lane)
    }
    return lane
  }

  async #send(lane: Lane, recordBatch: Uint8Array): Promise<bigint> {
    checkRecordBatch(lane, recordBatch)
    const bytes = await compressRecordBatch(recordBatch, this.#cluster.settings.compression)
    const patience = { isOver: false }
    const attempt = async (): Promise<bigint> => this.#attempt(lane, bytes, patience)
    try {
      const offset = await this.#cluster.retry(`append to ${lane.topic}-${lane.partition}`, attempt, {
        need: { operation: 'Write', type: 'topic', name: lane.topic },
      })
      lane.sequence = (lane.sequence + recordCount(bytes)) & SEQUENCE_MASK
      return offset
    } catch (error) {
      // The broker may have the batch, or may get it yet: what comes next must not have the same number.
      this.#renew(lane)
      throw error
    } finally {
      patience.isOver = true
    }
  }

  /** `patience` is over where nobody waits for this attempt any more: from then on it must not touch the lane. */
  async #attempt(lane: Lane, bytes: Buffer, patience: { readonly isOver: boolean }): Promise<bigint> {
    if (lane.producer === undefined) {
      const producer = await this.#producerId()
      if (patience.isOver) throw new Error('given up')
      lane.producer = producer
      lane.sequence = 0
    }
    try {
      const channel = await this.#cluster.connections.producing(await this.#cluster.leader(lane))
      if (patience.isOver) throw new Error('given up')
      stamp(bytes, { producer: lane.producer, sequence: lane.sequence, transactional: false })
      return await channel.produce({ topic: lane.topic, partition: lane.partition, recordBatch: bytes })
    } catch (error) {
      if (patience.isOver) throw new Error('given up', { cause: error })
      if (isRefused(error)) throw refused(lane, bytes, error)
      this.#cluster.forget(lane.topic)
      if (!isForgotten(error)) throw error
      this.#renew(lane)
      throw new Error(`the broker no longer knows the producer: ${reasonOf(error)}`, { cause: error })
    }
  }

  /** Has the lane go on with a producer id that it never used. Lanes that use the shared one now keep it. */
  #renew(lane: Lane): void {
    lane.producer = undefined
    this.#shared = undefined
  }

  async #producerId(): Promise<ProducerId> {
    this.#shared ??= this.#newProducerId()
    const asked = this.#shared
    try {
      return await asked
    } catch (error) {
      if (this.#shared === asked) this.#shared = undefined
      throw error
    }
  }

  async #newProducerId(): Promise<ProducerId> {
    const answer = await this.#cluster.ask(async (connection) =>
      initProducerIdV4.api.async(connection, null, REPLICATION_TIMEOUT_MS, -1n, -1),
    )
    return { id: answer.producerId, epoch: answer.producerEpoch }
  }
}

/** As brokers do after a while without records, or when the log's first records are deleted. */
function isForgotten(error: unknown): boolean {
  return hasKafkaCode(error, KAFKA_ERROR.outOfOrderSequenceNumber, KAFKA_ERROR.unknownProducerId, KAFKA_ERROR.invalidProducerEpoch)
}

/** Throws what appending these would, as far as it can be known before anything is appended. */
export async function checkAppends(cluster: Cluster, appends: readonly Append[]): Promise<void> {
  for (const append of appends) {
    checkRecordBatch(append, append.recordBatch)
    await cluster.retry(`append to ${append.topic}-${append.partition}`, async () => cluster.leader(append))
  }
}
