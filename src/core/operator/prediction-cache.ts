import type { Frame } from '../frame.ts'
import type { Model } from '../model.ts'
import { Scores } from '../scores.ts'
import type { CacheCounts } from '../statistics.ts'
import { AnswerTable } from './answer-table.ts'
import { PartFrame, type RecordFrame } from './part-frame.ts'

/** What one call of a model through the cache works with. Pooled. */
class Call {
  readonly frame = new PartFrame()
  readonly scores = new Scores()
  /** Rows that are the call's own to score, with the slots for their answers (-1 for none), and those that wait for others'. */
  own = new Int32Array(0)
  slots = new Int32Array(0)
  waiting = new Int32Array(0)

  room(rows: number): void {
    if (this.own.length >= rows) return
    this.own = new Int32Array(rows)
    this.slots = new Int32Array(rows)
    this.waiting = new Int32Array(rows)
  }
}

/**
 * Remembers what one loaded model, and so the bytes of one sha256, answered to which inputs: exactly the bytes of all cells of a row. Rows that are
 * the same while the model is at them are scored once. It keeps accepted answers of rows of which the model has read no more than the cells; all others are
 * scored each time, so that they come out as they do without it. The memory is bounded, and taken when it is first used. One thread uses it.
 *
 * Clipper's prediction cache (Crankshaw et al., NSDI 2017, section 4.2).
 */
export class PredictionCache {
  readonly entries: number
  readonly #model: Model
  readonly #table: AnswerTable
  /** Per slot: settles when the call that is at its row is done. */
  readonly #flights = new Map<number, Promise<void>>()
  readonly #calls: Call[] = []

  constructor(model: Model, entries: number) {
    this.entries = entries
    this.#model = model
    this.#table = new AnswerTable({ inputs: model.inputs.length, outputs: model.outputs.length, entries })
  }

  /**
   * Answers the rows whose answers are there. Puts the places of these at the front of `places`, in their order, and those of the others after
   * them; there must be room. Answers how many are there.
   */
  lookUp(frame: Frame, scores: Scores, places: Int32Array): number {
    const table = this.#table
    table.look(frame)
    let [known, rest] = [0, frame.rows]
    for (let row = 0; row < frame.rows; row++) {
      const slot = table.find(table.hash(row), row)
      if (slot >= 0 && table.isReady(slot)) {
        table.read(slot, scores, row)
        places[known++] = row
      } else places[--rest] = row
    }
    places.subarray(known, frame.rows).reverse()
    return known
  }

  /** Scores a frame as the model does, asking it only for what is not known. */
  score(frame: RecordFrame, scores: Scores, counts: CacheCounts): void | Promise<void> {
    const call = this.#calls.pop() ?? new Call()
    call.room(frame.rows)
    const landing = Promise.withResolvers<void>()
    const flights = new Set<Promise<void>>()
    const { own, waiting } = this.#sort(frame, scores, { call, counts, landing: landing.promise, flights })
    const done = (): void | Promise<void> => {
      if (waiting === 0) return void this.#calls.push(call)
      const late = (): void | Promise<void> => this.#takeWaiting(frame, scores, { call, counts, waiting })
      return flights.size === 0 ? late() : Promise.all(flights).then(late)
    }
    let scoring: void | Promise<void>
    try {
      scoring = own === 0 ? undefined : this.#ask(call, { frame, places: call.own, count: own, scores })
    } catch (error) {
      this.#land(call, own, { landing, failed: true })
      throw error
    }
    const land = (): void | Promise<void> => {
      this.#land(call, own, { landing, failed: false })
      return done()
    }
    if (scoring === undefined) return land()
    return scoring.then(land, (error: unknown) => {
      this.#land(call, own, { landing, failed: true })
      throw error
    })
  }

