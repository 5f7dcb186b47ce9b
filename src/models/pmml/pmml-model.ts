import { CELL, type Field, type Frame } from '../../core/frame.ts'
import type { Model } from '../../core/model.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Scores } from '../../core/scores.ts'
import type { Assembly } from './assembly/assembly.ts'
import { type Evaluator, runBlock } from './assembly/model-compiler.ts'
import { COPY, type Input } from './fields/input.ts'
import { inputRejection, missingRejection } from './fields/reject.ts'
import type { OutputColumn } from './fields/output-column.ts'

/** What a model is made of. Input i stands in cell i of a row. */
export interface ModelParts {
  readonly assembly: Assembly
  readonly inputs: readonly Input[]
  readonly outputs: readonly OutputColumn[]
  readonly evaluator: Evaluator
}

const MOST_ROWS = 256
const MOST_CELLS = 64 * 1024

/** A PMML document that scores frames, a block of rows at a time, synchronously. */
export function createPmmlModel(parts: ModelParts): Model {
  return new PmmlModel(parts)
}

class PmmlModel implements Model {
  readonly inputs: readonly Field[]
  readonly outputs: Model['outputs']
  readonly #parts: ModelParts
  readonly #stride: number
  readonly #rows: number
  readonly #copies: Uint8Array
  #cells = new Float64Array(0)

  constructor(parts: ModelParts) {
    this.#parts = parts
    this.inputs = parts.inputs.map((input) => input.field())
    this.outputs = parts.outputs.map((output) => output.field)
    this.#copies = Uint8Array.from(parts.inputs, (input) => input.copy)
    this.#stride = Math.max(1, parts.assembly.slots)
    this.#rows = Math.min(MOST_ROWS, Math.max(1, Math.floor(MOST_CELLS / this.#stride)))
    parts.assembly.pool.keep()
  }

  score(frame: Frame, scores: Scores): void {
    if (this.#parts.assembly.trim()) {
      for (const input of this.#parts.inputs) input.forget()
      for (const output of this.#parts.outputs) output.forget()
    }
    const needed = Math.min(this.#rows, frame.rows) * this.#stride
    if (this.#cells.length < needed) this.#cells = new Float64Array(needed)
    for (let from = 0; from < frame.rows; from += this.#rows) {
      const count = Math.min(this.#rows, frame.rows - from)
      this.#fill(frame, scores, from, count)
      runBlock(this.#parts.evaluator, this.#cells, this.#stride, count)
      this.#write(frame, scores, from, count)
    }
  }

  [Symbol.dispose](): void {
    this.#cells = new Float64Array(0)
  }

  // oxlint-disable-next-line max-params -- a part of a frame
  #fill(frame: Frame, scores: Scores, from: number, count: number): void {
    const cells = this.#cells
    const copies = this.#copies
    const { matrix, flags } = frame
    const columns = copies.length
    for (let r = 0; r < count; r++) {
      const at = r * this.#stride
      const source = (from + r) * columns
      if (flags[from + r] !== 0) {
        this.#fillCarefully(frame, scores, from + r, at)
        continue
      }
      for (let i = 0; i < columns; i++) {
        const value = matrix[source + i]!
        // Only finite numbers differ from themselves by zero.
        if (copies[i] !== COPY.treated && value - value === 0) cells[at + i] = copies[i] === COPY.asFloat ? Math.fround(value) : value
        else this.#read(frame, scores, from + r, i, at)
      }
    }
  }

  // oxlint-disable-next-line max-params -- a row of a frame
  #fillCarefully(frame: Frame, scores: Scores, row: number, at: number): void {
    const columns = this.#copies.length
    for (let i = 0; i < columns; i++) this.#read(frame, scores, row, i, at)
  }

  #read(frame: Frame, scores: Scores, row: number, column: number, at: number): void {
    const input = this.#parts.inputs[column]!
    const cell = row * this.#copies.length + column
    this.#cells[at + column] = input.read(frame.matrix[cell]!, frame.cells[cell]!)
    const { problem } = input.treatment
    if (problem !== undefined) scores.reject(row, inputRejection(input, problem, { frame, row, column }))
  }

  // oxlint-disable-next-line max-params -- a part of a frame
  #write(frame: Frame, scores: Scores, from: number, count: number): void {
    const { outputs } = this.#parts
    const cells = this.#cells
    const width = outputs.length
    for (let r = 0; r < count; r++) {
      const row = from + r
      if (scores.rejected[row] === 1) continue
      const at = r * this.#stride
      const first = outputs[0]!.read(cells, at)
      if (first - first !== 0) {
        scores.reject(row, this.#noResult(first, frame, row))
        continue
      }
      const into = row * width
      scores.values[into] = first
      for (let i = 1; i < width; i++) scores.values[into + i] = outputs[i]!.read(cells, at)
    }
  }

  #noResult(value: number, frame: Frame, row: number): SluiceError {
    const columns = this.inputs.length
    const missing = this.inputs.filter((_, i) => frame.cells[row * columns + i] === CELL.missing).map((field) => field.name)
    if (Number.isNaN(value) && missing.length > 0) return missingRejection(missing)
    const result = Number.isNaN(value) ? 'has no result' : `answered ${value}`
    return new SluiceError('record.score.not-finite', `the model ${result} for this record; a score must be a finite number or a label`)
  }
}
