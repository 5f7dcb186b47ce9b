import { addOffsetsToTxnV3, addPartitionsToTxnV3, type Connection, endTxnV3, initProducerIdV4 } from '@platformatic/kafka'
import { SluiceError } from '../../core/errors.ts'
import type { TopicPartition } from '../../core/log.ts'
import type { Cluster, RetryOptions } from './cluster.ts'
import { hasKafkaCode, KAFKA_ERROR, reasonOf } from './error-codes.ts'
import type { ProducerId } from './sealed-append.ts'

const { invalidProducerEpoch, producerFenced, invalidTxnState, invalidProducerIdMapping } = KAFKA_ERROR
/** A transaction that was just ended is written to its partitions within a few milliseconds. */
const RETRY: RetryOptions = { firstDelayMs: 2 }

/**
 * What the coordinator of one transactional id is told. Throws `log.fenced` where another producer has taken the id over,
 * or the transaction timed out. (KIP-98; AddPartitionsToTxn 3, AddOffsetsToTxn 3, EndTxn 3, InitProducerId 4.)
 */
export class TransactionCoordinator {
  readonly transactionalId: string
  readonly #cluster: Cluster

  constructor(cluster: Cluster, transactionalId: string) {
    this.#cluster = cluster
    this.transactionalId = transactionalId
  }

  /** Takes the transactional id over: an open transaction of it is aborted, and whoever had it before is fenced. */
  async initProducerId(retry: RetryOptions = RETRY): Promise<ProducerId> {
    const { transactionTimeoutMs } = this.#cluster.settings
    const request = async (connection: Connection): Promise<ProducerId> => {
      const id = this.transactionalId
      const { producerId, producerEpoch } = await initProducerIdV4.api.async(connection, id, transactionTimeoutMs, -1n, -1)
      return { id: producerId, epoch: producerEpoch }
    }
    return this.#ask('begin to produce', request, { ...RETRY, ...retry })
  }

  async addPartitions({ id, epoch }: ProducerId, partitions: readonly TopicPartition[]): Promise<void> {
    const { transactionalId } = this
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, of]) => ({
      name,
      partitions: of.map(({ partition }) => partition),
    }))
    await this.#ask('add partitions to a transaction', async (connection) => {
      const transactions = [{ transactionalId, producerId: id, producerEpoch: epoch, verifyOnly: false, topics }]
      await addPartitionsToTxnV3.api.async(connection, transactions)
    })
  }

  async addOffsets({ id, epoch }: ProducerId, group: string): Promise<void> {
    await this.#ask('add offsets to a transaction', async (connection) => {
      await addOffsetsToTxnV3.api.async(connection, this.transactionalId, id, epoch, group)
    })
  }

  /** Resolves once it is decided for good that the transaction counts; that reaches the partitions a little later. */
  async commit({ id, epoch }: ProducerId): Promise<void> {
    await this.#ask('commit a transaction', async (connection) => {
      await endTxnV3.api.async(connection, this.transactionalId, id, epoch, true)
    })
  }

  async #ask<T>(what: string, request: (connection: Connection) => Promise<T>, retry = RETRY): Promise<T> {
    const name = this.transactionalId
    const attempt = async (): Promise<T> => {
      try {
        return await request(await this.#cluster.connections.shared(await this.#cluster.coordinator(name, 'transaction')))
      } catch (error) {
        if (isFencing(error)) throw transactionFenced(name, error)
        if (!hasKafkaCode(error, KAFKA_ERROR.concurrentTransactions)) this.#cluster.forgetCoordinator(name, 'transaction')
        throw error
      }
    }
    return this.#cluster.retry(`${what} of ${name}`, attempt, { need: { operation: 'Write', type: 'transactional id', name }, ...retry })
  }
}

/** Whether the error says that this producer may not go on. */
export function isFencing(error: unknown): boolean {
  return hasKafkaCode(error, invalidProducerEpoch, producerFenced, invalidTxnState, invalidProducerIdMapping)
}

export function transactionFenced(transactionalId: string, cause: unknown): SluiceError {
  const message = `transaction of '${transactionalId}' can't go on, another one took it over or it took too long: ${reasonOf(cause)}`
  return new SluiceError('log.fenced', message, { cause, details: { transactionalId } })
}
