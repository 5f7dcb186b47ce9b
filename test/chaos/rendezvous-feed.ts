import { setTimeout as pause } from 'node:timers/promises'
import { Producer } from '@platformatic/kafka'

const PAUSE_MS = 4
/** One record in so many makes model c stand still, for up to so long. */
const STALL_EVERY = 5000
const MAX_STALL_MS = 2000

export interface RendezvousFeedOptions {
  readonly broker: string
  readonly topic: string
  readonly partitions: number
  /** Records a second. */
  readonly rate: number
  readonly dataType: string
}

/** Sends numbered inputs at a steady rate until it is stopped; when each was made is in its header `made`, and is its timestamp. */
export class RendezvousFeed {
  readonly #options: RendezvousFeedOptions
  readonly #producer: Producer
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  sent = 0

  constructor(options: RendezvousFeedOptions) {
    this.#options = options
    this.#producer = new Producer({ clientId: 'feed', bootstrapBrokers: [options.broker], retryDelay: 5 })
    this.#done = this.#run()
  }

  /** Resolves when all that was sent is acknowledged. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#done
    await this.#producer.close()
  }

  async #run(): Promise<void> {
    const { rate, topic, partitions, dataType } = this.#options
    const { signal } = this.#abort
    const started = performance.now()
    const sending: Promise<unknown>[] = []
    while (!signal.aborted) {
      // What could not be sent in time is not made up for: it would not be a steady rate.
      const due = Math.min(Math.floor(((performance.now() - started) / 1000) * rate) - this.sent, rate)
      const made = Date.now()
      const messages = Array.from({ length: Math.max(0, due) }, () => {
        const number = this.sent++
        const stall = Math.random() * STALL_EVERY < 1 ? `,"stall_c":${Math.floor(Math.random() * MAX_STALL_MS)}` : ''
        return {
          topic,
          partition: number % partitions,
          key: Buffer.from(`k${number}`),
          value: Buffer.from(`{"dataType":"${dataType}","x":${20 + (number % 1000)}${stall}}`),
          headers: new Map([[Buffer.from('made'), Buffer.from(String(made))]]),
          timestamp: BigInt(made),
        }
      })
      if (messages.length > 0) sending.push(this.#producer.send({ messages, acks: -1 }))
      await pause(PAUSE_MS, undefined, { signal }).catch(() => {})
    }
    await Promise.all(sending)
  }
}
