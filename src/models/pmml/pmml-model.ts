import { CELL, type Field, type Frame } from '../../core/frame.ts'
import type { Model } from '../../core/model.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Scores } from '../../core/scores.ts'
import type { Assembly } from './assembly/assembly.ts'
import { type Evaluator, runBlock } from './assembly/model-compiler.ts'
import type { CellTable, Input } from './fields/input.ts'
import { inputRejection, missingRejection } from './fields/reject.ts'
import type { OutputColumn } from './fields/output-column.ts'
import type { Shortcut } from './fields/shortcut.ts'

/** What a model is made of. Input i stands in cell i of a row. */
export interface ModelParts {
  readonly assembly: Assembly
  readonly inputs: readonly Input[]
  readonly outputs: readonly OutputColumn[]
  readonly evaluator: Evaluator
}

/** Some rows of a frame, and where what is wrong with them is said. */
interface FramePart {
  readonly frame: Frame
  readonly scores: Scores
  readonly from: number
  readonly count: number
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
  /** Per output: the cell that it is, or -1 where it must be read. */
  readonly #answers: Int32Array
  readonly #isLabel: boolean
  /** Per input: what stands for a missing value, and 1 where it need not be asked. */
  readonly #missing: Float64Array
  readonly #takesMissing: Uint8Array
  #cells = new Float64Array(0)

  constructor(parts: ModelParts) {
    this.#parts = parts
    this.inputs = parts.inputs.map((input) => input.field())
    this.outputs = parts.outputs.map((output) => output.field)
    this.#isLabel = this.outputs[0]?.type === 'label'
    this.#answers = Int32Array.from(parts.outputs, (output) => output.cell ?? -1)
    this.#missing = Float64Array.from(parts.inputs, ({ treatment }) => treatment.apply(NaN, CELL.missing))
    this.#takesMissing = Uint8Array.from(parts.inputs, (input) => {
      input.treatment.apply(NaN, CELL.missing)
      return input.readRecord === undefined && input.treatment.problem === undefined ? 1 : 0
    })
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
    const { inputs } = this.#parts
    for (let i = 0; i < inputs.length; i++) {
      const { shortcut } = inputs[i]!
      if ('cells' in shortcut) this.#fillCodes(shortcut, i, { frame, scores, from, count })
      else this.#fillNumbers(shortcut, i, { frame, scores, from, count })
    }
  }

  #fillNumbers({ low, high, whole, single, allowed }: Shortcut, column: number, { frame, scores, from, count }: FramePart): void {
    const cells = this.#cells
    const { matrix } = frame
    const stride = this.#stride
    const columns = this.inputs.length
    for (let row = 0, into = column, source = from * columns + column; row < count; row++, into += stride, source += columns) {
      const value = single ? Math.fround(matrix[source]!) : matrix[source]!
      const taken = value >= low && value <= high && (!whole || Math.floor(value) === value)
      if (taken && (allowed === undefined || allowed[value] === 1)) cells[into] = value
      else this.#read(frame, scores, from + row, column, into)
    }
  }

  #fillCodes({ cells: known }: CellTable, column: number, { frame, scores, from, count }: FramePart): void {
    const cells = this.#cells
    const { matrix } = frame
    const stride = this.#stride
    const columns = this.inputs.length
    for (let row = 0, into = column, source = from * columns + column; row < count; row++, into += stride, source += columns) {
      const code = matrix[source]!
      const cell = code >= 0 && code < known.length ? known[code]! : NaN
      if (cell === cell) cells[into] = cell
      else this.#read(frame, scores, from + row, column, into)
    }
  }

  // oxlint-disable-next-line max-params -- a cell of a frame
  #read(frame: Frame, scores: Scores, row: number, column: number, into: number): void {
    const cell = row * this.inputs.length + column
    if (frame.cells[cell] === CELL.missing && this.#takesMissing[column] === 1) {
      this.#cells[into] = this.#missing[column]!
      return
    }
    const input = this.#parts.inputs[column]!
    this.#cells[into] =
      input.readRecord === undefined ? input.read(frame.matrix[cell]!, frame.cells[cell]!) : input.readRecord(frame.value(row))
    const { problem } = input.treatment
    if (problem !== undefined) scores.reject(row, inputRejection(input, problem, { frame, row, column }))
  }

  // oxlint-disable-next-line max-params -- a part of a frame
  #write(frame: Frame, scores: Scores, from: number, count: number): void {
    const { outputs } = this.#parts
    const { values } = scores
    const answers = this.#answers
    const cells = this.#cells
    const width = outputs.length
    for (let r = 0; r < count; r++) {
      const row = from + r
      if (scores.rejected[row] === 1) continue
      const at = r * this.#stride
      const first = answers[0]! >= 0 ? cells[at + answers[0]!]! : outputs[0]!.read(cells, at)
      // The other outputs of such a row are there for those who look at rejected rows: one target of several may have a result.
      if (first - first !== 0 || (first < 0 && this.#isLabel)) scores.reject(row, this.#noResult(first, frame, row))
      const into = row * width
      values[into] = first
      for (let i = 1; i < width; i++) values[into + i] = answers[i]! >= 0 ? cells[at + answers[i]!]! : outputs[i]!.read(cells, at)
    }
  }

  #noResult(value: number, frame: Frame, row: number): SluiceError {
    const columns = this.inputs.length
    const missing = this.inputs.filter((_, i) => frame.cells[row * columns + i] === CELL.missing).map((field) => field.name)
    if ((Number.isNaN(value) || this.#isLabel) && missing.length > 0) return missingRejection(missing)
    const result = Number.isNaN(value) || this.#isLabel ? 'has no result' : `answered ${value}`
    return new SluiceError('record.score.not-finite', `the model ${result} for this record; a score must be a finite number or a label`)
  }
}
