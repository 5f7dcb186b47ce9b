import { setTimeout as pause } from 'node:timers/promises'
import { SluiceError } from '../core/errors.ts'
import type { Assignment, Group, GroupListener, TopicPartition, TopicSpec } from '../core/log.ts'
import { Lane } from './lane.ts'
import type { RendezvousServerOptions } from './options.ts'

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 10_000

/**
 * Answers the records of an input by what models say of them, as a member of a consumer group: each input once, at the latest when its time is up
 * (Rendezvous §3). A member owns partitions of the input, and reads the same partitions of all scores. Whatever fails, it joins again and goes on from the log.
 */
export class RendezvousServer {
  readonly #options: RendezvousServerOptions
  readonly #abort = new AbortController()
  readonly #assigned = Promise.withResolvers<void>()
  readonly #done: Promise<void>
  readonly #lanes = new Map<number, Lane>()
  #retryMs = FIRST_RETRY_MS

  private constructor(options: RendezvousServerOptions) {
    this.#options = options
    this.#done = this.#run()
  }

  /** Creates the topics that are missing, with as many partitions as the input has. Throws `log.topic.conflict` where one has others. */
  static async start(options: RendezvousServerOptions): Promise<RendezvousServer> {
    const { log, topics } = options
    const count = await log.partitions(topics.input)
    const beside = [
      ...[...options.scores, ...options.failures].map(({ topic }) => topic),
      topics.results,
      topics.decisions,
      topics.changelog,
    ]
    const specs = beside.map((topic): TopicSpec => ({ topic, partitions: count, cleanup: 'delete' }))
    await log.ensureTopics([...specs, { topic: topics.control, partitions: 1, cleanup: 'delete' }])
    for (const topic of beside) {
      const partitions = await log.partitions(topic)
      if (partitions !== count)
        throw new SluiceError(
          'log.topic.conflict',
          `topic '${topic}' has ${partitions} partitions, but must have as many as '${topics.input}', which are ${count}: what belongs together is in partitions of the same number`,
          { details: { topic, partitions, wanted: count } },
        )
    }
    return new RendezvousServer(options)
  }

  /** Resolves when partitions were assigned for the first time. */
  get assigned(): Promise<void> {
    return this.#assigned.promise
  }

  /** How many inputs wait for their answers here. */
  get open(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.open, 0)
  }

  /** Commits what was decided, leaves the group, and resolves. Inputs that wait are answered by whoever goes on. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#done
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    while (!signal.aborted) {
      try {
        await this.#session(signal)
      } catch (error) {
        this.#options.observer.failed(error, this.#retryMs)
        await pause(this.#retryMs, undefined, { signal }).catch(() => {})
        this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
      }
    }
  }

  /** One membership: ends when the server is stopped, or throws what ended it. */
  async #session(signal: AbortSignal): Promise<void> {
    const { log, group: name, topics, guarantee, commitIntervalMs } = this.#options
    const failure = Promise.withResolvers<never>()
    failure.promise.catch(() => {})
    const joined = Promise.withResolvers<Group>()
    const listener: GroupListener = {
      assigned: async (partitions) => this.#start(partitions, await joined.promise, failure.reject),
      revoked: async (partitions) => this.#release(partitions),
      failed: failure.reject,
    }
    const group = await log.join({ group: name, topics: [topics.input], guarantee, commitIntervalMs, listener })
    joined.resolve(group)
    const stopped = Promise.withResolvers<void>()
    const stop = (): void => stopped.resolve()
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    try {
      await Promise.race([stopped.promise, failure.promise])
    } finally {
      signal.removeEventListener('abort', stop)
      await this.#release([...this.#lanes.keys()].map((partition) => ({ topic: topics.input, partition })))
      await group.leave()
    }
  }

  #start(partitions: readonly Assignment[], group: Group, fail: (error: unknown) => void): void {
    // Not sooner: what can't be committed would be tried again without a pause.
    const onCommit = (): void => {
      this.#retryMs = FIRST_RETRY_MS
    }
    for (const { partition, from } of partitions) {
      const lane = new Lane(this.#options, { group, partition, from, onCommit })
      this.#lanes.set(partition, lane)
      lane.done.then(
        () => {},
        (error: unknown) => fail(error),
      )
    }
    this.#options.observer.assigned(partitions)
    this.#assigned.resolve()
  }

  async #release(partitions: readonly TopicPartition[]): Promise<void> {
    const released = partitions.flatMap(({ partition }) => this.#lanes.get(partition) ?? [])
    for (const { partition } of partitions) this.#lanes.delete(partition)
    await Promise.all(released.map(async (lane) => lane.stop()))
    if (released.length > 0) this.#options.observer.released(partitions)
  }
}
