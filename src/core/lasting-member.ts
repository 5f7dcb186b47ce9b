import type { Assignment, Group, GroupOptions, Log, TopicPartition } from './log.ts'
import { systemTimers } from './timers.ts'

/** What a member does with its partitions during one membership. */
export interface MemberWork {
  /** `fail` ends the membership with an error, now or later. */
  assigned(partitions: readonly Assignment[], group: Group, fail: (error: unknown) => void): Promise<void> | void
  /** Resolves when the partitions are let go; `isLost`: they are others' already. */
  revoked(partitions: readonly TopicPartition[], isLost: boolean): Promise<void>
  /** What it has now: it is revoked when the membership ends. */
  readonly owned: readonly TopicPartition[]
}

export interface LastingMemberOptions extends Omit<GroupOptions, 'listener'> {
  readonly log: Log
  /** Called for each membership. */
  readonly work: () => MemberWork
  /** Told what ended a membership, and in how many ms there is another. */
  readonly failed: (error: unknown, retryInMs: number) => void
  /** The longest pause between two memberships, in ms. */
  readonly maxRetryMs: number
}

const FIRST_RETRY_MS = 100

/**
 * A member of a consumer group that lasts: whatever fails, it leaves the group and joins again, from what was committed, after a pause that grows until
 * there was progress. So nothing in memory outlives a failure.
 */
export class LastingMember {
  readonly #options: LastingMemberOptions
  readonly #abort = new AbortController()
  readonly #done: Promise<void>
  #retryMs = FIRST_RETRY_MS

  constructor(options: LastingMemberOptions) {
    this.#options = options
    this.#done = this.#run()
  }

  /** Something was committed: the next failure is not the last one's doing. */
  progressed(): void {
    this.#retryMs = FIRST_RETRY_MS
  }

  /** Has its partitions let go of, leaves the group, and resolves. */
  async stop(): Promise<void> {
    this.#abort.abort()
    await this.#done
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort
    // So that who makes it has it in hand before anything is asked of it.
    await Promise.resolve()
    while (!signal.aborted) {
      try {
        await this.#membership(signal)
      } catch (error) {
        if (signal.aborted) return
        this.#options.failed(error, this.#retryMs)
        await pause(this.#retryMs, signal)
        this.#retryMs = Math.min(this.#retryMs * 2, this.#options.maxRetryMs)
      }
    }
  }

  /** Ends when the member is stopped, or throws what ended it. */
  async #membership(signal: AbortSignal): Promise<void> {
    const { log, work: begin, failed: _failed, maxRetryMs: _maxRetryMs, ...join } = this.#options
    const work = begin()
    const failure = Promise.withResolvers<never>()
    failure.promise.catch(() => {})
    const joined = Promise.withResolvers<Group>()
    const group = await log.join({
      ...join,
      listener: {
        assigned: async (partitions) => work.assigned(partitions, await joined.promise, failure.reject),
        revoked: async (partitions, isLost) => work.revoked(partitions, isLost),
        failed: failure.reject,
      },
    })
    joined.resolve(group)
    const stopped = Promise.withResolvers<void>()
    const stop = (): void => stopped.resolve()
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    try {
      await Promise.race([stopped.promise, failure.promise])
    } finally {
      signal.removeEventListener('abort', stop)
      await work.revoked(work.owned, false)
      await group.leave()
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>()
  const wake = (): void => over.resolve()
  const cancel = systemTimers.after(milliseconds, wake)
  signal.addEventListener('abort', wake)
  await over.promise
  signal.removeEventListener('abort', wake)
  cancel()
}
