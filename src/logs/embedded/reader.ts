import { setImmediate as eventLoop } from 'node:timers/promises'

import type { Batch } from '../../core/batch.ts'
import { SluiceError } from '../../core/errors.ts'
import type { ReadOptions } from '../../core/log.ts'
import { readRecordBatches, RECORD_BATCH } from '../../core/record-batch.ts'
import type { Partition } from './partition.ts'
import type { Store } from './store.ts'

const DEFAULT_MAX_BYTES = 1024 * 1024

export interface ReaderContext {
  readonly store: Store
  /** Aborts when the log closes. */
  readonly closing: AbortSignal
  /** The next offset when the read was asked for. */
  readonly end: bigint
}

/**
 * The batches of one partition. Between two batches it lets the event loop turn, so that a reader that catches up starves
 * nobody; while it waits or its consumer works, it holds nothing of the store.
 */
export async function* readPartition(partition: Partition, options: ReadOptions, context: ReaderContext): AsyncGenerator<Batch, void> {
  const { store, closing, end } = context
  const { follow, signal, maxBytes = DEFAULT_MAX_BYTES } = options
  const isOver = (): boolean => closing.aborted || signal?.aborted === true
  let at = options.from
  if (at < partition.first || at > partition.next) throw outOfRange(partition, at)

  let wake = nothing
  const changed = (): void => wake()
  partition.watchers.add(changed)
  signal?.addEventListener('abort', changed)
  try {
    while (!isOver()) {
      const below = follow ? partition.next : end
      if (at < below) {
        const bytes = store.fetch(partition, { from: at, below, maxBytes })
        // A window may have become empty by compaction.
        if (bytes === undefined) at = below
        else {
          const batch = toBatch(partition, bytes, at)
          at = batch.nextOffset
          yield batch
          await eventLoop()
        }
      } else if (follow) {
        // Nothing runs between the look at the next offset and this wait, so no wake-up is lost.
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      } else return
    }
  } finally {
    partition.watchers.delete(changed)
    signal?.removeEventListener('abort', changed)
  }
}

function toBatch(partition: Partition, bytes: Uint8Array, at: bigint): Batch {
  // Offset deltas are 32 bits wide, and the gap before the first record of a compacted topic may be wider.
  const base = new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(RECORD_BATCH.baseOffset)
  return readRecordBatches(bytes, { topic: partition.topic, partition: partition.partition, from: base > at ? base : at })
}

function outOfRange({ topic, partition, first, next }: Partition, from: bigint): SluiceError {
  return new SluiceError('log.offset.out-of-range', `${topic}-${partition} holds the offsets ${first} up to ${next}, not ${from}`, {
    details: { topic, partition, from: String(from), first: String(first), next: String(next) },
  })
}

function nothing(): void {}
