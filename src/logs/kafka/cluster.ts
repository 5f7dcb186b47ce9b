import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, findCoordinatorV4, metadataV12, ResponseError } from '@platformatic/kafka'
import { SluiceError } from '../../core/errors.ts'
import type { TopicPartition } from '../../core/log.ts'
import { Connections } from './connections.ts'
import { isRetriable, KAFKA_ERROR, KafkaResponseError, reasonOf } from './error-codes.ts'
import { Fetchers } from './fetchers.ts'
import { type BrokerAddress, type KafkaSettings, parseAddress } from './options.ts'
import { type Need, refusalOf } from './refusals.ts'

export interface RetryOptions {
  /** `outageTimeoutMs` of the settings where absent. */
  readonly limitMs?: number
  /** Ends the attempts with its reason. Where absent, `closing`; one that is given has to follow `closing` too. */
  readonly signal?: AbortSignal
  /** The pause after the first attempt that failed; it doubles from there. 20 ms where absent. */
  readonly firstDelayMs?: number
  /** What access rules must allow, for the error that says that they don't. */
  readonly need?: Need
}

export type CoordinatorKind = 'group' | 'transaction'

/** As FindCoordinator names them. */
const KEY_TYPES = { group: 0, transaction: 1 } as const

const FIRST_DELAY_MS = 20
const LAST_DELAY_MS = 1000

/** What is known of the brokers: which there are, who leads which partition, how to reach them; and the patience with them. */
export class Cluster {
  readonly settings: KafkaSettings
  readonly connections: Connections
  readonly fetchers: Fetchers
  /** Aborts when the log closes, with a `log.unavailable` as its reason. */
  readonly closing: AbortSignal
  /** By group: why this process must not join it again. */
  readonly displaced = new Map<string, SluiceError>()
  readonly #close = new AbortController()
  #brokers = new Map<number, BrokerAddress>()
  /** By topic, then by partition: the node id of the leader, or -1. */
  readonly #leaders = new Map<string, number[]>()
  readonly #topicIds = new Map<string, string>()
  readonly #topicNames = new Map<string, string>()
  readonly #coordinators = new Map<string, BrokerAddress>()
  #turn = 0

  constructor(settings: KafkaSettings) {
    this.settings = settings
    this.connections = new Connections(settings)
    this.fetchers = new Fetchers(this.connections, settings)
    this.closing = this.#close.signal
  }

  get brokerNames(): string {
    return this.settings.brokers.join(', ')
  }

  /** The number of partitions as the brokers say now. Throws `log.topic.unknown`. */
  async partitionCount(topic: string): Promise<number> {
    const count = await this.retry(`look up topic ${topic}`, async () => (await this.describe([topic])).get(topic))
    if (count === undefined) throw unknownTopic(topic)
    return count
  }

  /** Asks a broker for these topics; the answer has the number of partitions of those that exist. */
  async describe(topics: readonly string[]): Promise<Map<string, number>> {
    const metadata = await this.ask(async (connection) => askMetadata(connection, topics))
    this.#brokers = new Map(metadata.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
    const counts = new Map<string, number>()
    for (const { name, topicId, errorCode, partitions } of metadata.topics) {
      if (name == null) continue
      if (errorCode === KAFKA_ERROR.unknownTopicOrPartition || errorCode === KAFKA_ERROR.invalidTopic) {
        this.#leaders.delete(name)
        continue
      }
      if (errorCode !== 0) {
        const error = new KafkaResponseError(errorCode)
        throw this.refusal(error, `look up topic ${name}`, { operation: 'Describe', type: 'topic', name }) ?? error
      }
      const leaders: number[] = []
      for (const { partitionIndex, leaderId } of partitions) leaders[partitionIndex] = leaderId
      this.#leaders.set(name, leaders)
      this.#topicIds.set(name, topicId)
      this.#topicNames.set(topicId, name)
      counts.set(name, partitions.length)
    }
    return counts
  }

  /** The broker that leads the partition, as far as is known. Throws `log.topic.unknown`; retriable where there is no leader now. */
  async leader({ topic, partition }: TopicPartition): Promise<BrokerAddress> {
    const known = this.#leaders.get(topic)?.[partition]
    const address = known === undefined ? undefined : this.#brokers.get(known)
    if (address !== undefined) return address
    const count = (await this.describe([topic])).get(topic)
    if (count === undefined) throw unknownTopic(topic)
    if (partition < 0 || partition >= count) {
      throw new SluiceError('log.topic.unknown', `topic '${topic}' has the partitions 0 to ${count - 1}, not ${partition}`, {
        details: { topic, partition },
      })
    }
    const found = this.#brokers.get(this.#leaders.get(topic)?.[partition] ?? -1)
    if (found === undefined) throw new Error(`${topic}-${partition} has no leader now`)
    return found
  }

  /** The id of a topic that `describe` has found, and the name of an id. */
  topicId(topic: string): string | undefined {
    return this.#topicIds.get(topic)
  }

