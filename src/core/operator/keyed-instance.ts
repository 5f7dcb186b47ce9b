import { SluiceError } from '../errors.ts'
import type { Frame } from '../frame.ts'
import type { StatefulModel } from '../model.ts'
import { keyText, type ModelState } from '../model-state.ts'
import type { Scores } from '../scores.ts'
import { type Instance, type InstanceParts, restoreState } from './state-instance.ts'

/** How many keys of one partition a version remembers, how long their states may be together (in characters), and how long a key may be. */
const MOST_KEYS = 100_000
const MOST_TEXT = 256 * 1024 * 1024
const LONGEST_KEY = 1024
/** Of how many keys the state is kept as the model has it, beside its text. */
const MOST_HELD = 4096

const NO_KEY = new SluiceError('record.score.failed', 'the model keeps a state for each key, and the record has no key')

interface Held {
  readonly value: unknown
  /** Its snapshot. */
  readonly text: string
}

export interface KeyedParts extends InstanceParts {
  /** The states of all keys that are known. */
  readonly all: readonly ModelState[]
  readonly mostKeys?: number
}

/**
 * A state for each key of the partition's records, by one instance into which they are put in turn. The text of every state is in memory; of
 * those that were used last, the state as the model has it, too. A record whose key would be one too many is rejected: no state is given up for another.
 */
export class KeyedInstance implements Instance {
  readonly model: StatefulModel
  readonly #parts: KeyedParts
  readonly #initial: string
  /** The keys of this batch, with their states as the model has them; the one that the instance is at lacks it. */
  readonly #touched = new Map<string, unknown>()
  /** The last used is last. */
  readonly #held = new Map<string, Held>()
  readonly #mostKeys: number
  #at: string | undefined
  /** How many keys are known, how many more this batch has, and how long all texts are. */
  #keys: number
  #fresh = 0
  #text: number
  #pending = { keys: 0, text: 0 }
  #corrupt: SluiceError | undefined

  constructor(parts: KeyedParts) {
    const { model, all, mostKeys = MOST_KEYS } = parts
    this.#parts = parts
    this.#mostKeys = mostKeys
    this.#initial = model.snapshot()
    this.#keys = all.length
    this.#text = all.reduce((sum, state) => sum + state.snapshot!.length, 0)
    this.model = {
      inputs: model.inputs,
      outputs: model.outputs,
      score: (frame, scores) => this.#score(frame, scores),
      snapshot: () => model.snapshot(),
      restore: (snapshot) => model.restore(snapshot),
      [Symbol.dispose]: () => model[Symbol.dispose](),
    }
  }

  /** What it holds is compared with what is known whenever it is used. */
  isLatest(): boolean {
    return true
  }

  checkRead(): void {
    const corrupt = this.#corrupt
    this.#corrupt = undefined
    if (corrupt === undefined) return
    this.goBack()
    throw corrupt
  }

  changed(): readonly ModelState[] {
    const { model, about, known } = this.#parts
    this.#leave()
    const changed: ModelState[] = []
    this.#pending = { keys: this.#keys, text: this.#text }
    for (const [key, value] of this.#touched) {
      this.#put(value)
      const snapshot = model.snapshot()
      this.#touched.set(key, { value: this.#take(), text: snapshot } satisfies Held)
      const before = known(key)?.snapshot
      if (snapshot === (before ?? this.#initial)) continue
      this.#pending.text += snapshot.length - (before?.length ?? 0)
      if (before === undefined) this.#pending.keys++
      changed.push({ ...about, key, snapshot })
    }
    if (changed.length > 0 && this.#pending.text > MOST_TEXT) {
      const message = `with these records the states of all keys of ${about.model} would have ${this.#pending.text} characters; ${MOST_TEXT} at most`
      throw new SluiceError('record.score.failed', message, { details: { model: about.model, limit: MOST_TEXT } })
    }
    return changed
  }

  accept(): void {
    this.#keys = this.#pending.keys
    this.#text = this.#pending.text
    for (const [key, held] of this.#touched) {
      this.#held.set(key, held as Held)
      if (this.#held.size > MOST_HELD) this.#held.delete(this.#held.keys().next().value!)
    }
    this.goBack()
  }

  goBack(): void {
    this.#at = undefined
    this.#fresh = 0
    this.#touched.clear()
  }

  #score(frame: Frame, scores: Scores): void {
    let key = textOf(frame, 0)
    for (let from = 0; from < frame.rows;) {
      let next: string | undefined
      let to = from + 1
      while (to < frame.rows && (next = textOf(frame, to)) === key) to++
      const problem = this.#enter(key)
      if (problem === undefined) this.#parts.model.score(frame, scores, from, to)
      else for (let row = from; row < to; row++) scores.reject(row, problem)
      from = to
      key = next
    }
  }

  /** Brings the instance to the state of a key, or says why it has none. */
  #enter(key: string | undefined): SluiceError | undefined {
    if (key === undefined) return NO_KEY
    if (key === this.#at) return undefined
    if (key.length > LONGEST_KEY)
      return new SluiceError('record.score.failed', `the key has ${key.length} characters as text; ${LONGEST_KEY} at most`)
    this.#leave()
    if (this.#touched.has(key)) this.#put(this.#touched.get(key))
    else if (!this.#begin(key)) {
      const message = `the model keeps a state for each key, and has ${this.#mostKeys} keys already in this partition`
      return new SluiceError('record.score.failed', message, { details: { limit: this.#mostKeys } })
    }
    this.#touched.set(key, undefined)
    this.#at = key
    return undefined
  }

  #begin(key: string): boolean {
    const { model, place, known } = this.#parts
    const state = known(key)
    if (state === undefined && this.#keys + ++this.#fresh > this.#mostKeys) {
      this.#fresh--
      return false
    }
    const held = this.#held.get(key)
    this.#held.delete(key)
    if (held !== undefined && held.text === (state?.snapshot ?? this.#initial)) this.#put(held.value)
    else if (state === undefined) model.restore(this.#initial)
    else {
      try {
        restoreState(model, state, place)
      } catch (error) {
        this.#corrupt = error as SluiceError
        throw error
      }
    }
    return true
  }

  #leave(): void {
    if (this.#at !== undefined) this.#touched.set(this.#at, this.#take())
    this.#at = undefined
  }

  #take(): unknown {
    const { model } = this.#parts
    return model.hold === undefined ? model.snapshot() : model.hold()
  }

  #put(value: unknown): void {
    const { model } = this.#parts
    if (model.resume === undefined) model.restore(value as string)
    else model.resume(value)
  }
}

function textOf(frame: Frame, row: number): string | undefined {
  const key = frame.key?.(row)
  return key && keyText(key)
}
