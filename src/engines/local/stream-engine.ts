import { LastingMember, type MemberWork } from '../../core/lasting-member.ts'
import type { Assignment, Group, Guarantee, Log, TopicPartition } from '../../core/log.ts'
import type { ServingOperator } from '../../core/operator/operator.ts'
import { CommitBudget } from './commit-budget.ts'
import type { EngineObserver } from './observer.ts'
import type { SnapshotStore } from './lane-snapshot.ts'
import type { ModelHolder } from './model-holder.ts'
import { PartitionRunner } from './partition-runner.ts'
import { restoreLane } from './restore-lane.ts'
import type { StateTopics } from './state-topics.ts'
import type { Wake } from './wake.ts'

export interface EngineOptions {
  readonly stream: string
  readonly input: string
  readonly output: string
  /** Where decisions of policies go, if anywhere. */
  readonly decisions?: string | undefined
  readonly topics: StateTopics
  readonly group: string
  readonly log: Log
  readonly operator: ServingOperator
  readonly observer: EngineObserver
  readonly modelsChanged: Wake
  readonly maxBatchBytes: number
  readonly guarantee: Guarantee
  readonly commitIntervalMs: number
  /** Where a member holds only the models of its own partitions. */
  readonly models?: ModelHolder
  /** Where snapshots of what was committed are kept; everything is read from the log where absent. */
  readonly snapshots?: SnapshotStore
}

const LAST_RETRY_MS = 10_000
/** Of input: the answers to it, which are larger, wait in memory as well. */
const MAX_UNCOMMITTED_BYTES = 16 * 1024 * 1024

/**
 * Answers one stream as a member of its consumer group: a runner per assigned partition. Whatever fails, it leaves the group and
 * joins again from what was committed, so nothing in memory outlives a failure.
 */
export class StreamEngine {
  readonly #options: EngineOptions
  readonly #member: LastingMember
  readonly #assigned = Promise.withResolvers<void>()
  readonly #budget = new CommitBudget(MAX_UNCOMMITTED_BYTES)

  constructor(options: EngineOptions) {
    this.#options = options
    const { log, group, stream, input, guarantee, commitIntervalMs, observer } = options
    this.#member = new LastingMember({
      log,
      group: `${group}-${stream}`,
      topics: [input],
      guarantee,
      commitIntervalMs,
      work: () => this.#work(),
      failed: (error, retryMs) => observer.failed(stream, error, retryMs),
      maxRetryMs: LAST_RETRY_MS,
    })
  }

  /** Resolves when partitions were assigned for the first time. */
  get assigned(): Promise<void> {
    return this.#assigned.promise
  }

  /** Commits what has begun, leaves the group, and resolves. */
  async stop(): Promise<void> {
    await this.#member.stop()
  }

  #work(): MemberWork {
    const runners = new Map<number, PartitionRunner>()
    return {
      assigned: async (partitions, group, fail) => this.#start(partitions, group, { runners, fail }),
      revoked: async (partitions) => this.#release(partitions, runners),
      get owned() {
        return [...runners.values()].map((runner) => runner.lane)
      },
    }
  }

  async #start(partitions: readonly Assignment[], group: Group, session: Session): Promise<void> {
    const { log, topics, observer, stream, models, snapshots } = this.#options
    const [lanes] = await Promise.all([
      Promise.all(partitions.map(async (partition) => restoreLane(log, partition, { topics, store: snapshots }))),
      models?.take(partitions.map(({ partition }) => partition)),
    ])
    observer.assigned(stream, lanes, partitions)
    // Not sooner: a batch that can't be committed would be tried again without a pause.
    const onCommit = (): void => this.#member.progressed()
    partitions.forEach(({ partition, from }, i) => {
      const runner = new PartitionRunner(lanes[i]!, from, { ...this.#options, group, budget: this.#budget, onCommit })
      session.runners.set(partition, runner)
      runner.done.then(
        () => {},
        (error: unknown) => session.fail(error),
      )
    })
    this.#assigned.resolve()
  }

  async #release(partitions: readonly TopicPartition[], runners: Map<number, PartitionRunner>): Promise<void> {
    const released = partitions.flatMap(({ partition }) => runners.get(partition) ?? [])
    for (const { partition } of partitions) runners.delete(partition)
    await Promise.all(released.map((runner) => runner.stop()))
    await this.#options.models?.drop(released.map((runner) => runner.lane.partition))
    if (released.length > 0)
      this.#options.observer.released(
        this.#options.stream,
        released.map((runner) => runner.lane),
      )
  }
}

interface Session {
  readonly runners: Map<number, PartitionRunner>
  readonly fail: (error: unknown) => void
}
