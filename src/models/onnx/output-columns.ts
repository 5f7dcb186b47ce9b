import { Dictionary } from '../../core/dictionary.ts'
import { SluiceError } from '../../core/errors.ts'
import type { OutputField, Scores } from '../../core/scores.ts'
import type { OnnxSignature, OutputTensor, RunResult, TensorData } from './signature.ts'

/** A column of answers: a number or label of one of the output tensors. */
export interface Column {
  readonly field: OutputField
  readonly tensor: number
  readonly at: number
}

/** The columns of a model's answers, and where in its output tensors they are. */
export interface OutputColumns {
  readonly fields: readonly OutputField[]
  readonly columns: readonly Column[]
  /** Puts the answers to some rows of a frame where they belong; rejects rows that ran into an error or gave no finite numbers. */
  readonly write: (result: RunResult, frameRows: Int32Array | undefined, scores: Scores) => void
}

const LABEL_LIMIT = 10_000

/**
 * Lays a model's outputs out as columns: a label is `label`, the columns of classes are `probability(<class>)`, the only number is
 * `score`, and other columns are named after their tensor. The score is `chosen`, else the label, else the first column.
 * Throws `model.descriptor.malformed` where there is no column of the chosen name.
 */
export function createOutputColumns(signature: OnnxSignature, chosen: string | undefined): OutputColumns {
  const columns = namedColumns(signature.outputs)
  const first = chosen === undefined ? columns.findIndex((column) => column.field.type === 'label') : indexOf(columns, chosen)
  if (first > 0) columns.unshift(...columns.splice(first, 1))
  const fields = columns.map((column) => column.field)
  const isMatrix = signature.outputs.length === 1 && columns.every(({ field, at }, i) => field.type === 'number' && at === i)
  return {
    fields,
    columns,
    write(result, frameRows, scores) {
      if (isMatrix && frameRows === undefined && result.failures.length === 0 && copyFinite(result.tensors[0]!, scores)) return
      const rows = frameRows?.length ?? scores.rows
      for (const { row, reason } of result.failures) {
        scores.reject(frameRows?.[row] ?? row, new SluiceError('record.score.failed', `the model failed on this record: ${reason}`))
      }
      for (const [o, { field, tensor, at }] of columns.entries()) {
        const cells = { tensor: result.tensors[tensor]!, at, width: signature.outputs[tensor]!.width, rows, frameRows, field, o }
        if ('values' in cells.tensor) writeNumbers(cells.tensor.values as ArrayLike<number>, cells, scores)
        else writeLabels(cells.tensor, cells, scores)
      }
    },
  }
}

/** Copies all values of all rows. Whether they are finite numbers; where not, what was copied means nothing. */
function copyFinite(tensor: TensorData, { values: into, rows, outputs }: Scores): boolean {
  if (!('values' in tensor) || !(tensor.values instanceof Float32Array)) return false
  const { values } = tensor
  const count = rows * outputs.length
  let sum = 0
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    into[i] = value
    sum += value - value
  }
  return sum === 0
}

/** One column of a result and where it goes. */
interface Cells {
  readonly at: number
  readonly width: number
  readonly rows: number
  readonly frameRows: Int32Array | undefined
  readonly field: OutputField
  readonly o: number
}

function writeNumbers(values: ArrayLike<number>, { at, width, rows, frameRows, field, o }: Cells, scores: Scores): void {
  const count = scores.outputs.length
  for (let i = 0; i < rows; i++) {
    const row = frameRows === undefined ? i : frameRows[i]!
    const value = values[i * width + at]!
    scores.values[row * count + o] = value
    if (!Number.isFinite(value) && scores.rejected[row] === 0) {
      scores.reject(row, new SluiceError('record.score.not-finite', `output '${field.name}' is ${value}`))
    }
  }
}

function writeLabels(
  { codes, texts }: Extract<TensorData, { codes: Int32Array }>,
  { at, width, rows, frameRows, field, o }: Cells,
  scores: Scores,
): void {
  const dictionary = field.dictionary!
  const places = texts.map((text) => (dictionary.size < LABEL_LIMIT ? dictionary.add(text) : dictionary.code(text)))
  const count = scores.outputs.length
  for (let i = 0; i < rows; i++) {
    const row = frameRows === undefined ? i : frameRows[i]!
    const code = places[codes[i * width + at]!]!
    scores.values[row * count + o] = code
    if (code < 0) {
      scores.reject(row, new SluiceError('record.score.failed', `output '${field.name}' has more than ${LABEL_LIMIT} different labels`))
    }
  }
}

function namedColumns(outputs: readonly OutputTensor[]): Column[] {
  const taken = new Set<string>()
  const numbers = outputs.filter((output) => !output.isLabel)
  const labels = outputs.filter((output) => output.isLabel)
  const columns: Column[] = []
  for (const [tensor, output] of outputs.entries()) {
    const only = output.isLabel ? labels.length === 1 : numbers.length === 1 && labels.length === 0
    const dictionaryTexts = output.isLabel ? (numbers.find((other) => other.classes !== undefined)?.classes ?? []) : undefined
    for (let at = 0; at < output.width; at++) {
      const name = freeName(namesOf(output, at, only), taken)
      const field: OutputField =
        dictionaryTexts === undefined ? { name, type: 'number' } : { name, type: 'label', dictionary: new Dictionary(dictionaryTexts) }
      columns.push({ field, tensor, at })
    }
  }
  return columns
}

/** The names that a column may have, the best first. */
function namesOf({ name, width, isLabel, classes }: OutputTensor, at: number, only: boolean): string[] {
  if (classes !== undefined) return [`probability(${classes[at]!})`, `${name}(${classes[at]!})`, `${name}[${at}]`]
  if (width > 1) return [`${name}[${at}]`]
  return only ? [isLabel ? 'label' : 'score', name] : [name]
}

function freeName(candidates: readonly string[], taken: Set<string>): string {
  let name = candidates.find((candidate) => !taken.has(candidate))
  for (let i = 2; name === undefined; i++) {
    const numbered = `${candidates.at(-1)}#${i}`
    if (!taken.has(numbered)) name = numbered
  }
  taken.add(name)
  return name
}

function indexOf(columns: readonly Column[], chosen: string): number {
  const index = columns.findIndex((column) => column.field.name === chosen)
  if (index >= 0) return index
  const names = columns.map((column) => column.field.name)
  const shown = names.slice(0, 20).join(', ') + (names.length > 20 ? `, … (${names.length} in all)` : '')
  throw new SluiceError('model.descriptor.malformed', `the metadata's output is '${chosen}'; the model's outputs are ${shown}`)
}
