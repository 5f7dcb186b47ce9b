import { SluiceError } from '../../../src/core/errors.ts'
import type { Model, ModelDescriptor, Runtime } from '../../../src/core/model.ts'
import { Scores } from '../../../src/core/scores.ts'
import { type Answer, answersOf } from '../../../test/contracts/answers.ts'
import { frameOf } from '../../../test/contracts/frame-of.ts'
import { descriptorOf } from './descriptor-of.ts'

/** A model, records, and what its own library makes of them. */
export interface TreeCase {
  readonly name: string
  readonly file: string
  readonly format: 'lightgbm' | 'xgboost' | 'catboost' | 'onnx'
  /** The features, in the order of a record's cells. Null is a missing cell. */
  readonly names: readonly string[]
  readonly rows: readonly (readonly (number | string | boolean | null)[])[]
  /** By output: a value per record; null where there is none. */
  readonly expected: Readonly<Record<string, readonly (number | string | null)[]>>
  /** What another library answers, which computes in doubles: within 1e-5. */
  readonly near: TreeCase['raw']
  /** Whether our own scorer must take it (else another must); absent where either may. */
  readonly own?: boolean | null
  /** The sums of the trees, before they become the outputs. Empty where they can't be asked for. */
  readonly raw: Readonly<Record<string, readonly (number | null)[]>>
  /** Of the descriptor. */
  readonly metadata?: Readonly<Record<string, string>>
  /** How exact the library computes: doubles, or float32 in which the last place may differ. */
  readonly tolerance: 'double' | 'single'
}

export interface Verdict {
  readonly records: number
  /** `own` where the forest scorer answers at once. */
  readonly scorer: string
  /** The largest differences, relative to the tolerance: above 1 is a failure. */
  readonly raw: number
  readonly outputs: number
  readonly problem: string | undefined
}

/** Compares a model's answers with its library's. */
export async function judge(one: TreeCase, bytes: Uint8Array, runtime: Runtime): Promise<Verdict> {
  let [raw, outputs, scorer] = [NaN, NaN, '']
  try {
    const sums = { expected: one.raw, tolerance: one.tolerance }
    if (Object.keys(one.raw).length > 0) raw = (await compare(one, bytes, { runtime, metadata: { raw: 'true' }, against: [sums] })).largest
    const answers = { expected: one.expected, tolerance: `${one.tolerance}-link` as const }
    const compared = await compare(one, bytes, { runtime, metadata: {}, against: [answers, { expected: one.near, tolerance: 'near' }] })
    outputs = compared.largest
    scorer = compared.isOwn ? 'own' : 'other'
    if (typeof one.own === 'boolean' && one.own !== compared.isOwn) throw new Error(`it is scored by the ${scorer} scorer`)
  } catch (error) {
    return { records: one.rows.length, scorer, raw, outputs, problem: (error as Error).message }
  }
  return { records: one.rows.length, scorer, raw, outputs, problem: undefined }
}

type Tolerance = 'double' | 'single' | 'double-link' | 'single-link' | 'near'

interface Comparison {
  readonly runtime: Runtime
  readonly metadata: ModelDescriptor['metadata']
  readonly against: readonly { readonly expected: TreeCase['expected']; readonly tolerance: Tolerance }[]
}

async function compare(
  one: TreeCase,
  bytes: Uint8Array,
  { runtime, metadata, against }: Comparison,
): Promise<{ largest: number; isOwn: boolean }> {
  const all = { ...one.metadata, ...metadata }
  using model = await runtime.load(descriptorOf(one.format, bytes, all), bytes)
  const frame = frameOf(model.inputs, recordsFor(model, one))
  const scores = new Scores()
  scores.reset(model.outputs, frame.rows)
  const pending = model.score(frame, scores)
  await pending
  const answers = answersOf(scores)
  let largest = 0
  for (const { expected, tolerance } of against) {
    for (const [output, values] of Object.entries(expected)) {
      for (const [row, value] of values.entries()) {
        const actual = valueOf(answers[row]!, output, row)
        const difference = differenceOf(actual, value, tolerance)
        if (!(difference <= 1)) {
          const shown = JSON.stringify(one.rows[row]).slice(0, 200)
          throw new Error(`record ${row}: ${output} is ${actual}, the library says ${value} (${shown})`)
        }
        largest = Math.max(largest, difference)
      }
    }
  }
  return { largest, isOwn: pending === undefined }
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
function differenceOf(actual: number | string | null, expected: number | string | null, tolerance: Tolerance): number {
  if (typeof actual !== 'number' || typeof expected !== 'number') return actual === expected ? 0 : Infinity
  const difference = Math.abs(actual - expected)
  if (tolerance === 'near') return difference / (1e-5 * Math.max(1, Math.abs(expected)))
  if (tolerance.startsWith('double')) return difference / (1e-12 * Math.max(1, Math.abs(expected)))
  // Sums are of float32 numbers in the same order: at most the last place may differ. Functions of them may differ in two.
  return difference / ((tolerance === 'single' ? 1 : 2) * floatStep(expected))
}

/** The distance of a float32 number to the next one. */
function floatStep(value: number): number {
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(value), 2 ** -126)))
  return 2 ** (exponent - 23)
}
