import { createPmmlRuntime } from '../../../src/models/pmml/runtime.ts'
import { conformanceFolder } from '../unpack.ts'
import { findSuites, type PmmlCase, type Suite } from './case-index.ts'
import { judgeCase, type Verdict } from './judge-case.ts'
import { judgeUnit } from './judge-unit.ts'
import { printTable, Tally } from './tally.ts'

/** Judges all PMML cases of a folder; answers whether all passed. */
export async function runPmml(folder = conformanceFolder()): Promise<boolean> {
  const suites = await findSuites(folder)
  const cases = suites.reduce((sum, suite) => sum + suite.cases.length + suite.units.length, 0)
  if (cases === 0) {
    console.log(`no PMML cases in ${folder}\n0 passed, 0 failed`)
    return false
  }
  const tally = new Tally()
  const apart: { readonly one: PmmlCase; readonly verdict: Verdict }[] = []
  await using runtime = createPmmlRuntime({ workerBytes: Infinity })
  for (const suite of suites) {
    for (const one of suite.cases) {
      const verdict = await judgeCase(runtime, suite.folder, one)
      if (one.reference === false) apart.push({ one, verdict })
      else tally.add(one.model, one.id, verdict)
    }
    await judgeUnits(runtime, suite, tally)
  }
  printTable(tally)
  if (apart.length > 0) {
    console.log(`\nnot counted: ${apart.length} cases that the reference engine does not pass`)
    for (const { one, verdict } of apart)
      console.log(
        `  ${verdict.problem === undefined ? 'same     ' : 'different'} ${one.id}  ${[one.why, verdict.problem].filter((text) => text !== undefined).join('; ')}`,
      )
  }
  console.log(`\n${tally.passed} passed, ${tally.failed} failed`)
  return tally.failed === 0
}

async function judgeUnits(runtime: Parameters<typeof judgeUnit>[0], suite: Suite, tally: Tally): Promise<void> {
  for (const [i, record] of suite.units.entries()) {
    tally.add('unit records', `unit ${i + 1} ${record.pmml} ${JSON.stringify(record.args)}`, await judgeUnit(runtime, suite.folder, record))
  }
}
