import type { Batch } from '../../core/batch.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Append, Group, GroupOptions, Log, ReadOptions, TopicPartition, TopicSpec } from '../../core/log.ts'
import { Cluster } from './cluster.ts'
import { KafkaGroup } from './group.ts'
import { listOffsets } from './offsets.ts'
import { type KafkaLogOptions, kafkaSettings } from './options.ts'
import { Producer } from './producer.ts'
import { readPartition } from './reader.ts'
import { causesOf } from './refusals.ts'
import { ensureTopics, maxAppendBytes } from './topics.ts'

export type { KafkaLogOptions } from './options.ts'

/**
 * Opens a log on a Kafka cluster (3.6 or later). Records travel as record batches both ways and are never taken apart here; only committed
 * ones are read. Commits of a group are transactions unless it asks for less. Throws `log.unavailable` where no broker answers in
 * time, and `config.invalid`.
 *
 * @example await using log = await createKafkaLog({ brokers: ['localhost:9092'] })
 */
export async function createKafkaLog(options: KafkaLogOptions): Promise<Log> {
  const cluster = new Cluster(kafkaSettings(options))
  try {
    await cluster.retry('open the log', async () => cluster.describe([]), { limitMs: cluster.settings.connectTimeoutMs })
  } catch (error) {
    cluster.close()
    throw options.tls === undefined ? withTlsHint(error) : error
  }
  return new KafkaLog(cluster)
}

/** A broker that wants TLS closes a connection without it, and does not say why. */
function withTlsHint(error: unknown): unknown {
  if (!(error instanceof SluiceError) || !causesOf(error).some(({ message }) => message === 'Connection closed')) return error
  const { code, cause, details } = error
  const hint = 'the broker closes the connection, as it does where it wants TLS and kafka.tls is not enabled'
  return new SluiceError(code, `could not open the log on Kafka at ${details['brokers']}: ${hint}`, { cause, details })
}

class KafkaLog implements Log {
  readonly #cluster: Cluster
  readonly #producer: Producer
  readonly #groups = new Set<KafkaGroup>()

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#producer = new Producer(cluster)
  }

  async ensureTopics(topics: readonly TopicSpec[]): Promise<void> {
    await ensureTopics(this.#cluster, topics)
  }

  async partitions(topic: string): Promise<number> {
    return this.#cluster.partitionCount(topic)
  }

  async topicId(topic: string): Promise<string> {
    await this.#cluster.partitionCount(topic)
    return this.#cluster.topicId(topic)!
  }

  async maxAppendBytes(topic: string): Promise<number> {
    return maxAppendBytes(this.#cluster, topic)
  }

  async append(append: Append): Promise<bigint> {
    // A copy, for the caller's bytes may at the same time be on their way to another partition.
    return this.#producer.append({ ...append, recordBatch: new Uint8Array(append.recordBatch) })
  }

  async offsets(partition: TopicPartition): Promise<{ first: bigint; next: bigint }> {
    const { first, next } = await listOffsets(this.#cluster, partition)
    return { first, next }
  }

  read(options: ReadOptions): AsyncIterable<Batch> {
    return readPartition(this.#cluster, options)
  }

  async join(options: GroupOptions): Promise<Group> {
    const group = await KafkaGroup.join(this.#cluster, this.#producer, options)
    this.#groups.add(group)
    return group
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#groups].map(async (group) => group.quit()))
    this.#cluster.close()
  }
}
