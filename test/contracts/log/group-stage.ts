import type { Assignment, Commit, Group, GroupListener, Log, TopicPartition } from '../../../src/core/log.ts'
import { Story } from './story.ts'
import { uniqueName } from './suite.ts'

/** The members of one group in a test, who watch that no partition is ever owned by two of them. */
export class GroupStage implements AsyncDisposable {
  readonly log: Log
  readonly group: string
  readonly topics: readonly string[]
  readonly story = new Story()
  readonly members: StageMember[] = []
  /** Every violation of the contract that was seen. Must stay empty. */
  readonly violations: string[] = []

  constructor(log: Log, topics: readonly string[], group = uniqueName('group')) {
    this.log = log
    this.topics = topics
    this.group = group
  }

  /** Through another log where one is given: as another process would. */
  async join(topics = this.topics, log = this.log): Promise<StageMember> {
    const member = new StageMember(this)
    this.members.push(member)
    member.joined(await log.join({ group: this.group, topics, listener: member }))
    return member
  }

  /** Waits until each member owns that many partitions, and nobody owns any other. */
  async settles(...counts: readonly (readonly [StageMember, number])[]): Promise<void> {
    await this.story.until(() => counts.every(([member, count]) => member.owned.size === count))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map(async (member) => member.leave()))
  }
}

export class StageMember implements GroupListener {
  /** By `topic-partition`. */
  readonly owned = new Map<string, Assignment>()
  /** Called while partitions are being given up. */
  onRevoked: (partitions: readonly TopicPartition[]) => Promise<void> = async () => {}
  readonly #stage: GroupStage
  #group: Group | undefined

  constructor(stage: GroupStage) {
    this.#stage = stage
  }

  joined(group: Group): void {
    this.#group = group
  }

  get group(): Group {
    if (this.#group === undefined) throw new Error('the member has not joined yet')
    return this.#group
  }

  /** The offsets to continue from, by partition of one topic, in order. */
  starts(topic: string): [number, number][] {
    const starts = [...this.owned.values()]
      .filter((each) => each.topic === topic)
      .map(({ partition, from }) => [partition, Number(from)] as const)
    return starts.map(([partition, from]): [number, number] => [partition, from]).toSorted(([one], [other]) => one - other)
  }

  async commit(commit: Partial<Commit>): Promise<void> {
    await this.group.commit({ appends: [], offsets: [], ...commit })
  }

  async leave(): Promise<void> {
    await this.#group?.leave()
  }

  async assigned(partitions: readonly Assignment[]): Promise<void> {
    for (const each of partitions) {
      const owner = this.#stage.members.find((member) => member.owned.has(nameOf(each)))
      if (owner !== undefined)
        this.#stage.violations.push(`${nameOf(each)} was assigned while ${owner === this ? 'this' : 'another'} member owned it`)
      this.owned.set(nameOf(each), each)
    }
    this.#stage.story.changed()
  }

  async revoked(partitions: readonly TopicPartition[], lost: boolean): Promise<void> {
    for (const each of partitions) {
      if (!this.owned.has(nameOf(each))) this.#stage.violations.push(`${nameOf(each)} was revoked from a member that did not own it`)
    }
    if (lost) this.#stage.violations.push('partitions were lost')
    else await this.onRevoked(partitions)
    for (const each of partitions) this.owned.delete(nameOf(each))
    this.#stage.story.changed()
  }

  failed(error: unknown): void {
    this.#stage.violations.push(`the membership failed: ${String(error)}`)
    this.#stage.story.changed()
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
