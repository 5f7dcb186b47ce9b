import { isIP } from 'node:net'
import { apiVersionsV3, Connection } from '@platformatic/kafka'
import { withLifetimes } from './authenticator.ts'
import { answerTimeoutMs, type BrokerAddress, type KafkaSettings } from './options.ts'
import { ProduceChannel } from './produce-channel.ts'

export interface DedicatedOptions {
  /** How long one answer may take. As long as one that comes at once where absent. */
  readonly requestTimeoutMs?: number
}

/** What brokers are told as the version of this client's software. */
const VERSION = '0'
/** Requests that are under way on a connection which is not used any more have so long. */
const LINGER_MS = 30_000
/** The part of its lifetime for which a connection is used. */
const USED_PART = 0.8

/**
 * The connections of one log. `shared` gives the one to a broker on which quick requests follow each other; requests that the
 * broker answers late, as fetches and joins, hold up what comes after them, so those who make them `open` their own.
 */
export class Connections {
  readonly #settings: KafkaSettings
  readonly #shared = new Map<string, Promise<Connection>>()
  readonly #producing = new Map<string, Promise<ProduceChannel>>()
  readonly #open = new Set<Connection>()
  /** Until when brokers take requests over a connection without credentials, where they limit that. */
  readonly #goodUntil = new WeakMap<Connection, number>()
  #closed = false

  constructor(settings: KafkaSettings) {
    this.#settings = settings
  }

  async shared(address: BrokerAddress): Promise<Connection> {
    const key = `${address.host}:${address.port}`
    const existing = this.#shared.get(key)
    if (existing !== undefined) {
      const connection = await existing
      if (this.isUsable(connection)) return connection
      if (this.#shared.get(key) === existing) {
        this.#shared.delete(key)
        setTimeout(() => closeNow(connection), LINGER_MS).unref()
      }
      return this.shared(address)
    }
    const opening = this.open(address)
    this.#shared.set(key, opening)
    const forget = (): void => {
      if (this.#shared.get(key) === opening) this.#shared.delete(key)
    }
    try {
      const connection = await opening
      connection.once('close', forget)
      connection.once('error', forget)
      return connection
    } catch (error) {
      forget()
      throw error
    }
  }

  /** What appends to the partitions that a broker leads. */
  async producing(address: BrokerAddress): Promise<ProduceChannel> {
    const key = `${address.host}:${address.port}`
    const existing = this.#producing.get(key)
    if (existing !== undefined) {
      const channel = await existing
      if (channel.isOpen && !this.#isSpent(channel.connection)) return channel
      if (this.#producing.get(key) === existing) {
        this.#producing.delete(key)
        setTimeout(() => closeNow(channel.connection), LINGER_MS).unref()
      }
      return this.producing(address)
    }
    const { clientId } = this.#settings
    const life = { lookEveryMs: answerTimeoutMs(this.#settings), isSilent: async () => this.isSilent(address) }
    const opening = this.open(address).then((connection) => new ProduceChannel(connection, { clientId, ...life }))
    this.#producing.set(key, opening)
    try {
      return await opening
    } catch (error) {
      if (this.#producing.get(key) === opening) this.#producing.delete(key)
      throw error
    }
  }

  /** Whether a connection can be used for another request: it is open, and the broker does not want to see credentials again soon. */
  isUsable(connection: Connection): boolean {
    return connection.isConnected() && !this.#isSpent(connection)
  }

  /** Whether the broker gives no sign of life: where an answer may take long, nothing else tells a broker that hangs from one that has much to do. */
  async isSilent(address: BrokerAddress): Promise<boolean> {
    try {
      await apiVersionsV3.api.async(await this.shared(address), this.#settings.clientId, VERSION)
      return false
    } catch {
      return true
    }
  }

  async open(address: BrokerAddress, options: DedicatedOptions = {}): Promise<Connection> {
    const { clientId, connectTimeoutMs, tls, sasl } = this.#settings
    const connection = new Connection(clientId, {
      connectTimeout: Math.min(connectTimeoutMs, 5000),
      requestTimeout: options.requestTimeoutMs ?? answerTimeoutMs(this.#settings),
      maxInflights: 64,
      // A server may choose its certificate by the name, which an address is not (RFC 6066, section 3).
      ...(tls === undefined ? {} : { tls, tlsServerName: isIP(address.host) === 0 }),
      ...(sasl === undefined ? {} : { sasl: withLifetimes(sasl, (of, lifetimeMs) => this.#limit(of, lifetimeMs)) }),
    })
    let fault: Error | undefined
    const forget = (): void => void this.#open.delete(connection)
    // Requests in flight fail by themselves; without a listener the event would end the process.
    connection.on('error', (error) => {
      fault ??= error
      forget()
    })
    connection.on('close', forget)
    this.#open.add(connection)
    try {
      await connection.connect(address.host, address.port)
      // A server judges the client's certificate only after the client takes the connection for open (TLS 1.3).
      if (tls !== undefined && sasl === undefined) await apiVersionsV3.api.async(connection, clientId, VERSION)
    } catch (error) {
      throw fault ?? error
    }
    if (this.#closed) {
      closeNow(connection)
      throw new Error('the log is closed')
    }
    return connection
  }

  #limit(connection: Connection, lifetimeMs: number): void {
    this.#goodUntil.set(connection, this.#settings.clock.monotonic() + lifetimeMs * USED_PART)
  }

  #isSpent(connection: Connection): boolean {
    return this.#settings.clock.monotonic() > (this.#goodUntil.get(connection) ?? Infinity)
  }

  close(): void {
    this.#closed = true
    for (const connection of this.#open) closeNow(connection)
    this.#shared.clear()
    this.#producing.clear()
  }
}

/** Ends a connection at once: requests in flight fail. */
export function closeNow(connection: Connection): void {
  connection.socket?.destroy()
}
