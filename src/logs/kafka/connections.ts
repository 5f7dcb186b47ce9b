import { isIP } from 'node:net'
import { apiVersionsV3, AuthenticationError, Connection } from '@platformatic/kafka'
import type { BrokerAddress, KafkaSettings } from './options.ts'

export interface DedicatedOptions {
  /** How long one answer may take. 30 s where absent. */
  readonly requestTimeoutMs?: number
}

/** What brokers are told as the version of this client's software. */
const VERSION = '0'

/**
 * The connections of one log. `shared` gives the one to a broker on which quick requests follow each other; requests that the
 * broker answers late, as fetches and joins, hold up what comes after them, so those who make them `open` their own.
 */
export class Connections {
  readonly #settings: KafkaSettings
  readonly #shared = new Map<string, Promise<Connection>>()
  readonly #open = new Set<Connection>()
  #closed = false

  constructor(settings: KafkaSettings) {
    this.#settings = settings
  }

  async shared(address: BrokerAddress): Promise<Connection> {
    const key = `${address.host}:${address.port}`
    const existing = this.#shared.get(key)
    if (existing !== undefined) return existing
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

  async open(address: BrokerAddress, options: DedicatedOptions = {}): Promise<Connection> {
    const { clientId, connectTimeoutMs, tls, sasl } = this.#settings
    const connection = new Connection(clientId, {
      connectTimeout: Math.min(connectTimeoutMs, 5000),
      requestTimeout: options.requestTimeoutMs ?? 30_000,
      maxInflights: 64,
      // A server may choose its certificate by the name, which an address is not (RFC 6066, section 3).
      ...(tls === undefined ? {} : { tls, tlsServerName: isIP(address.host) === 0 }),
      ...(sasl === undefined ? {} : { sasl: { authBytesValidator: checkBearer, ...sasl } }),
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

  close(): void {
    this.#closed = true
    for (const connection of this.#open) closeNow(connection)
    this.#shared.clear()
  }
}

/** A broker that refuses a bearer token answers, without an error, why it does (RFC 7628, section 3.2.2). */
function checkBearer(answer: Buffer, done: (error: Error | null, answer?: Buffer) => void): void {
  const text = answer.toString()
  if (text.startsWith('{')) done(new AuthenticationError(`the broker refuses the token: ${text.slice(0, 200)}`))
  else done(null, answer)
}

/** Ends a connection at once: requests in flight fail. */
export function closeNow(connection: Connection): void {
  connection.socket?.destroy()
}
