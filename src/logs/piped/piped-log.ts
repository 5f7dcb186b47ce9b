import { type Batch } from '../../core/batch.ts'
import { changelogAppends } from '../../core/changelog.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Append, Commit, Group, GroupOptions, Log, ReadOptions, TopicPartition } from '../../core/log.ts'
import { readRecordBatches } from '../../core/record-batch.ts'
import { PipedSource, type SourceRecord } from './piped-source.ts'

export interface PipedLogOptions {
  /** The log of all other topics. It is closed with this one. */
  readonly base: Log
  /** The topic whose records are not on a log but come in, once: from a file, or from another program. */
  readonly input: string
  readonly source: AsyncIterator<readonly SourceRecord[]>
  /** Topics whose records are not kept but go out, in order. What they are given is valid until the promise is settled. */
  readonly sinks: Readonly<Record<string, (batch: Batch) => Promise<void>>>
  /** The time of records that come in, ms since the epoch. */
  readonly now: () => number
}

export interface PipedLog extends Log {
  /** Settles when the input has ended, or could not be read any further, and all that came of it has gone out. Rejects with why. */
  readonly drained: Promise<void>
  /** Where in the input a record stands that has not gone out yet: its line, or its number. */
  placeOf(offset: bigint): number | undefined
}

/** So often a stream may begin anew before it is given up: what fails that often will not get better. */
const MOST_SESSIONS = 4

/**
 * A log that is a pipe at two ends: one input topic, of one partition, that is read as fast as its records are answered and no faster, and
 * output topics that are written and forgotten. So the same engine that serves topics works through files of any size in little memory.
 * What has come in is kept until its answers have gone out, so that a stream that begins anew loses nothing; answers that went out before
 * it failed go out again.
 */
export function createPipedLog({ base, input, source, sinks, now }: PipedLogOptions): PipedLog {
  const incoming = new PipedSource(source, { topic: input, now })
  let sessions = 0

  async function write({ topic, recordBatch }: Append): Promise<void> {
    await sinks[topic]!(readRecordBatches(recordBatch, { topic, partition: 0, from: 0n }))
  }

  async function commit({ appends, changelog, offsets }: Commit): Promise<void> {
    try {
      for (const append of [...appends, ...changelogAppends(changelog)])
        await (Object.hasOwn(sinks, append.topic) ? write(append) : base.append(append))
    } catch (error) {
      // Who reads the answers is gone, or there is no room for them: it will not get better.
      incoming.fail(error)
      throw error
    }
    for (const { next } of offsets) incoming.committed(next)
  }

  const isInput = ({ topic }: TopicPartition): boolean => topic === input
  return {
    drained: incoming.drained,
    placeOf: (offset) => incoming.placeOf(offset),
    ensureTopics: (topics) => base.ensureTopics(topics),
    partitions: (topic) => base.partitions(topic),
    topicId: (topic) => base.topicId(topic),
    maxAppendBytes: (topic) => base.maxAppendBytes(topic),
    append(append) {
      if (!isInput(append)) return base.append(append)
      throw new SluiceError('log.append.refused', `nothing can be appended to '${input}': its records come from elsewhere`)
    },
    offsets: async (partition) => (isInput(partition) ? { first: 0n, next: incoming.position } : base.offsets(partition)),
    read: (options: ReadOptions) => (isInput(options) ? incoming.read(options) : base.read(options)),
    async join(options: GroupOptions): Promise<Group> {
      if (!options.topics.includes(input)) return base.join(options)
      if (++sessions > MOST_SESSIONS) incoming.fail(new SluiceError('internal', `the stream failed ${MOST_SESSIONS} times`))
      const partition = { topic: input, partition: 0 }
      const group: Group = {
        overlapping: false,
        commit,
        hurry: () => ({ [Symbol.dispose]() {} }),
        committed: async () => incoming.done,
        leave: async () => {},
      }
      // The member is to have its group before it is given partitions.
      const { listener } = options
      queueMicrotask(() => {
        listener.assigned([{ ...partition, from: incoming.done }]).catch((error: unknown) => listener.failed(error))
      })
      return group
    },
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  }
}
