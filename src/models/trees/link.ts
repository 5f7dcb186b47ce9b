import { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { OutputField, Scores } from '../../core/scores.ts'
import type { LinkKind, LinkPlan } from './link-plan.ts'

/** Turns the sums of rows into the outputs of a model. */
export interface Link {
  readonly outputs: readonly OutputField[]
  /** Where true, the sums are the outputs. */
  readonly direct: boolean
  /** Sets the outputs of rows whose sums are row-major in `sums`, which it may change. */
  write(sums: Float64Array, rows: number, scores: Scores): void
}

const same = (value: number): number => value

/** The functions of single numbers. Where they are `single`, what goes in and comes out is a float32. */
const NUMBERS: Partial<Record<LinkKind, (x: number, plan: LinkPlan) => number>> = {
  identity: same,
  exp: Math.exp,
  sigmoid: (x, plan) => sigmoid(x, plan),
  log1pExp: (x) => Math.log1p(Math.exp(x)),
  signedSquare: (x) => Math.sign(x) * x * x,
  positive: (x) => (x > 0 ? 1 : 0),
}

/**
 * Makes the link of a plan. `raw` asks for the sums themselves (the margin); `first` names the output that is to be the score.
 * Outputs are `score`, or `score[k]` for several numbers; `label` and `probability(<class>)` for classes.
 * Throws `model.descriptor.malformed` where there is no output of the name `first`.
 */
export function createLink(plan: LinkPlan, raw: boolean, first: string | undefined): Link {
  const kind = raw ? 'identity' : plan.kind
  const columns = columnsOf(kind, plan)
  const at = first === undefined ? 0 : columns.findIndex((column) => column.field.name === first)
  if (at < 0) {
    const names = columns.map((column) => column.field.name).slice(0, 20)
    throw new SluiceError('model.descriptor.malformed', `the metadata's output is '${first}'; the model's outputs are ${names.join(', ')}`)
  }
  columns.unshift(...columns.splice(at, 1))
  const prepare = preparation(raw ? { ...plan, divisor: undefined } : plan)
  const probabilities = probabilitiesOf(kind, plan)
  const row = new Float64Array(Math.max(plan.sums, 2))
  return {
    outputs: columns.map((column) => column.field),
    direct: kind === 'identity' && prepare === undefined && columns.every((column, k) => column.from === k),
    write(sums, rows, scores) {
      for (let r = 0, to = 0; r < rows; r++, to += columns.length) {
        for (let k = 0; k < plan.sums; k++) row[k] = prepare === undefined ? sums[r * plan.sums + k]! : prepare(sums[r * plan.sums + k]!, k)
        const label = probabilities(row)
        for (let c = 0; c < columns.length; c++) {
          const from = columns[c]!.from
          scores.values[to + c] = from < 0 ? label : row[from]!
        }
      }
    },
  }
}

interface Column {
  readonly field: OutputField
  /** Which of a row's numbers it is; -1 for the label. */
  readonly from: number
}

function columnsOf(kind: LinkKind, { sums, classes = [], labelFirst = false }: LinkPlan): Column[] {
  const number = (name: string, from: number): Column => ({ field: { name, type: 'number' }, from })
  if (kind === 'meanAndVariance') return [number('score', 0), number('variance', 1)]
  if (kind !== 'binary' && kind !== 'softmax' && kind !== 'oneVersusAll') {
    return Array.from({ length: sums }, (_, k) => number(sums === 1 ? 'score' : `score[${k}]`, k))
  }
  const probabilities = classes.map((name, k) => number(`probability(${name})`, k))
  if (kind === 'binary' && !labelFirst) return [number('score', 1), ...probabilities]
  return [{ field: { name: 'label', type: 'label', dictionary: new Dictionary(classes) }, from: -1 }, ...probabilities]
}

/** What is done to a sum before the link; undefined where nothing is. */
function preparation({ divisor, scale, bias }: LinkPlan): ((sum: number, k: number) => number) | undefined {
  if (divisor !== undefined) return (sum) => sum / divisor
  if (scale === undefined || (scale === 1 && (bias ?? []).every((each) => each === 0))) return undefined
  return (sum, k) => scale * sum + (bias?.[k] ?? 0)
}

/** Changes a row's sums to the numbers that are put out, and answers the most probable class, where there are classes. */
function probabilitiesOf(kind: LinkKind, plan: LinkPlan): (row: Float64Array) => number {
  const round = plan.single ? Math.fround : same
  if (kind === 'softmax') return (row) => softmax(row, plan.sums, round)
  if (kind === 'meanAndVariance') {
    return (row) => {
      row[1] = Math.exp(2 * row[1]!)
      return 0
    }
  }
  if (kind === 'binary') {
    return (row) => {
      const p = sigmoid(row[0]!, plan)
      row[0] = round(1 - p)
      row[1] = p
      return p > 0.5 ? 1 : 0
    }
  }
  const of = kind === 'oneVersusAll' ? NUMBERS.sigmoid! : NUMBERS[kind]!
  return (row) => {
    for (let k = 0; k < plan.sums; k++) row[k] = round(of(row[k]!, plan))
    return kind === 'oneVersusAll' ? greatest(row, plan.sums) : 0
  }
}

function greatest(row: Float64Array, count: number): number {
  let best = 0
  for (let k = 1; k < count; k++) if (row[k]! > row[best]!) best = k
  return best
}

function sigmoid(x: number, { steepness = 1, single }: LinkPlan): number {
  if (!single) return 1 / (1 + Math.exp(-steepness * x))
  // The source library bounds the exponent so that the power stays a float32.
  return Math.fround(1 / Math.fround(Math.fround(Math.exp(Math.min(-x, Math.fround(88.7)))) + 1))
}

function softmax(row: Float64Array, count: number, round: (value: number) => number): number {
  const best = greatest(row, count)
  const most = row[best]!
  let sum = 0
  for (let k = 0; k < count; k++) {
    row[k] = round(Math.exp(round(row[k]! - most)))
    sum += row[k]!
  }
  const divisor = round(sum)
  for (let k = 0; k < count; k++) row[k] = round(row[k]! / divisor)
  return best
}
