import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createPmmlRuntime } from '../../../src/models/pmml/runtime.ts'
import { conformanceFolder } from '../unpack.ts'
import { findSuites } from './case-index.ts'
import { judgeCase } from './judge-case.ts'
import { judgeUnit } from './judge-unit.ts'

const LARGEST_DOCUMENT = 120_000
const MOST_ROWS = 1000
/** Of the archive's 605 cases that the reference engine passes, those that are this small. */
const LEAST_CASES = 150

const folder = conformanceFolder()
if (!existsSync(folder)) console.warn('not run: the conformance data is absent (SLUICE_CONFORMANCE); 605 PMML cases and 63 records')

it.skipIf(!existsSync(folder))(
  'PMML documents of other libraries answer as those libraries do: the small cases and all records',
  async () => {
    await using runtime = createPmmlRuntime({ workerBytes: Infinity })
    const problems: string[] = []
    let [cases, records] = [0, 0]
    for (const suite of await findSuites(folder)) {
      for (const one of suite.cases) {
        if (one.reference === false || one.pmmlBytes > LARGEST_DOCUMENT || one.rows > MOST_ROWS) continue
        cases++
        const { problem } = await judgeCase(runtime, suite.folder, one)
        if (problem !== undefined) problems.push(`${one.id}: ${problem}`)
      }
      for (const record of suite.units) {
        records++
        const { problem } = await judgeUnit(runtime, suite.folder, record)
        if (problem !== undefined) problems.push(`${record.pmml}: ${problem}`)
      }
    }
    expect(problems).toEqual([])
    expect(cases).toBeGreaterThanOrEqual(LEAST_CASES)
    expect(records).toBeGreaterThanOrEqual(63)
  },
  60_000,
)
