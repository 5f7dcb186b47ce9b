import { SluiceError } from '../../../core/errors.ts'

/** Something that remembers earlier records, and how its state is made, written as plain JSON values and read back. */
export interface Remembering<S> {
  create(): S
  /** Changes must show: the same value means the same state. */
  write(state: S): unknown
  /** Undefined where it is nothing that `write` makes. */
  read(written: unknown): S | undefined
}

/** One state for each part that remembers. */
export type States = readonly unknown[]

/** What a document's parts remember of earlier records: several sets of states, of which one is in use. */
export class Memory {
  readonly #parts: Remembering<unknown>[] = []
  #states: unknown[] = []

  /** Adds a part; answers what gives its state that is in use. */
  add<S>(part: Remembering<S>): () => S {
    const index = this.#parts.push(part) - 1
    this.#states.push(part.create())
    return () => this.#states[index] as S
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0
  }

  /** States as they are before the first record. */
  create(): States {
    return this.#parts.map((part) => part.create())
  }

  use(states: States): void {
    this.#states = states as unknown[]
  }

  write(states: States): string {
    return JSON.stringify(this.#parts.map((part, i) => part.write(states[i])))
  }

  /** Throws `model.malformed` where the text is not of states of this document. */
  read(text: string): States {
    const written = valueOf(text)
    if (!Array.isArray(written) || written.length !== this.#parts.length)
      throw new SluiceError('model.malformed', `the state is not a list of ${this.#parts.length} parts, as this document's is`)
    return this.#parts.map((part, i) => {
      const state = part.read(written[i])
      if (state === undefined) throw new SluiceError('model.malformed', `part ${i} of the state is not what this document writes`)
      return state
    })
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SluiceError('model.malformed', 'the state is not JSON', { cause })
  }
}

/** Any number as a JSON value: those that JSON has no number for as texts, and null for a missing one. */
export function writeNumber(value: number): number | string | null {
  if (Number.isNaN(value)) return null
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value)
}

/** Undefined where it is no number. */
export function readNumber(written: unknown): number | undefined {
  if (written === null) return NaN
  if (typeof written === 'number') return written
  return written === '-0' || written === 'Infinity' || written === '-Infinity' ? Number(written) : undefined
}
