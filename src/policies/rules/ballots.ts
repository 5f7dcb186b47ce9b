/** What one model has said of one record. */
export const BALLOT = {
  /** Nothing yet. */
  none: 0,
  /** A number. */
  number: 1,
  /** A label: the value is its code. */
  label: 2,
  /** It can't answer this record. */
  failed: 3,
  /** It was taken out of service before it answered. */
  removed: 4,
} as const

/**
 * What the models have said, in columns: one row for a record, one cell in it for an arm of the record's policy. The open mailboxes
 * of a rendezvous are rows, and so are the records of a batch that is decided at once; rules read both alike.
 */
export class Ballots {
  rows = 0
  /** Cells of a row: at least as many as the policy with most arms has. */
  arms = 0
  /** Choices of a row: at least as many as any policy makes. */
  choices = 0
  /** Per cell, one of `BALLOT`. */
  status = new Uint8Array(0)
  /** Per cell: the number, or the code of the label. */
  values = new Float64Array(0)
  /** Per cell: from 0 to 1; NaN where the model says none. */
  confidences = new Float64Array(0)
  /** Per choice of a row: the member that was chosen; -1 where the choice was not come to. */
  chosen = new Int16Array(0)
  /** Per choice of a row: how likely it was. */
  propensities = new Float64Array(0)
  /** Per row: the arms whose scores are wanted, as bits. The others may be left out, and are ignored. */
  asked = new Uint32Array(0)

  /** Makes room for so many rows, arms and choices, keeping what there is. */
  grow(rows: number, arms: number, choices: number): void {
    const before = { rows: this.rows, arms: this.arms, choices: this.choices }
    if (rows <= before.rows && arms <= before.arms && choices <= before.choices) return
    this.rows = Math.max(rows, before.rows)
    this.arms = Math.max(arms, before.arms)
    this.choices = Math.max(choices, before.choices)
    const cells = { rows: before.rows, from: before.arms, to: this.arms, length: this.rows * this.arms }
    this.status = restride(this.status, new Uint8Array(cells.length), cells)
    this.values = restride(this.values, new Float64Array(cells.length), cells)
    this.confidences = restride(this.confidences, new Float64Array(cells.length), cells)
    const choiceCells = { rows: before.rows, from: before.choices, to: this.choices }
    this.chosen = restride(this.chosen, new Int16Array(this.rows * this.choices), choiceCells)
    this.propensities = restride(this.propensities, new Float64Array(this.rows * this.choices), choiceCells)
    this.asked = restride(this.asked, new Uint32Array(this.rows), { rows: before.rows, from: 1, to: 1 })
  }

  /** Forgets what was said of the first records. */
  clearRows(rows: number): void {
    this.status.fill(BALLOT.none, 0, rows * this.arms)
    this.chosen.fill(-1, 0, rows * this.choices)
    this.propensities.fill(1, 0, rows * this.choices)
    this.asked.fill(0, 0, rows)
  }

  /** Forgets what was said of a record. */
  clear(row: number): void {
    this.status.fill(BALLOT.none, row * this.arms, (row + 1) * this.arms)
    this.chosen.fill(-1, row * this.choices, (row + 1) * this.choices)
    this.propensities.fill(1, row * this.choices, (row + 1) * this.choices)
    this.asked[row] = 0
  }
}

interface Stride {
  readonly rows: number
  readonly from: number
  readonly to: number
}

/** Copies rows of one width into rows of another. */
export function restride<T extends Uint8Array | Int16Array | Uint32Array | Float64Array>(
  source: T,
  target: T,
  { rows, from, to }: Stride,
): T {
  if (from === to) target.set(source)
  else for (let row = 0; row < rows; row++) target.set(source.subarray(row * from, (row + 1) * from), row * to)
  return target
}
