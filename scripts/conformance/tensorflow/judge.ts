import { SluiceError } from '../../../src/core/errors.ts'
import type { Runtime } from '../../../src/core/model.ts'
import { type Answer, scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf } from '../trees/descriptor-of.ts'

/** A model, records, and what TensorFlow makes of them. */
export interface TensorFlowCase {
  readonly name: string
  readonly file: string
  readonly format: 'tensorflow' | 'tensorflow-saved'
  /** The features, in the order of a record's cells. */
  readonly names: readonly string[]
  readonly rows: readonly (readonly (number | string | boolean)[])[]
  /** By output: its values, record by record. */
  readonly expected: Readonly<Record<string, readonly (readonly (number | string | boolean)[])[]>>
  readonly metadata: Readonly<Record<string, string>>
  /** How far a value may be off; of its own size where that is above 1. */
  readonly tolerance: number
}

export interface Verdict {
  readonly records: number
  /** The largest difference. */
  readonly largest: number
  readonly problem: string | undefined
}

/** Compares a model's answers with TensorFlow's. */
export async function judge(one: TensorFlowCase, bytes: Uint8Array, runtime: Runtime): Promise<Verdict> {
  const records = one.rows.length
  let largest = 0
  try {
    using model = await runtime.load(descriptorOf(one.format, bytes, one.metadata), bytes)
    const rows = one.rows.map((row) => Object.fromEntries(one.names.map((name, i) => [name, row[i]])))
    const answers = await scoreRows(model, rows)
    for (const [output, values] of Object.entries(one.expected)) {
      for (const [row, columns] of values.entries()) {
        for (const [i, value] of columns.entries()) {
          const actual = valueOf(answers[row]!, [`${output}[${i}]`, output, 'score', 'label'])
          const difference = differenceOf(actual, value)
          largest = Math.max(largest, difference)
          if (!(difference <= one.tolerance)) throw new Error(`record ${row}: ${output}[${i}] is ${actual}, TensorFlow says ${value}`)
        }
      }
    }
  } catch (error) {
    return { records, largest, problem: (error as Error).message }
  }
  return { records, largest, problem: undefined }
}

function valueOf(answer: Answer, names: readonly string[]): number | string | null {
  if (answer instanceof SluiceError) throw new Error(`a record is rejected: ${answer.message}`, { cause: answer })
  const name = names.find((candidate) => Object.hasOwn(answer, candidate))
  if (name === undefined) throw new Error(`there is no output ${names[1]}, but ${Object.keys(answer).join(', ').slice(0, 200)}`)
  return answer[name]!
}

function differenceOf(actual: number | string | null, expected: number | string | boolean): number {
  const wanted = typeof expected === 'boolean' ? Number(expected) : expected
  if (typeof actual !== 'number' || typeof wanted !== 'number') return actual === wanted ? 0 : Infinity
  return Math.abs(actual - wanted) / Math.max(1, Math.abs(wanted))
}
