import type { Frame } from '../frame.ts'
import type { Scores } from '../scores.ts'

/** Slots in which the answer to an input may be: so many are looked at, at most. */
const WAYS = 8
/** What the rows and answers of one table take, at most. */
const MAX_BYTES = 256 * 1024 * 1024
/** Differs from process to process, so that nobody can write inputs that all fall into one set. */
const SEED = (Math.random() * 2 ** 32) | 0

const FREE = 0
/** A model is at it: its answer is not there, and its place is not given away. */
const PENDING = 1
const READY = 2
/** Ready, and asked for since it was looked at for its place. */
const USED = 3

/** What a table is for. */
export interface TableShape {
  /** Columns of a row and of its answer. */
  readonly inputs: number
  readonly outputs: number
  readonly entries: number
}

/**
 * The answers to the inputs that were asked for last, in columns of a fixed size. Inputs are the same where all the bytes of their cells are. An answer gives way
 * to another by second chance, among the few that share a set with it.
 */
export class AnswerTable {
  /** How many answers it holds, at most: fewer than were asked for where they would take more than 256 MiB. */
  readonly capacity: number
  readonly #inputs: number
  readonly #outputs: number
  readonly #ways: number
  readonly #sets: number
  readonly #state: Uint8Array
  readonly #hashes: Int32Array
  readonly #flags: Uint8Array
  readonly #rows: Uint32Array
  readonly #cells: Uint8Array
  readonly #answers: Float64Array
  /** Per set: the way that is looked at next for a place. */
  readonly #hands: Uint8Array
  #frame!: Frame
  #words: Uint32Array = new Uint32Array(0)

  constructor({ inputs, outputs, entries }: TableShape) {
    const bytes = 9 * inputs + 8 * outputs + 6
    const wanted = Math.max(1, Math.min(entries, Math.floor(MAX_BYTES / bytes)))
    this.#inputs = inputs
    this.#outputs = outputs
    this.#ways = Math.min(WAYS, wanted)
    this.#sets = Math.floor(wanted / this.#ways)
    const capacity = (this.capacity = this.#sets * this.#ways)
    this.#state = new Uint8Array(capacity)
    this.#hashes = new Int32Array(capacity)
    this.#flags = new Uint8Array(capacity)
    this.#rows = new Uint32Array(capacity * inputs * 2)
    this.#cells = new Uint8Array(capacity * inputs)
    this.#answers = new Float64Array(capacity * outputs)
    this.#hands = new Uint8Array(this.#sets)
  }

  /** From now on, rows are those of this frame. */
  look(frame: Frame): void {
    const { matrix } = frame
    this.#frame = frame
    this.#words = new Uint32Array(matrix.buffer, matrix.byteOffset, frame.rows * this.#inputs * 2)
  }

  hash(row: number): number {
    const words = this.#words
    const { flags, cells } = this.#frame
    let hash = SEED
    for (let at = row * this.#inputs * 2, end = at + this.#inputs * 2; at < end; at++) {
      hash = Math.imul(hash ^ words[at]!, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    if (flags[row] !== 0)
      for (let at = row * this.#inputs, end = at + this.#inputs; at < end; at++) hash = Math.imul(hash ^ cells[at]!, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35)
    return hash ^ (hash >>> 13)
  }

  /** The slot of a row that is known or on its way; -1 where it is neither. */
  find(hash: number, row: number): number {
    const first = ((hash >>> 0) % this.#sets) * this.#ways
    for (let slot = first; slot < first + this.#ways; slot++)
      if (this.#hashes[slot] === hash && this.#state[slot] !== FREE && this.#holds(slot, row)) return slot
    return -1
  }

  /** Whether the answer of a slot is there. */
  isReady(slot: number): boolean {
    return this.#state[slot]! >= READY
  }

  /** Copies an answer to a row of scores. */
  read(slot: number, scores: Scores, row: number): void {
    this.#state[slot] = USED
    for (let i = 0, from = slot * this.#outputs, to = row * this.#outputs; i < this.#outputs; i++)
      scores.values[to + i] = this.#answers[from + i]!
  }

  /** A slot for a row whose answer is on its way; -1 where all that it could have wait for theirs. */
  claim(hash: number, row: number): number {
    const [frame, words] = [this.#frame, this.#words]
    const set = (hash >>> 0) % this.#sets
    const slot = this.#place(set)
    if (slot < 0) return -1
    const inputs = this.#inputs
    this.#state[slot] = PENDING
    this.#hashes[slot] = hash
    this.#flags[slot] = frame.flags[row]!
    for (let i = 0, from = row * inputs * 2, to = slot * inputs * 2; i < inputs * 2; i++) this.#rows[to + i] = words[from + i]!
    if (frame.flags[row] !== 0)
      for (let i = 0, from = row * inputs, to = slot * inputs; i < inputs; i++) this.#cells[to + i] = frame.cells[from + i]!
    return slot
  }

  /** The answer that a slot waited for. */
  fill(slot: number, scores: Scores, row: number): void {
    for (let i = 0, from = row * this.#outputs, to = slot * this.#outputs; i < this.#outputs; i++)
      this.#answers[to + i] = scores.values[from + i]!
    this.#state[slot] = READY
  }

  /** There is no answer to remember. */
  free(slot: number): void {
    this.#state[slot] = FREE
  }

  #holds(slot: number, row: number): boolean {
    const [frame, words] = [this.#frame, this.#words]
    const inputs = this.#inputs
    const flags = frame.flags[row]!
    if (this.#flags[slot] !== flags) return false
    for (let i = 0, from = row * inputs * 2, to = slot * inputs * 2; i < inputs * 2; i++)
      if (this.#rows[to + i] !== words[from + i]) return false
    if (flags !== 0)
      for (let i = 0, from = row * inputs, to = slot * inputs; i < inputs; i++)
        if (this.#cells[to + i] !== frame.cells[from + i]) return false
    return true
  }

  #place(set: number): number {
    const first = set * this.#ways
    for (let slot = first; slot < first + this.#ways; slot++) if (this.#state[slot] === FREE) return slot
    // Twice round: the first may only take chances away.
    for (let looked = 0; looked < 2 * this.#ways; looked++) {
      const slot = first + this.#hands[set]!
      this.#hands[set] = (this.#hands[set]! + 1) % this.#ways
      if (this.#state[slot] === READY) return slot
      if (this.#state[slot] === USED) this.#state[slot] = READY
    }
    return -1
  }
}
