import { BrokerFetcher } from './broker-fetcher.ts'
import type { Connections } from './connections.ts'
import { FramePool } from './frame-pool.ts'
import type { BrokerAddress, KafkaSettings } from './options.ts'

const POOL_BYTES = 64 * 1024 * 1024

/** Those who fetch from brokers, one for each, as long as anybody reads. */
export class Fetchers {
  readonly #connections: Connections
  readonly #settings: KafkaSettings
  readonly #byBroker = new Map<string, BrokerFetcher>()
  #pool = new FramePool(POOL_BYTES)
  #readers = 0

  constructor(connections: Connections, settings: KafkaSettings) {
    this.#connections = connections
    this.#settings = settings
  }

  of(address: BrokerAddress): BrokerFetcher {
    const key = `${address.host}:${address.port}`
    let fetcher = this.#byBroker.get(key)
    if (fetcher === undefined) {
      fetcher = new BrokerFetcher(address, { connections: this.#connections, settings: this.#settings, pool: this.#pool })
      this.#byBroker.set(key, fetcher)
    }
    return fetcher
  }

  /** Somebody reads until it is disposed of. */
  enter(): Disposable {
    this.#readers++
    let isIn = true
    return {
      [Symbol.dispose]: () => {
        if (isIn && --this.#readers === 0) this.#end()
        isIn = false
      },
    }
  }

  #end(): void {
    for (const fetcher of this.#byBroker.values()) fetcher.close(new Error('nobody reads any more'))
    this.#byBroker.clear()
    this.#pool = new FramePool(POOL_BYTES)
  }
}
