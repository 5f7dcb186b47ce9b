import type { Child } from './child.ts'
import type { DriverAnswer } from './driver.ts'
import type { RecordKind } from './record-kinds.ts'
import type { Stage } from './stage.ts'
import type { Guarantee, Place, System } from './systems/system.ts'

export interface LaneOptions {
  readonly system: System
  readonly records: RecordKind
  readonly partitions: number
  readonly guarantee?: Guarantee
  /** Set for low latency. */
  readonly prompt?: boolean
}

const START_LIMIT_MS = 90_000
/** How long a system may answer nothing at all before it is given up. */
const STALL_MS = 60_000
const POLL_MS = 10
/** An exactly-once system ends with markers of its transactions, which are counted like records: it is done when no more come for so long. */
const QUIET_MS = 1500
const FIRST_RECORDS = 1000

/** A count of records that a system was given at once, and what it took to answer them. */
export interface Slice {
  readonly records: number
  /** CPU time of all of its processes. */
  readonly nanosPerRecord: number
  readonly recordsPerSecond: number
}

/** What the driver says of records that were offered at a rate, and of the answers. */
export interface Offered {
  /** CPU time of the system from the first record to the last answer. */
  readonly nanosPerRecord: number
  readonly offered: DriverAnswer
  readonly found: DriverAnswer
}

/** A system at work between two topics of its own. All that it is given is counted and verified. */
export class Lane implements AsyncDisposable {
  readonly name: string
  readonly place: Place
  readonly child: Child
  readonly #options: LaneOptions
  #given = 0
  #verified = 0

  private constructor(options: LaneOptions, place: Place, child: Child) {
    this.name = options.system.name
    this.place = place
    this.child = child
    this.#options = options
  }

  /** Starts the system and resolves when it has answered its first records. */
  static async open(stage: Stage, options: LaneOptions): Promise<Lane> {
    const { system, records, partitions, guarantee = 'at-least-once', prompt = false } = options
    await stage.know(records)
    const name = stage.name(system.name)
    const [input, output] = [`${name}-in`, `${name}-out`]
    await stage.driver.run('create', { topic: input, partitions })
    await stage.driver.run('create', { topic: output, partitions, timestamps: 'LogAppendTime' })
    const place: Place = {
      stage,
      input,
      output,
      group: name,
      partitions,
      records,
      guarantee,
      prompt,
      directory: stage.folder(name),
    }
    const lane = new Lane(options, place, await system.start(place))
    try {
      await lane.give(FIRST_RECORDS)
      await lane.answered(START_LIMIT_MS)
      await lane.verify()
      return lane
    } catch (error) {
      await lane[Symbol.asyncDispose]()
      throw error
    }
  }

  get stage(): Stage {
    return this.place.stage
  }

  /** The number of records that it was given, which is the number of the next. */
  get given(): number {
    return this.#given
  }

  /** Puts records on its input as fast as can be. */
  async give(count: number): Promise<void> {
    const { input: topic, partitions, records } = this.place
    await this.stage.driver.run('load', { records: records.name, topic, partitions, from: this.#given, count })
    this.#given += count
  }

  /** Has it answer a backlog of so many records, which comes while it is stopped, and verifies the answers. */
  async slice(count: number): Promise<Slice> {
    const { tree } = this.child
    tree.signal('SIGSTOP')
    let before: { cpu: number; wall: number }
    try {
      await this.give(count)
      before = { cpu: tree.cpuNanos(), wall: performance.now() }
    } finally {
      tree.signal('SIGCONT')
    }
    const done = await this.answered()
    await this.verify()
    return {
      records: count,
      nanosPerRecord: (done.cpu - before.cpu) / count,
      recordsPerSecond: (count * 1000) / (done.wall - before.wall),
    }
  }

  /** Offers it so many records a second, waits for the answers and verifies them. The answer has the latencies. */
  async offer(rate: number, seconds: number, more: Readonly<Record<string, string>> = {}): Promise<Offered> {
    const { input: topic, partitions, records } = this.place
    const before = this.child.tree.cpuNanos()
    const offered = await this.stage.driver.run('rate', { records: records.name, topic, partitions, from: this.#given, rate, seconds })
    const count = Number(offered['records'])
    this.#given += count
    const { cpu } = await this.answered()
    return { nanosPerRecord: (cpu - before) / count, offered, found: await this.verify({ input: topic, ...more }) }
  }

  /** Waits for the answers to all that it was given; resolves with when that was. */
  async answered(stallMs = STALL_MS): Promise<{ readonly cpu: number; readonly wall: number }> {
    const marks = this.place.guarantee === 'exactly-once'
    let seen = -1
    let last = { cpu: 0, wall: performance.now() }
    while (true) {
      const ends = await this.ends()
      const now = { cpu: this.child.tree.cpuNanos(), wall: performance.now() }
      if (ends !== seen) [seen, last] = [ends, now]
      if (ends >= this.#given && (!marks || now.wall - last.wall > QUIET_MS)) return last
      this.child.check()
      if (now.wall - last.wall > stallMs) {
        throw this.child.failure(`answered ${ends} of ${this.#given} records, and none for ${stallMs / 1000} s`)
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  /** How many records its output has. */
  async ends(): Promise<number> {
    return Number((await this.stage.driver.run('ends', { topic: this.place.output }))['records'])
  }

  /** Checks all answers that were not checked yet. Throws where one is lost, doubled, wrong or out of order. */
  async verify(more: Readonly<Record<string, string | number>> = {}): Promise<DriverAnswer> {
    const found = await this.inspect(more)
    const faults = ['lost', 'doubled', 'wrong', 'unknown', 'disordered'].filter((name) => found[name] !== '0')
    if (faults.length > 0) {
      const told = faults.map((name) => `${found[name]} ${name}`).join(', ')
      throw this.child.failure(`gave wrong answers: ${told} of ${found['records']} ${found['example'] ?? ''}`)
    }
    return found
  }

  /** Like `verify`, but only tells. */
  async inspect(more: Readonly<Record<string, string | number>> = {}): Promise<DriverAnswer> {
    const { answers, tolerance } = this.#options.system
    const from = this.#verified
    this.#verified = this.#given
    const { output: topic, partitions, records } = this.place
    const count = this.#given - from
    return this.stage.driver.run('verify', { topic, partitions, from, count, answers, tolerance, records: records.name, ...more })
  }

  /** Stops the system and removes its topics. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]()
    await this.stage.driver.run('delete', { topics: `${this.place.input},${this.place.output}` })
  }
}
