import { setImmediate as eventLoop } from 'node:timers/promises'

import type { Assignment, GroupListener, TopicPartition } from '../../core/log.ts'
import type { Partition } from './partition.ts'
import { assignRanges } from './range-assignment.ts'

/** One member of a group in this process. */
export class Member {
  readonly topics: readonly (readonly Partition[])[]
  readonly listener: GroupListener
  /** What this member may commit for now. */
  readonly owned = new Set<Partition>()
  readonly left = Promise.withResolvers<void>()
  leaving = false
  failed = false

  constructor(topics: readonly (readonly Partition[])[], listener: GroupListener) {
    this.topics = topics
    this.listener = listener
  }

  /** Calls the listener. One that throws can't be trusted with partitions: its member is told so and leaves. */
  async call(callback: () => Promise<void>): Promise<void> {
    if (this.failed) return
    try {
      await callback()
    } catch (error) {
      this.failed = true
      this.leaving = true
      this.listener.failed(error)
    }
  }
}

/**
 * Shares partitions among the members of one group, all in this process. Only partitions that change hands are revoked, and
 * nothing is assigned before all that is revoked has been given up; until then its member may still commit.
 */
export class GroupCoordinator {
  readonly #startOf: (partition: Partition) => bigint
  #members: Member[] = []
  #rebalancing = false
  #wanted = false
  #closed = false

  /** `startOf` says from which offset the group continues in a partition. */
  constructor(startOf: (partition: Partition) => bigint) {
    this.#startOf = startOf
  }

  join(member: Member): void {
    this.#members.push(member)
    this.#rebalance()
  }

  /** Resolves when the member has given up its partitions; others get them after that. */
  async leave(member: Member): Promise<void> {
    member.leaving = true
    if (this.#closed) return
    this.#rebalance()
    await member.left.promise
  }

  /** Forgets all members without a call to their listeners. */
  close(): void {
    this.#closed = true
    for (const member of this.#members) {
      member.owned.clear()
      member.left.resolve()
    }
    this.#members = []
  }

  #rebalance(): void {
    this.#wanted = true
    if (this.#rebalancing) return
    this.#rebalancing = true
    void this.#run()
  }

  async #run(): Promise<void> {
    // So that the one who joins has the group in hand before it is assigned anything.
    await eventLoop()
    while (this.#wanted && !this.#closed) {
      this.#wanted = false
      await this.#round()
      this.#wanted ||= this.#members.some((member) => member.leaving)
    }
    this.#rebalancing = false
  }

  async #round(): Promise<void> {
    const targets = this.#targets()
    await Promise.all([...targets].map(async ([member, target]) => this.#take(member, target)))
    for (const member of this.#members) if (isGone(member)) member.left.resolve()
    this.#members = this.#members.filter((member) => !isGone(member))
    await Promise.all([...targets].map(async ([member, target]) => this.#give(member, target)))
  }

  async #take(member: Member, target: ReadonlySet<Partition>): Promise<void> {
    const gone = [...member.owned].filter((partition) => !target.has(partition))
    if (gone.length === 0) return
    await member.call(async () => member.listener.revoked(gone.map(toTopicPartition), false))
    for (const partition of gone) member.owned.delete(partition)
  }

  async #give(member: Member, target: ReadonlySet<Partition>): Promise<void> {
    const added = [...target].filter((partition) => !member.owned.has(partition))
    if (added.length === 0 || member.leaving || this.#closed) return
    for (const partition of added) member.owned.add(partition)
    await member.call(async () => member.listener.assigned(added.map((partition) => this.#assignment(partition))))
  }

  #assignment(partition: Partition): Assignment {
    return { topic: partition.topic, partition: partition.partition, from: this.#startOf(partition) }
  }

  /** Who should own what; nothing for a member that leaves. */
  #targets(): Map<Member, Set<Partition>> {
    const targets = new Map(this.#members.map((member) => [member, new Set<Partition>()]))
    const subscribers = new Map<readonly Partition[], Set<Member>>()
    for (const member of this.#members) {
      if (member.leaving) continue
      for (const topic of member.topics) subscribers.set(topic, (subscribers.get(topic) ?? new Set()).add(member))
    }
    for (const [topic, members] of subscribers) {
      const ranges = assignRanges(topic, members.size)
      let at = 0
      for (const member of members) for (const partition of ranges[at++]!) targets.get(member)!.add(partition)
    }
    return targets
  }
}

function isGone(member: Member): boolean {
  return member.leaving && member.owned.size === 0
}

function toTopicPartition({ topic, partition }: Partition): TopicPartition {
  return { topic, partition }
}
