import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runStep } from './run-step.ts'
import { countTests, type Counts, summaryLine } from './test-counts.ts'

/**
 * `npm test`: everything that must pass. The checks, then all tests; later steps run even where an earlier one failed. The
 * last line is `N passed, N failed`, in which each check counts as one.
 */
const CHECKS = ['format:check', 'lint', 'types', 'dead-code'] as const

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-'))
  try {
    const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
    for (const check of CHECKS) {
      if (await runStep(check, 'npm', ['run', '--silent', check])) counts.passed++
      else counts.failed++
    }
    const report = join(folder, 'vitest.json')
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
    const passed = await runStep('tests', 'vitest', args)
    const tests = countTests(await readFile(report, 'utf8').catch(() => ''))
    // An error outside of any test, or no report: vitest says that it failed and the count does not.
    if (!passed && tests.failed === 0) tests.failed = 1
    counts.passed += tests.passed
    counts.failed += tests.failed
    counts.skipped += tests.skipped
    console.log(summaryLine(counts))
    process.exitCode = counts.failed === 0 ? 0 : 1
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

await main()
