import { SluiceError } from '../../../src/core/errors.ts'
import type { Model, ModelDescriptor, Runtime } from '../../../src/core/model.ts'
import { type Answer, scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf } from './descriptor-of.ts'

/** A model, records, and what its own library makes of them. */
export interface TreeCase {
  readonly name: string
  readonly file: string
  readonly format: 'lightgbm' | 'xgboost' | 'catboost'
  /** The features, in the order of a record's cells. Null is a missing cell. */
  readonly names: readonly string[]
  readonly rows: readonly (readonly (number | string | boolean | null)[])[]
  /** By output: a value per record; null where there is none. */
  readonly expected: Readonly<Record<string, readonly (number | string | null)[]>>
  /** The sums of the trees, before they become the outputs. */
  readonly raw: Readonly<Record<string, readonly (number | null)[]>>
  /** Of the descriptor. */
  readonly metadata?: Readonly<Record<string, string>>
  /** How exact the library computes: doubles, or float32 in which the last place may differ. */
  readonly tolerance: 'double' | 'single'
}

export interface Verdict {
  readonly records: number
  /** The largest differences, relative to the tolerance: above 1 is a failure. */
  readonly raw: number
  readonly outputs: number
  readonly problem: string | undefined
}

/** Compares a model's answers with its library's. */
export async function judge(one: TreeCase, bytes: Uint8Array, runtime: Runtime): Promise<Verdict> {
  let [raw, outputs] = [NaN, NaN]
  try {
    raw = await largestDifference(one, bytes, { runtime, raw: true })
    outputs = await largestDifference(one, bytes, { runtime, raw: false })
  } catch (error) {
    return { records: one.rows.length, raw, outputs, problem: (error as Error).message }
  }
  const problem = raw > 1 ? 'the sums differ' : outputs > 1 ? 'the outputs differ' : undefined
  return { records: one.rows.length, raw, outputs, problem }
}

async function largestDifference(one: TreeCase, bytes: Uint8Array, how: { runtime: Runtime; raw: boolean }): Promise<number> {
  const metadata: ModelDescriptor['metadata'] = { ...one.metadata, ...(how.raw && { raw: 'true' }) }
  using model = await how.runtime.load(descriptorOf(one.format, bytes, metadata), bytes)
  const answers = await scoreRows(model, recordsFor(model, one))
  let largest = 0
  for (const [output, values] of Object.entries(how.raw ? one.raw : one.expected)) {
    for (const [row, expected] of values.entries()) {
      const difference = differenceOf(valueOf(answers[row]!, output, row), expected, how.raw ? one.tolerance : `${one.tolerance}-link`)
      if (!(difference <= largest)) largest = difference
      if (!(difference <= 1)) {
        const shown = JSON.stringify(one.rows[row])
        throw new Error(
          `record ${row}: ${output} is ${valueOf(answers[row]!, output, row)}, the library says ${expected} (${shown.slice(0, 200)})`,
        )
      }
    }
  }
  return largest
}

/** As a codec does, a number is a category by its text. */
function recordsFor(model: Model, { names, rows }: TreeCase): readonly Readonly<Record<string, unknown>>[] {
  const categories = new Set(model.inputs.filter((field) => field.type === 'category').map((field) => field.name))
  return rows.map((row) =>
    Object.fromEntries(names.map((name, i) => [name, row[i] !== null && categories.has(name) ? String(row[i]) : row[i]])),
  )
}

function valueOf(answer: Answer, output: string, row: number): number | string | null {
  if (answer instanceof SluiceError) throw new Error(`record ${row} is rejected: ${answer.message}`, { cause: answer })
  if (!Object.hasOwn(answer, output)) throw new Error(`there is no output ${output}, but ${Object.keys(answer).join(', ')}`)
  return answer[output]!
}

/** How far two values are apart, in tolerances. */
function differenceOf(actual: number | string | null, expected: number | string | null, tolerance: string): number {
  if (typeof actual !== 'number' || typeof expected !== 'number') return actual === expected ? 0 : Infinity
  if (tolerance.startsWith('double')) return Math.abs(actual - expected) / (1e-12 * Math.max(1, Math.abs(expected)))
  // Sums are of float32 numbers in the same order: at most the last place may differ. Functions of them may differ in two.
  return Math.abs(actual - expected) / ((tolerance === 'single' ? 1 : 2) * floatStep(expected))
}

/** The distance of a float32 number to the next one. */
function floatStep(value: number): number {
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(value), 2 ** -126)))
  return 2 ** (exponent - 23)
}
