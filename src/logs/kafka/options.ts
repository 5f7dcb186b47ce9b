import type { ConnectionOptions } from '@platformatic/kafka'
import { type Clock, systemClock } from '../../core/clock.ts'
import { SluiceError } from '../../core/errors.ts'

/** How the leader of a group of the classic protocol shares partitions among the members. */
export const ASSIGNOR_NAMES = ['cooperative-sticky', 'range'] as const
export type Assignor = (typeof ASSIGNOR_NAMES)[number]

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

export interface KafkaLogOptions {
  /** `host:port` of some brokers of the cluster (Kafka 3.6 or later); the others are found through them. */
  readonly brokers: readonly string[]
  /** What brokers call this process in their logs and quotas. `sluice` where absent. */
  readonly clientId?: string
  /** How long opening the log tries to reach a broker. 10 s where absent. */
  readonly connectTimeoutMs?: number
  /** How long an operation waits for brokers that are away, as in a restart, before it fails. 60 s where absent. */
  readonly outageTimeoutMs?: number
  /**
   * `classic` where absent: all members share the partitions among themselves. `consumer` (KIP-848, Kafka 4.0 or later): the brokers do, and their
   * settings say how often a member is heard of and how soon it is taken for dead.
   */
  readonly groupProtocol?: 'classic' | 'consumer'
  /**
   * Of the classic protocol, those that this member can do, the best first; all members need one in common. `cooperative-sticky` where absent:
   * only partitions that move are revoked. With any other in the list, all partitions are revoked in every rebalance; a group changes over to another
   * assignor by a restart of each member with both, then of each without the old one.
   */
  readonly assignors?: readonly Assignor[]
  /**
   * What this process is called in its groups across restarts: where it comes back within the session timeout, it has its partitions again and
   * the other members notice nothing. Each process needs one of its own. Not a static member where absent.
   */
  readonly instanceId?: string
  /**
   * A member of a group that is not heard of for so long loses its partitions. 10 s where absent; brokers allow 6 s or more. Of the classic
   * protocol.
   */
  readonly sessionTimeoutMs?: number
  /** How often a member is heard of, and so learns of a rebalance. 300 ms where absent. Of the classic protocol. */
  readonly heartbeatIntervalMs?: number
  /** How often a group of the classic protocol looks whether its topics have more partitions. 30 s where absent. */
  readonly metadataRefreshMs?: number
  /** How long a member has for `revoked` before the others go on without it. 60 s where absent. */
  readonly rebalanceTimeoutMs?: number
  /**
   * A transaction that is open for so long is aborted by the brokers, and its member begins again. 30 s where absent; brokers allow
   * up to 15 minutes.
   */
  readonly transactionTimeoutMs?: number
  /** How record batches are compressed that are appended. `none` where absent. Batches that would not shrink go as they are. */
  readonly compression?: Compression
  /** A compressed record batch that is read must not grow larger than this. 512 MiB where absent. */
  readonly maxDecompressedBytes?: number
  /** Of topics that are created. The brokers' default where absent. */
  readonly replicationFactor?: number
  /** The largest record batch that topics which are created accept. 64 MiB where absent. */
  readonly maxRecordBatchBytes?: number
  /**
   * How long topics that are created keep records, where they are not compacted; -1, which is for ever, where absent. Brokers go by the
   * records' own timestamps, so that history that is replayed would be gone at once under their default of 7 days.
   */
  readonly retentionMs?: number
  /** Where present, connections are encrypted. What Node's TLS takes: `ca`, `cert`, `key` … */
  readonly tls?: NonNullable<ConnectionOptions['tls']>
  /** How this process shows who it is. Functions are asked for each connection. */
  readonly sasl?: NonNullable<ConnectionOptions['sasl']>
  /** Whom the brokers see in this process, as access rules name it: for messages. Derived from `sasl` where absent. */
  readonly principal?: () => string
  readonly clock?: Clock
}

type Optional = 'tls' | 'sasl' | 'instanceId'
export type KafkaSettings = Required<Omit<KafkaLogOptions, Optional>> & Pick<KafkaLogOptions, Optional>

/** The options with defaults. Throws `config.invalid` where a broker is not `host:port`. */
export function kafkaSettings(options: KafkaLogOptions): KafkaSettings {
  if (options.brokers.length === 0) throw new SluiceError('config.invalid', 'brokers is empty; give at least one as host:port')
  for (const broker of options.brokers) parseAddress(broker)
  return {
    clientId: 'sluice',
    connectTimeoutMs: 10_000,
    outageTimeoutMs: 60_000,
    groupProtocol: 'classic',
    assignors: ['cooperative-sticky'],
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 300,
    metadataRefreshMs: 30_000,
    rebalanceTimeoutMs: 60_000,
    transactionTimeoutMs: 30_000,
    compression: 'none',
    maxDecompressedBytes: 512 * 1024 * 1024,
    replicationFactor: -1,
    maxRecordBatchBytes: 64 * 1024 * 1024,
    retentionMs: -1,
    principal: () => `User:${typeof options.sasl?.username === 'string' ? options.sasl.username : 'ANONYMOUS'}`,
    clock: systemClock,
    ...options,
  }
}

const [LEAST_ANSWER_MS, MOST_ANSWER_MS] = [3000, 5000]

/** How long a broker may take for what it can answer at once, before it counts as one that hangs: no longer than half of a session, if that is long. */
export function answerTimeoutMs({ sessionTimeoutMs }: KafkaSettings): number {
  return Math.min(Math.max(sessionTimeoutMs / 2, LEAST_ANSWER_MS), MOST_ANSWER_MS)
}

export interface BrokerAddress {
  readonly host: string
  readonly port: number
}

/** The parts of `host:port`; the host of an IPv6 address stands in brackets. Throws `config.invalid`. */
export function parseAddress(address: string): BrokerAddress {
  const match = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[^\s:/[\]]+)):(?<port>\d{1,5})$/.exec(address)
  const port = Number(match?.groups?.['port'])
  const host = match?.groups?.['v6'] ?? match?.groups?.['host']
  if (host === undefined || !(port > 0 && port < 65536)) {
    throw new SluiceError('config.invalid', `broker '${address}' is not host:port, as in localhost:9092`, { details: { broker: address } })
  }
  return { host, port }
}