  topicName(topicId: string): string | undefined {
    return this.#topicNames.get(topicId)
  }

  /** Whether all partitions of the topic had leaders when a broker was last asked about it. */
  hasLeaders(topic: string): boolean {
    return this.#leaders.get(topic)?.every((leader) => this.#brokers.has(leader)) ?? false
  }

  /** Forgets who leads the topic's partitions, after a broker said that it does not, or could not be reached. */
  forget(topic: string): void {
    this.#leaders.delete(topic)
  }

  /** The broker that coordinates the group, or the transactional id, as far as is known. */
  async coordinator(name: string, of: CoordinatorKind = 'group'): Promise<BrokerAddress> {
    const known = this.#coordinators.get(`${of} ${name}`)
    if (known !== undefined) return known
    const { coordinators } = await this.ask(async (connection) => findCoordinatorV4.api.async(connection, KEY_TYPES[of], [name]))
    const found = coordinators[0]
    if (found === undefined || found.errorCode !== 0) {
      throw new KafkaResponseError(found?.errorCode ?? KAFKA_ERROR.coordinatorNotAvailable, found?.errorMessage)
    }
    const address = { host: found.host, port: found.port }
    this.#coordinators.set(`${of} ${name}`, address)
    return address
  }

  /** Forgets who coordinates, after a broker said that it does not, or could not be reached. */
  forgetCoordinator(name: string, of: CoordinatorKind = 'group'): void {
    this.#coordinators.delete(`${of} ${name}`)
  }

  /** Has any broker that can be reached answer. After one that did not, the next call begins with another one. */
  async ask<T>(request: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#anyBroker()
    const turn = this.#turn
    try {
      return await request(connection)
    } catch (error) {
      // Of several that fail at the same time, one moves on.
      if (this.#turn === turn) this.#turn++
      throw error
    }
  }

  async #anyBroker(): Promise<Connection> {
    const candidates = [...this.#brokers.values(), ...this.settings.brokers.map(parseAddress)]
    let last: unknown
    for (let i = 0; i < candidates.length; i++) {
      const turn = this.#turn
      try {
        return await this.connections.shared(candidates[turn % candidates.length]!)
      } catch (error) {
        last = error
        if (this.#turn === turn) this.#turn++
      }
    }
    throw last
  }

  /**
   * Attempts until one succeeds. Throws `log.unavailable`, which names the brokers, where an error is not one that time
   * mends or the limit has passed, even in the middle of an attempt, which is then left to itself.
   */
  async retry<T>(what: string, attempt: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
    const { limitMs = this.settings.outageTimeoutMs, signal = this.closing, firstDelayMs = FIRST_DELAY_MS } = options
    const timer = Promise.withResolvers<never>()
    let last: unknown
    const timeout = setTimeout(() => timer.reject(this.#unavailable(what, last ?? new Error('no answer'), limitMs)), limitMs)
    const aborted = (): void => timer.reject(signal.reason)
    signal.addEventListener('abort', aborted)
    timer.promise.catch(() => {})
    try {
      for (let delay = firstDelayMs; ; delay = Math.min(delay * 2, LAST_DELAY_MS)) {
        signal.throwIfAborted()
        try {
          return await Promise.race([attempt(), timer.promise])
        } catch (error) {
          if (error instanceof SluiceError || signal.aborted) throw error
          const refusal = this.refusal(error, what, options.need)
          if (refusal !== undefined) throw refusal
          if (!isRetriable(error)) throw this.#unavailable(what, error)
          last = error
        }
        await Promise.race([sleep(delay), timer.promise])
      }
    } finally {
      clearTimeout(timeout)
      signal.removeEventListener('abort', aborted)
    }
  }

  /** The error in words for a person, where brokers do not accept who asks or do not allow what is asked; else undefined. */
  refusal(error: unknown, what: string, need?: Need): SluiceError | undefined {
    return refusalOf(error, { what, need, settings: this.settings })
  }

  close(): void {
    this.#close.abort(new SluiceError('log.unavailable', `the log on ${this.brokerNames} is closed`))
    this.connections.close()
  }

  #unavailable(what: string, cause: unknown, limitMs?: number): SluiceError {
    const patience = limitMs === undefined ? '' : ` within ${limitMs / 1000} s`
    return new SluiceError('log.unavailable', `could not ${what} on Kafka at ${this.brokerNames}${patience}: ${reasonOf(cause)}`, {
      cause,
      details: { brokers: this.brokerNames },
    })
  }
}

export function unknownTopic(topic: string): SluiceError {
  return new SluiceError('log.topic.unknown', `there is no topic '${topic}'`, { details: { topic } })
}

async function askMetadata(connection: Connection, topics: readonly string[]): Promise<metadataV12.MetadataResponse> {
  try {
    return await metadataV12.api.async(connection, [...topics], false, false)
  } catch (error) {
    // One topic that is unknown makes an error of the whole answer; the rest of it is good.
    if (error instanceof ResponseError) return error['response'] as metadataV12.MetadataResponse
    throw error
  }
}
