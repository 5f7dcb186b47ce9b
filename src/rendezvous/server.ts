import { SluiceError } from '../core/errors.ts'
import { LastingMember } from '../core/lasting-member.ts'
import type { Assignment, Group, Log, TopicPartition, TopicSpec } from '../core/log.ts'
import { Beat } from './beat.ts'
import { Lane } from './lane.ts'
import type { RendezvousServerOptions, RendezvousTopics } from './options.ts'
import { Tallies } from './tallies.ts'

const LAST_RETRY_MS = 10_000

/**
 * Answers the records of an input by what models say of them, as a member of a consumer group: each input once, at the latest when its time is up
 * (Rendezvous §3). A member owns partitions of the input, and reads the same partitions of all scores. Whatever fails, it joins again and goes on from the log.
 */
export class RendezvousServer {
  readonly #options: RendezvousServerOptions
  readonly #member: LastingMember
  readonly #assigned = Promise.withResolvers<void>()
  readonly #lanes = new Map<number, Lane>()
  readonly tallies: Tallies
  readonly #beat: Beat

  private constructor(options: RendezvousServerOptions) {
    this.#options = options
    this.tallies = new Tallies(options.clock)
    this.#beat = new Beat(options)
    const { log, group, topics, guarantee, commitIntervalMs, observer } = options
    const lanes = this.#lanes
    this.#member = new LastingMember({
      log,
      group,
      topics: [topics.input],
      guarantee,
      commitIntervalMs,
      work: () => ({
        assigned: (partitions, joined, fail) => this.#start(partitions, joined, fail),
        revoked: async (partitions) => this.#release(partitions),
        get owned() {
          return [...lanes.keys()].map((partition) => ({ topic: topics.input, partition }))
        },
      }),
      failed: (error, retryMs) => observer.failed(error, retryMs),
      maxRetryMs: LAST_RETRY_MS,
    })
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
    // Streams may follow it too, and then have made it as they want it.
    const control = (await exists(log, topics.control)) ? [] : [{ topic: topics.control, partitions: 1, cleanup: 'delete' } as const]
    await log.ensureTopics([...specs, ...control])
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

  get name(): string {
    return this.#options.name
  }

  get topics(): RendezvousTopics {
    return this.#options.topics
  }

  /** How many inputs wait for their answers here, by data type. */
  openByDataType(): Map<string, number> {
    const open = new Map<string, number>()
    for (const lane of this.#lanes.values()) lane.countOpen(open)
    return open
  }

  /** How many inputs wait for their answers here. */
  get open(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.open, 0)
  }

  /** Commits what was decided, leaves the group, and resolves. Inputs that wait are answered by whoever goes on. */
  async stop(): Promise<void> {
    await this.#member.stop()
  }

  #start(partitions: readonly Assignment[], group: Group, fail: (error: unknown) => void): void {
    // Not sooner: what can't be committed would be tried again without a pause.
    const onCommit = (): void => this.#member.progressed()
    for (const { partition, from } of partitions) {
      const lane = new Lane(this.#options, { group, partition, from, onCommit, tallies: this.tallies, beat: this.#beat })
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

async function exists(log: Log, topic: string): Promise<boolean> {
  try {
    return (await log.partitions(topic)) > 0
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'log.topic.unknown') return false
    throw error
  }
}