  /** Answers what is known, claims what nobody is at, and notes whom the rest waits for: others (in `flights`) or this call itself. */
  #sort(frame: Frame, scores: Scores, { call, counts, landing, flights }: Sorting): { own: number; waiting: number } {
    const table = this.#table
    table.look(frame)
    let [own, waiting] = [0, 0]
    for (let row = 0; row < frame.rows; row++) {
      const hash = table.hash(row)
      const slot = table.find(hash, row)
      if (slot >= 0 && table.isReady(slot)) {
        table.read(slot, scores, row)
        counts.hits++
      } else if (slot >= 0) {
        call.waiting[waiting++] = row
        const flight = this.#flights.get(slot)!
        if (flight !== landing) flights.add(flight)
      } else {
        const claimed = table.claim(hash, row)
        if (claimed >= 0) this.#flights.set(claimed, landing)
        call.own[own] = row
        call.slots[own++] = claimed
      }
    }
    counts.misses += own
    return { own, waiting }
  }

  /** Has the model score some rows of a frame, into their rows of the scores. */
  #ask(call: Call, { frame, places, count, scores }: Asked): void | Promise<void> {
    const part = call.frame.take(frame, places, { from: 0, to: count })
    call.scores.reset(this.#model.outputs, count)
    const copy = (): void => copyRows(call.scores, scores, part.places)
    const scoring = this.#model.score(part, call.scores)
    return scoring === undefined ? copy() : scoring.then(copy)
  }

  /** The call's own rows have been scored, or have failed. */
  #land({ slots, scores, frame }: Call, own: number, { landing, failed }: Landing): void {
    for (let i = 0; i < own; i++) {
      const slot = slots[i]!
      if (slot < 0) continue
      this.#flights.delete(slot)
      if (failed || scores.rejected[i] === 1 || frame.looked[i] === 1) this.#table.free(slot)
      else this.#table.fill(slot, scores, i)
    }
    landing.resolve()
  }

  /** Those that others were at are known now; else, since those were refused or are gone again, the model is asked. */
  #takeWaiting(frame: RecordFrame, scores: Scores, { call, counts, waiting }: Waiting): void | Promise<void> {
    const table = this.#table
    table.look(frame)
    let left = 0
    for (let i = 0; i < waiting; i++) {
      const row = call.waiting[i]!
      const slot = table.find(table.hash(row), row)
      if (slot >= 0 && table.isReady(slot)) {
        table.read(slot, scores, row)
        counts.coalesced++
      } else call.own[left++] = row
    }
    counts.misses += left
    const free = (): void => void this.#calls.push(call)
    if (left === 0) return free()
    const asking = this.#ask(call, { frame, places: call.own, count: left, scores })
    return asking === undefined ? free() : asking.then(free)
  }
}

interface Sorting {
  readonly call: Call
  readonly counts: CacheCounts
  readonly landing: Promise<void>
  readonly flights: Set<Promise<void>>
}

interface Asked {
  readonly frame: RecordFrame
  readonly places: Int32Array
  readonly count: number
  readonly scores: Scores
}

interface Landing {
  readonly landing: PromiseWithResolvers<void>
  readonly failed: boolean
}

interface Waiting {
  readonly call: Call
  readonly counts: CacheCounts
  readonly waiting: number
}

/** Puts the scores of some rows to their places in the scores of all. */
export function copyRows(from: Scores, to: Scores, places: Int32Array): void {
  const width = from.outputs.length
  for (let row = 0; row < from.rows; row++) {
    const place = places[row]!
    if (from.rejections > 0 && from.rejected[row] === 1) to.reject(place, from.error(row)!)
    else for (let i = 0; i < width; i++) to.values[place * width + i] = from.values[row * width + i]!
  }
}

/** Why the answers of a model can't be remembered; undefined where they can. */
export function whyNotCached({ state, inputs }: Model): string | undefined {
  if (state !== undefined) return 'has a state, so its answers depend on what it scored before'
  const structured = inputs.find(({ type }) => type === 'value')
  if (structured !== undefined) return `reads its input '${structured.name}' as it stands in the record, which may be of any size`
  return undefined
}
