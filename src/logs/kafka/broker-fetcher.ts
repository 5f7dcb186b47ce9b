import { type FetchAnswer, FetchChannel, type FetchChannelOptions } from './fetch-channel.ts'
import type { Fetched, FetchPosition } from './fetch-request.ts'
import type { BrokerAddress } from './options.ts'
import { keyOf } from './partition-key.ts'

const MAX_WAIT_MS = 500
/** What an answer may bring of all partitions together, unless one alone may be longer. */
const ANSWER_BYTES = 4 * 1024 * 1024
/** Connections that are kept though none of them is in use. */
const KEPT_IDLE = 2

/** What a fetch brought of a partition. */
export interface FetchedRecords extends Fetched {
  /** Call it when `records` is needed no more. */
  release(): void
}

export interface FetchOrder extends FetchPosition {
  /** Whether answers without records, which others were the reason for, may be passed over for a while. */
  readonly untilRecords: boolean
  /** Whether the bytes of the records may be used again once they are released. */
  readonly reuse: boolean
}

interface Ask extends FetchOrder {
  /** Of its partition. */
  readonly key: string
  /** Until when it waits for records. */
  readonly until: number
  readonly resolve: (fetched: FetchedRecords) => void
  readonly reject: (error: unknown) => void
}

/** One that is on its way. */
export interface Fetching {
  readonly fetched: Promise<FetchedRecords>
  /** Nobody waits for it any more. */
  cancel(): void
}

/**
 * Fetches from one broker for all who read partitions that it leads: what is asked for at the same time goes together in one request. A partition that
 * is asked for while requests are on their way goes with another one over a connection of its own; as soon as two of them are answered at the same
 * time, their partitions go together.
 */
export class BrokerFetcher {
  readonly #address: BrokerAddress
  readonly #options: FetchChannelOptions
  #idle: FetchChannel[] = []
  readonly #channels = new Set<FetchChannel>()
  #queue: Ask[] = []
  #opening = false
  #isScheduled = false
  readonly #cancelled = new WeakSet<Ask>()
  /** By partition: the number of the last answer that brought records of it. */
  readonly #served = new Map<string, number>()
  #answers = 0
  #closed: unknown

  constructor(address: BrokerAddress, options: FetchChannelOptions) {
    this.#address = address
    this.#options = options
  }

  /** Rejects with the broker's `KafkaResponseError`, and with what ends the connection. */
  fetch(order: FetchOrder): Fetching {
    const { promise, resolve, reject } = Promise.withResolvers<FetchedRecords>()
    const ask: Ask = { ...order, key: keyOf(order), until: order.untilRecords ? performance.now() + MAX_WAIT_MS : 0, resolve, reject }
    if (this.#closed === undefined) this.#put(ask)
    else reject(this.#closed)
    return { fetched: promise, cancel: () => void this.#cancelled.add(ask) }
  }

  /** Who waits is given the error. */
  close(error: unknown): void {
    this.#closed ??= error
    for (const channel of this.#channels) channel.close()
    for (const { reject } of this.#queue.splice(0)) reject(error)
  }

  #put(ask: Ask): void {
    this.#queue.push(ask)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#flush()
    })
  }

  /** Sends what has been asked for. While a connection is being opened, it is gathered. */
  #flush(): void {
    this.#queue = this.#queue.filter((ask) => !this.#cancelled.has(ask))
    while (this.#queue.length > 0 && !this.#opening) {
      const channel = this.#idle.pop()
      if (channel === undefined) void this.#open()
      else if (this.#isUsable(channel)) void this.#send(channel)
      else this.#drop(channel)
    }
  }

  async #open(): Promise<void> {
    this.#opening = true
    try {
      const channel = await FetchChannel.open(this.#address, this.#options)
      this.#channels.add(channel)
      if (this.#closed === undefined) this.#idle.push(channel)
      else this.#drop(channel)
    } catch (error) {
      for (const { reject } of this.#queue.splice(0)) reject(error)
    } finally {
      this.#opening = false
    }
    this.#flush()
  }

  async #send(channel: FetchChannel): Promise<void> {
    const asks = this.#take()
    const positions = [...asks.values()]
    const longest = Math.max(...positions.map(({ maxBytes }) => maxBytes))
    const maxBytes = Math.max(longest, ANSWER_BYTES)
    try {
      const answer = await channel.fetch({ positions, maxBytes, maxWaitMs: MAX_WAIT_MS })
      this.#keep(channel)
      this.#answer(asks, answer)
    } catch (error) {
      this.#drop(channel)
      for (const { reject } of asks.values()) reject(error)
    }
  }

  /** What goes with the next request: each partition once, and those first that have waited for records longest. */
  #take(): Map<string, Ask> {
    const asks = new Map<string, Ask>()
    const rest: Ask[] = []
    const served = ({ key }: Ask): number => this.#served.get(key) ?? 0
    for (const ask of this.#queue.toSorted((one, other) => served(one) - served(other))) {
      if (asks.has(ask.key)) rest.push(ask)
      else asks.set(ask.key, ask)
    }
    this.#queue = rest
    return asks
  }

  #answer(asks: Map<string, Ask>, answer: FetchAnswer): void {
    this.#answers++
    const held = new Held(() => answer.release())
    // Brokers fill an answer in the order of the request. Whoever comes after the first records may have got none for want of room.
    let hasRecords = false
    for (const partition of answer.partitions) {
      const { result } = partition
      const key = keyOf(partition)
      const ask = asks.get(key)
      if (ask === undefined) continue
      asks.delete(key)
      if (result instanceof Error) ask.reject(result)
      else if (result.records.length > 0) this.#bring(ask, result, held)
      else this.#bringNone(ask, result, hasRecords)
      hasRecords ||= !(result instanceof Error) && result.records.length > 0
    }
    for (const { reject } of asks.values()) reject(new Error('the broker answered a fetch without its partition'))
    held.release()
  }

  #bring(ask: Ask, fetched: Fetched, held: Held): void {
    this.#served.set(ask.key, this.#answers)
    if (this.#cancelled.has(ask)) return
    const release = held.take()
    // What may be kept is never given back.
    ask.resolve({ ...fetched, release: ask.reuse ? release : nothing })
  }

  /** Where others took the room, no records is no answer: with the next request it stands before them, and gets at least one record batch if there is one. */
  #bringNone(ask: Ask, fetched: Fetched, othersTookRoom: boolean): void {
    if (othersTookRoom || performance.now() < ask.until) this.#put(ask)
    else ask.resolve({ ...fetched, release: nothing })
  }

  #keep(channel: FetchChannel): void {
    if (this.#closed !== undefined || this.#idle.length >= KEPT_IDLE) this.#drop(channel)
    else this.#idle.push(channel)
  }

  #isUsable({ connection }: FetchChannel): boolean {
    return connection === undefined || this.#options.connections.isUsable(connection)
  }

  #drop(channel: FetchChannel): void {
    this.#channels.delete(channel)
    channel.close()
  }
}

/** Something that several hold. It is released when the last of them, and who made it, let go of it. */
class Held {
  readonly #release: () => void
  #holders = 1

  constructor(release: () => void) {
    this.#release = release
  }

  /** Another holder, who may let go more than once. */
  take(): () => void {
    this.#holders++
    let isHeld = true
    return () => {
      if (isHeld) this.release()
      isHeld = false
    }
  }

  release(): void {
    if (--this.#holders === 0) this.#release()
  }
}

function nothing(): void {}
