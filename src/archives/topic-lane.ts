import { type Batch, INDEX, keyOf, offsetOf, valueOf } from '../core/batch.ts'
import { encodeHeader, HeaderCursor } from '../core/headers.ts'
import type { Append, Log } from '../core/log.ts'
import { RecordBatchWriter } from '../core/record-batch-writer.ts'
import type { Destination, Lane, LaneContext } from './lane.ts'
import type { Sample } from './sample.ts'

export interface TopicDestinationOptions {
  readonly log: Log
  readonly topic: string
  readonly sample: Sample
}

const MAX_BATCH_BYTES = 512 * 1024

/**
 * Another topic, created with as many partitions as the input has: each record goes to the partition of its number with its key, value,
 * headers and timestamp as they were, and three headers after them that say where it was seen: `sluice_topic`, `sluice_partition`,
 * `sluice_offset`. Records and offsets are of one commit, so that none is lost and none is there twice.
 */
export function createTopicDestination({ log, topic, sample }: TopicDestinationOptions): Destination {
  return {
    isTransactional: true,
    async openLane(context): Promise<Lane> {
      const { topic: input } = context.assignment
      await log.ensureTopics([{ topic, partitions: await log.partitions(input), cleanup: 'delete' }])
      return new TopicLane({ topic, sample, maxBytes: await log.maxAppendBytes(topic) }, context)
    },
    async close() {},
  }
}

interface TopicLaneOptions {
  readonly topic: string
  readonly sample: Sample
  readonly maxBytes: number
}

class TopicLane implements Lane {
  readonly #options: TopicLaneOptions
  readonly #context: LaneContext
  readonly #writer = new RecordBatchWriter()
  readonly #cursor = new HeaderCursor()
  readonly #placeHeaders: readonly Uint8Array[]

  constructor(options: TopicLaneOptions, context: LaneContext) {
    this.#options = options
    this.#context = context
    const { topic, partition } = context.assignment
    this.#placeHeaders = [encodeHeader('sluice_topic', topic), encodeHeader('sluice_partition', String(partition))]
  }

  async take(batch: Batch): Promise<void> {
    const appends: Append[] = []
    const writer = this.#writer
    writer.reset()
    const finish = (): void => {
      if (writer.count === 0) return
      const recordBatch = writer.finish().slice()
      appends.push({ topic: this.#options.topic, partition: batch.partition, recordBatch })
      writer.reset()
    }
    for (const i of this.#options.sample(batch)) {
      const before = writer.count
      this.#write(batch, i, true)
      if (writer.at <= Math.min(MAX_BATCH_BYTES, this.#options.maxBytes)) continue
      if (before > 0) {
        writer.undoRecord()
        finish()
        this.#write(batch, i, true)
      }
      // As large as a record can be: there is room for it as it came, and for nothing more.
      if (writer.at > this.#options.maxBytes) {
        writer.reset()
        this.#write(batch, i, false)
      }
      if (writer.at > MAX_BATCH_BYTES) finish()
    }
    finish()
    await this.#commit(appends, batch.nextOffset)
  }

  async skip(to: bigint): Promise<void> {
    await this.#commit([], to)
  }

  async settle(): Promise<void> {}

  async discard(): Promise<void> {}

  async #commit(appends: readonly Append[], next: bigint): Promise<void> {
    const { topic, partition } = this.#context.assignment
    await this.#context.group.commit({ appends, offsets: [{ topic, partition, next }] })
  }

  #write(batch: Batch, i: number, withPlace: boolean): void {
    const writer = this.#writer
    const cursor = this.#cursor
    const key = keyOf(batch, i)
    const value = valueOf(batch, i)
    writer.startRecord(batch.timestamps[i]!)
    writer.key(batch.bytes, batch.index[i * INDEX.stride + INDEX.keyAt]!, key?.length ?? -1)
    if (value === undefined) writer.nullValue()
    else {
      writer.startValue()
      writer.copy(value, 0, value.length)
      writer.endValue()
    }
    const count = cursor.start(batch, i)
    const headersAt = cursor.at
    while (cursor.next());
    const place = withPlace ? [...this.#placeHeaders, encodeHeader('sluice_offset', String(offsetOf(batch, i)))] : []
    writer.startHeaders(count + place.length)
    writer.copy(batch.bytes, headersAt, cursor.at - headersAt)
    for (const header of place) writer.copy(header, 0, header.length)
    writer.endRecord()
  }
}
