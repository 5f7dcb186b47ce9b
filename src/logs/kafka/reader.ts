import type { Batch } from '../../core/batch.ts'
import { SluiceError } from '../../core/errors.ts'
import type { ReadOptions } from '../../core/log.ts'
import type { Cluster } from './cluster.ts'
import { hasKafkaCode, KAFKA_ERROR } from './error-codes.ts'
import type { FetchedRecords, Fetching } from './broker-fetcher.ts'
import { decodeFetched } from './fetched-batches.ts'
import { listOffsets, type PartitionOffsets } from './offsets.ts'

const DEFAULT_MAX_BYTES = 1024 * 1024

/**
 * The committed records of one partition in order. While the consumer works on one batch, the
 * next one is being fetched. Brokers that are away are waited for up to the outage timeout.
 */
export function readPartition(cluster: Cluster, options: ReadOptions): AsyncIterable<Batch> {
  if (cluster.closing.aborted) return failing(cluster.closing.reason)
  const signal = options.signal === undefined ? cluster.closing : AbortSignal.any([cluster.closing, options.signal])
  // Asked for now, not when the first batch is: what is appended from here on is beyond the end of a read that does not follow.
  const bounds = listOffsets(cluster, options, { signal })
  bounds.catch(() => {})
  return batches(new PartitionFetcher(cluster, options, signal), { cluster, options, signal, bounds })
}

/** Errors of a read come where its batches would. */
// oxlint-disable-next-line require-yield -- it only throws
async function* failing(error: unknown): AsyncGenerator<Batch, void> {
  throw error
}

interface Reading {
  readonly cluster: Cluster
  readonly options: ReadOptions
  readonly signal: AbortSignal
  readonly bounds: Promise<PartitionOffsets>
}

async function* batches(fetcher: PartitionFetcher, { cluster, options, signal, bounds }: Reading): AsyncGenerator<Batch, void> {
  const { topic, partition, follow } = options
  const { maxDecompressedBytes } = cluster.settings
  try {
    const { first, next, stable } = await bounds
    if (options.from < first || options.from > next) throw outOfRange(options, { first, next })
    const whole = options.underWay === 'leave' ? stable : next
    const end = follow ? undefined : whole
    const patience = new Patience(cluster)
    const isOver = (): boolean => signal.aborted || (end !== undefined && at >= end)
    let at = options.from
    let coming: Promise<FetchedRecords> | undefined
    while (!isOver()) {
      const fetched = await (coming ?? fetcher.fetch(at))
      const { batch, next: after } = decodeFetched(fetched, { topic, partition, from: at, below: end, maxDecompressedBytes })
      // No records, and the broker has all up to the end: what was there has been compacted away.
      if (end !== undefined && after === at && fetched.stable >= end) return
      if (end !== undefined) patience.check(after > at, () => heldBack(options, fetched.stable))
      at = after
      coming = isOver() ? undefined : fetcher.fetch(at)
      coming?.catch(() => {})
      if (batch === undefined) fetched.release()
      else yield { ...batch, release: () => fetched.release() }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    fetcher.close()
  }
}

/**
 * A read that does not follow waits for the transactions that were open when it began, since records that count already may stand
 * behind their first ones.
 */
class Patience {
  readonly #cluster: Cluster
  #since: number

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#since = cluster.settings.clock.monotonic()
  }

  /** Throws where there was no progress for the outage timeout. */
  check(progress: boolean, error: () => SluiceError): void {
    const { clock, outageTimeoutMs } = this.#cluster.settings
    if (progress) this.#since = clock.monotonic()
    else if (clock.monotonic() - this.#since > outageTimeoutMs) throw error()
  }
}

function heldBack({ topic, partition }: ReadOptions, stable: bigint): SluiceError {
  const message = `${topic}-${partition} can be read up to offset ${stable} only: a transaction that begins there is neither committed nor aborted`
  return new SluiceError('log.unavailable', message, { details: { topic, partition, stable: String(stable) } })
}

/** Fetches from the leader of one partition, whichever broker that is. */
class PartitionFetcher {
  readonly #cluster: Cluster
  readonly #options: ReadOptions
  readonly #signal: AbortSignal
  readonly #onAbort = (): void => this.close()
  /** From the first fetch on. */
  #reading: Disposable | undefined
  #fetching: Fetching | undefined

  constructor(cluster: Cluster, options: ReadOptions, signal: AbortSignal) {
    this.#cluster = cluster
    this.#options = options
    this.#signal = signal
    signal.addEventListener('abort', this.#onAbort)
  }

  async fetch(from: bigint): Promise<FetchedRecords> {
    const { topic, partition } = this.#options
    return this.#cluster.retry(`read ${topic}-${partition}`, async () => this.#attempt(from), {
      signal: this.#signal,
      need: { operation: 'Read', type: 'topic', name: topic },
    })
  }

  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#fetching?.cancel()
    this.#reading?.[Symbol.dispose]()
  }

  async #attempt(from: bigint): Promise<FetchedRecords> {
    const { topic, partition, follow, reuse = false, maxBytes = DEFAULT_MAX_BYTES } = this.#options
    try {
      const leader = await this.#cluster.leader(this.#options)
      this.#signal.throwIfAborted()
      this.#fetching?.cancel()
      this.#reading ??= this.#cluster.fetchers.enter()
      this.#fetching = this.#cluster.fetchers.of(leader).fetch({ topic, partition, from, maxBytes, untilRecords: follow, reuse })
      return await this.#fetching.fetched
    } catch (error) {
      if (hasKafkaCode(error, KAFKA_ERROR.offsetOutOfRange)) throw await this.#outOfRange(from, error)
      this.#cluster.forget(topic)
      throw error
    }
  }

  async #outOfRange(from: bigint, cause: unknown): Promise<SluiceError> {
    const bounds = await listOffsets(this.#cluster, this.#options, { signal: this.#signal })
    return outOfRange({ ...this.#options, from }, { ...bounds, cause })
  }
}

function outOfRange({ topic, partition, from }: ReadOptions, range: { first: bigint; next: bigint; cause?: unknown }): SluiceError {
  const { first, next, cause } = range
  return new SluiceError('log.offset.out-of-range', `${topic}-${partition} holds the offsets ${first} up to ${next}, not ${from}`, {
    cause,
    details: { topic, partition, from: String(from), first: String(first), next: String(next) },
  })
}
