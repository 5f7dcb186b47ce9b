import { BALLOT, Ballots, restride } from '../rules/ballots.ts'
import type { CompiledPolicy } from '../rules/compiled-policy.ts'
import { type Score, usableConfidence, usableValue } from './score.ts'
import { TextTable } from './text-table.ts'

/** What a row of the table is. */
export const MAILBOX = { free: 0, open: 1, closed: 2 } as const

/** A policy in force, or undefined for a data type that has none, and which one it is. */
export interface PolicyInForce {
  readonly policy: CompiledPolicy | undefined
  readonly epoch: number
}

export interface NewMailbox {
  readonly id: string
  readonly dataType: string
  readonly key: string | undefined
  readonly inForce: PolicyInForce
  /** When the input came, and how long it may wait, in microseconds. */
  readonly openedAt: number
  readonly budget: number
}

/**
 * The mailboxes, in columns: a row is an input that waits for its answer, or one that was answered a while ago, so that late scores and
 * repeated inputs are known as such. Times are monotonic, in microseconds.
 */
export class Mailboxes {
  readonly ballots = new Ballots()
  state = new Uint8Array(0)
  openedAt = new Float64Array(0)
  budget = new Float64Array(0)
  /** Up to when, since it was opened, the policy's ticks are done. */
  ticked = new Float64Array(0)
  /** 1 where the mailbox is from before a restart. */
  recovered = new Uint8Array(0)
  closedAt = new Float64Array(0)
  readonly inForce: PolicyInForce[] = []
  readonly ids: string[] = []
  readonly dataTypes: string[] = []
  readonly keys: (string | undefined)[] = []
  /** Per cell: when, since the mailbox was opened, and as which of its row. */
  arrived = new Float64Array(0)
  orders = new Uint8Array(0)
  /** Per cell: the code of the version + 1; 0 for none. */
  versions = new Float64Array(0)
  readonly labels = new TextTable()
  readonly versionTexts = new TextTable()
  open = 0
  readonly #rows = new Map<string, number>()
  readonly #free: number[] = []
  #closed: number[] = []
  #closedHead = 0

  /** The row of an input, open or closed; -1 where it has none. */
  find(id: string): number {
    return this.#rows.get(id) ?? -1
  }

  add(mailbox: NewMailbox): number {
    const { policy } = mailbox.inForce
    const rows = this.#free.length > 0 ? this.ballots.rows : Math.max(64, this.ballots.rows * 2)
    this.#grow(rows, policy?.arms.length ?? 0, policy?.choices.length ?? 0)
    const row = this.#free.pop()!
    this.#rows.set(mailbox.id, row)
    this.ballots.clear(row)
    this.state[row] = MAILBOX.open
    this.openedAt[row] = mailbox.openedAt
    this.budget[row] = mailbox.budget
    this.ticked[row] = 0
    this.recovered[row] = 0
    this.inForce[row] = mailbox.inForce
    this.ids[row] = mailbox.id
    this.dataTypes[row] = mailbox.dataType
    this.keys[row] = mailbox.key
    this.open++
    return row
  }

  /** Puts a score into its cell, which must be empty, so long after the mailbox was opened. */
  put(row: number, arm: number, score: Score, arrived: number): void {
    const cell = this.#arrive(row, arm, arrived)
    const value = usableValue(score.value)
    this.ballots.status[cell] = value === undefined ? BALLOT.failed : typeof value === 'string' ? BALLOT.label : BALLOT.number
    this.ballots.values[cell] = typeof value === 'string' ? this.labels.keep(value) : (value ?? Number.NaN)
    this.ballots.confidences[cell] = usableConfidence(score.confidence)
    if (score.version !== undefined) this.versions[cell] = this.versionTexts.keep(score.version) + 1
  }

  /** Notes that a model was taken out of service before it answered. */
  putRemoved(row: number, arm: number, arrived: number): void {
    this.ballots.status[this.#arrive(row, arm, arrived)] = BALLOT.removed
  }

  isEmpty(row: number, arm: number): boolean {
    return this.ballots.status[row * this.ballots.arms + arm] === BALLOT.none
  }

  isRemoved(row: number, arm: number): boolean {
    return this.ballots.status[row * this.ballots.arms + arm] === BALLOT.removed
  }

  version(cell: number): string | null {
    const code = this.versions[cell]!
    return code === 0 ? null : this.versionTexts.text(code - 1)
  }

  close(row: number, at: number): void {
    this.state[row] = MAILBOX.closed
    this.closedAt[row] = at
    this.#closed.push(row)
    this.open--
  }

  /** Forgets mailboxes that were closed until then, and the ones closed first where more than `max` are kept. */
  forget(until: number, max: number): void {
    while (this.#closedHead < this.#closed.length) {
      const row = this.#closed[this.#closedHead]!
      if (this.closedAt[row]! > until && this.#closed.length - this.#closedHead <= max) break
      this.#closedHead++
      this.#release(row)
    }
    if (this.#closedHead * 2 > this.#closed.length) {
      this.#closed = this.#closed.slice(this.#closedHead)
      this.#closedHead = 0
    }
  }

  /** The rows that are in use: those closed first, then the open ones. */
  *used(): Generator<number> {
    for (let i = this.#closedHead; i < this.#closed.length; i++) yield this.#closed[i]!
    for (const row of this.#rows.values()) if (this.state[row] === MAILBOX.open) yield row
  }

  #arrive(row: number, arm: number, arrived: number): number {
    const from = row * this.ballots.arms
    let order = 0
    for (let cell = from; cell < from + this.ballots.arms; cell++) if (this.ballots.status[cell] !== BALLOT.none) order++
    this.arrived[from + arm] = arrived
    this.orders[from + arm] = order
    return from + arm
  }

  #release(row: number): void {
    const from = row * this.ballots.arms
    for (let cell = from; cell < from + this.ballots.arms; cell++) {
      if (this.ballots.status[cell] === BALLOT.label) this.labels.release(this.ballots.values[cell]!)
      if (this.versions[cell]! > 0) this.versionTexts.release(this.versions[cell]! - 1)
      this.versions[cell] = 0
    }
    this.#rows.delete(this.ids[row]!)
    this.state[row] = MAILBOX.free
    this.ids[row] = ''
    this.keys[row] = undefined
    this.#free.push(row)
  }

  #grow(rows: number, arms: number, choices: number): void {
    const before = { rows: this.ballots.rows, arms: this.ballots.arms }
    this.ballots.grow(rows, arms, choices)
    const { rows: now, arms: stride } = this.ballots
    if (stride !== before.arms || now !== before.rows) {
      const cells = { rows: before.rows, from: before.arms, to: stride }
      this.arrived = restride(this.arrived, new Float64Array(now * stride), cells)
      this.orders = restride(this.orders, new Uint8Array(now * stride), cells)
      this.versions = restride(this.versions, new Float64Array(now * stride), cells)
    }
    if (now === before.rows) return
    const one = { rows: before.rows, from: 1, to: 1 }
    this.state = restride(this.state, new Uint8Array(now), one)
    this.openedAt = restride(this.openedAt, new Float64Array(now), one)
    this.budget = restride(this.budget, new Float64Array(now), one)
    this.ticked = restride(this.ticked, new Float64Array(now), one)
    this.recovered = restride(this.recovered, new Uint8Array(now), one)
    this.closedAt = restride(this.closedAt, new Float64Array(now), one)
    for (let row = now - 1; row >= before.rows; row--) this.#free.push(row)
  }
}
