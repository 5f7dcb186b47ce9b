import type { Dictionary } from './dictionary.ts'
import type { SluiceError } from './errors.ts'

/** A column of a model's answers. The first output of a model is its score. */
export interface OutputField {
  readonly name: string
  /** `number`: the value is a double. `label`: the value is a code of `dictionary`, -1 for none. */
  readonly type: 'number' | 'label'
  /** The labels, for `label` only. May grow while the model scores. */
  readonly dictionary?: Dictionary
}

/**
 * A model's outputs, aligned with the rows of the frame that it scored: a value per row and output, row-major.
 * NaN stands for "no value" in any output but the first; a row without a first value must be rejected.
 */
export class Scores {
  rows = 0
  outputs: readonly OutputField[] = []
  values = new Float64Array(0)
  /** Per row: 0 scored, 1 rejected. */
  rejected = new Uint8Array(0)
  /** How many rows are rejected. */
  rejections = 0
  readonly #errors = new Map<number, SluiceError>()

  /** Makes room for the answers to `rows` rows and forgets the previous ones. Values are undefined until they are set. */
  reset(outputs: readonly OutputField[], rows: number): void {
    this.outputs = outputs
    this.rows = rows
    if (this.values.length < rows * outputs.length) this.values = new Float64Array(rows * outputs.length)
    if (this.rejected.length < rows) this.rejected = new Uint8Array(rows)
    else if (this.rejections > 0) this.rejected.fill(0)
    this.rejections = 0
    this.#errors.clear()
  }

  /** Marks a row as rejected. The error must be of record scope; the first one of a row stays. */
  reject(row: number, error: SluiceError): void {
    if (this.rejected[row] === 1) return
    this.rejected[row] = 1
    this.rejections++
    this.#errors.set(row, error)
  }

  error(row: number): SluiceError | undefined {
    return this.#errors.get(row)
  }
}
