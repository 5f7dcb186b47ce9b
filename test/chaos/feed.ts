import { setTimeout as pause } from 'node:timers/promises'
import { Producer } from '@platformatic/kafka'
import { flightLines } from '../system/examples.ts'

const lines = flightLines().slice(0, 5000)
/** One record in so many loses its last brace, so that there are dead letters too. */
const DAMAGED_EVERY = 50
const PAUSE_MS = 20

/** Sends numbered records to a topic, a few every moment, until it is stopped. A broker that is away is tried again. */
export class Feed {
  readonly #producer: Producer
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  /** How many records the brokers acknowledged. */
  sent = 0

  constructor(options: {
    readonly brokers: readonly string[]
    readonly topic: string
    readonly partitions: number
    readonly rate: number
  }) {
    this.#producer = new Producer({ clientId: 'feed', bootstrapBrokers: [...options.brokers], retryDelay: 50, retries: 200 })
    this.#done = this.#run(options)
  }

  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#done
    await this.#producer.close()
  }

  async #run({ topic, partitions, rate }: { topic: string; partitions: number; rate: number }): Promise<void> {
    const { signal } = this.#abort
    let number = 0
    const started = performance.now()
    while (!signal.aborted) {
      const due = Math.min(Math.floor(((performance.now() - started) / 1000) * rate) - number, rate)
      const messages = Array.from({ length: due }, () => {
        const text = lines[number % lines.length]!.replace('{', `{"number":${number},`)
        const value = Buffer.from(number % DAMAGED_EVERY === 0 ? text.slice(0, -1) : text)
        return { topic, partition: number++ % partitions, value, timestamp: BigInt(Date.now()) }
      })
      // What fails may be on the log all the same: what counts is what is read there in the end.
      if (messages.length > 0)
        await this.#producer.send({ messages, acks: -1 }).then(
          () => (this.sent += messages.length),
          () => undefined,
        )
      await pause(PAUSE_MS, undefined, { signal }).catch(() => {})
    }
  }
}
