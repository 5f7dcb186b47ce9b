import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Answer, scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import { CASE_ROWS } from '../../../test/fixtures/pmml-cases/document.ts'
import { PMML_CASES } from '../../../test/fixtures/pmml-cases/index.ts'
import { type RecordedDocument, recordedCases, recordedWine } from '../../../test/fixtures/pmml-expected.ts'
import { sharedFolder, WINE_COLUMNS, WINE_DOCUMENTS, wineFolder, wineRows } from '../../../test/fixtures/wine-quality.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Model } from '../../core/model.ts'
import { createPmmlRuntime } from './runtime.ts'

/** Where we answer and the reference engine refuses the row or the document, by the start of its reason. We answer as the standard says. */
const ANSWERED_HERE_ONLY = [
  // A function of a missing value is missing, and an output without a value does not cost the row its score.
  'MissingArgumentException',
  'EvaluationException: Function',
  'ApplyException: Function "/" failed',
  'ApplyException: Function "modulo" failed',
  'InvalidArgumentException: Function "pow"',
  'OutOfRangeException',
  // A node without a score has no prediction.
  'MissingAttributeException: Required attribute Node@score',
  // It compares missing values with 1, and finds none of some similarities that are 0 divided by 0 best.
  'NullPointerException: Cannot invoke "org.jpmml.evaluator.FieldValue.equalsValue(Object)"',
  'UndefinedResultException: Undefined result',
]

const shared = sharedFolder()
if (shared === undefined) console.warn('not run: the tutorial data is absent (SLUICE_SHARED); 7 documents on 1,599 rows')

describe.skipIf(shared === undefined)('the tutorial documents', () => {
  for (const name of WINE_DOCUMENTS) {
    it(`scores all rows with ${name} as the reference engine does`, async () => {
      const recorded = recordedWine().get(name)!
      using model = await load(readFileSync(join(wineFolder(), name)))
      const answers = await scoreRows(
        model,
        wineRows().map((row) => Object.fromEntries(WINE_COLUMNS.map((column, i) => [column, row[i]]))),
      )
      expect(recorded.rows).toHaveLength(1599)
      expect(compare(answers, recorded).differences).toEqual([])
      expect(compare(answers, recorded).compared).toBeGreaterThanOrEqual(1599)
    })
  }
})

describe('small documents', () => {
  const recorded = recordedCases()

  it('has a recording for each', () => {
    expect([...recorded.keys()].sort()).toEqual(Object.keys(PMML_CASES).sort())
  })

  it.each(Object.keys(PMML_CASES))('answers %s as the reference engine does', async (name) => {
    using model = await load(new TextEncoder().encode(PMML_CASES[name]))
    const { differences, compared } = compare(await scoreRows(model, CASE_ROWS), recorded.get(name)!)
    expect(differences).toEqual([])
    expect(compared).toBeGreaterThan(0)
  })
})

async function load(bytes: Uint8Array): Promise<Model> {
  await using runtime = createPmmlRuntime()
  return await runtime.load(descriptorOf('pmml', bytes), bytes)
}

function compare(answers: readonly Answer[], recorded: RecordedDocument): { differences: readonly string[]; compared: number } {
  const differences: string[] = []
  let compared = 0
  expect(answers.length).toBe(recorded.rows.length)
  for (const [row, answer] of answers.entries()) {
    const expected = recorded.rows[row]!
    if ('refused' in expected) {
      const tolerated = ANSWERED_HERE_ONLY.some((reason) => expected.refused.startsWith(reason))
      if (!(answer instanceof SluiceError) && !tolerated)
        differences.push(`row ${row}: answered, the reference refuses it: ${expected.refused}`)
      continue
    }
    for (const [column, name] of recorded.columns.entries()) {
      const cell = expected[column]!
      // The engine has no name for the result of a model without a target.
      const value = answer instanceof SluiceError ? null : answer[name === 'null' ? 'predictedValue' : name]
      // Where the engine has votes, or nothing, it has no probabilities.
      if (cell === '' && name.startsWith('probability(') && value !== null) continue
      compared++
      if (!isSame(value, cell)) differences.push(`row ${row}: ${name} is ${String(value)}, the reference has '${cell}'`)
    }
  }
  return { differences, compared }
}

/** Within 1e-9 relative for numbers; NaN is no answer. */
function isSame(value: number | string | null | undefined, cell: string): boolean {
  if (value === null || value === undefined) return cell === '' || cell === 'NaN'
  if (typeof value === 'string') return value === cell
  const expected = Number(cell)
  return cell !== '' && (value === expected || Math.abs(value - expected) <= 1e-9 * Math.abs(expected))
}
