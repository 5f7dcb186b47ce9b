import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runtime } from '../../../src/core/model.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import type { UnitRecord } from './case-index.ts'
import type { Actual } from './equivalence.ts'
import type { Verdict } from './judge-case.ts'
import { type Answers, scoreRecords } from './score-table.ts'

/** Calls the record's document and compares each of the results that are expected. Never throws. */
export async function judgeUnit(runtime: Runtime, folder: string, record: UnitRecord): Promise<Verdict> {
  try {
    const bytes = new Uint8Array(await readFile(join(folder, 'unit', record.pmml)))
    using model = await runtime.load(descriptorOf('pmml', bytes), bytes)
    return compare(await scoreRecords(model, [record.args]), record)
  } catch (error) {
    return { compared: 0, problem: error instanceof Error ? error.message : String(error) }
  }
}

function compare(answers: Answers, { result, exception }: UnitRecord): Verdict {
  const rejection = answers.rejection(0)
  if (result === null) return rejection === undefined ? { compared: 1, problem: `answered; expected ${exception}` } : { compared: 1 }
  const wrong: string[] = []
  let compared = 0
  for (const [name, expected] of Object.entries(result)) {
    // The result of a model without a target; what is shown there of an engine's own objects is no value.
    const output = name === 'null' ? 0 : answers.names.indexOf(name)
    if (name === 'null' && typeof expected === 'string' && /^\{|Distribution\{/.test(expected)) continue
    if (output < 0) wrong.push(`no output ${name}`)
    else if (!isEqual(answers.value(0, output), expected))
      wrong.push(`${name} is ${String(answers.value(0, output))}, expected ${JSON.stringify(expected)}`)
    compared++
  }
  if (wrong.length === 0) return { compared }
  return { compared, problem: `${wrong.join('; ')}${rejection === undefined ? '' : ` (${rejection.message})`}` }
}

function isEqual(actual: Actual, expected: unknown): boolean {
  if (expected === null) return actual === null
  if (Array.isArray(expected)) {
    return (typeof actual === 'string' && actual === JSON.stringify(expected)) || (expected.length === 0 && actual === null)
  }
  if (typeof expected === 'object') {
    const { $f: float } = expected as { $f?: string }
    return typeof actual === 'number' && Math.fround(Number(float)) === actual
  }
  if (typeof expected === 'number' && typeof actual === 'string') return Number(actual) === expected
  if (typeof expected === 'number' && typeof actual === 'number') {
    return Math.abs(actual - expected) <= 1e-13 * Math.max(1, Math.abs(expected))
  }
  return actual === expected
}
