import { type Batch, offsetOf } from '../core/batch.ts'
import { asSluiceError } from '../core/errors.ts'
import type { Destination, Lane, LaneContext } from './lane.ts'
import type { LineSink } from './line-file.ts'

export interface LineDestinationOptions {
  /** For messages: what the lines go to. */
  readonly name: string
  readonly sink: LineSink
  /** The line of a record, without its end. */
  readonly lineOf: (batch: Batch, i: number) => Uint8Array
}

const NEW_LINE = Buffer.from('\n')

/** Lines of a topic's records, in a file or for another program. Each is there before its offset is committed. */
export function createLineDestination(options: LineDestinationOptions): Destination {
  return {
    isTransactional: false,
    async openLane(context): Promise<Lane> {
      const { partition, from } = context.assignment
      const reached = await onSink(options, async () => options.sink.reached(partition))
      return createLineLane(options, context, reached === undefined || reached < from ? from : reached)
    },
    async close() {},
  }
}

function createLineLane(options: LineDestinationOptions, { assignment, group }: LaneContext, reached: bigint): Lane {
  const { topic, partition } = assignment
  const commit = async (next: bigint): Promise<void> => group.commit({ appends: [], offsets: [{ topic, partition, next }] })
  return {
    async take(batch) {
      const lines: Uint8Array[] = []
      for (let i = 0; i < batch.count; i++) {
        if (offsetOf(batch, i) >= reached) lines.push(options.lineOf(batch, i), NEW_LINE)
      }
      if (batch.nextOffset > reached)
        await onSink(options, async () => options.sink.write(Buffer.concat(lines), { partition, next: batch.nextOffset }))
      await commit(batch.nextOffset)
    },
    skip: commit,
    async settle() {},
    async discard() {},
  }
}

async function onSink<T>({ name }: LineDestinationOptions, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw asSluiceError(cause, 'archive.unavailable', `${name} can't be written`)
  }
}
