export interface Counts {
  passed: number
  failed: number
  skipped: number
}

interface VitestReport {
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/**
 * The tests in a report of vitest's JSON reporter, over all projects. A file that failed without a failed test (it could
 * not be loaded, or a hook failed) counts as one that failed; a report that can't be read is one failure.
 */
export function countTests(report: string): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  let parsed: VitestReport
  try {
    parsed = JSON.parse(report) as VitestReport
  } catch {
    return { ...counts, failed: 1 }
  }
  for (const file of parsed.testResults) {
    let failed = 0
    for (const { status } of file.assertionResults) {
      if (status === 'passed') counts.passed++
      else if (status === 'failed') failed++
      else counts.skipped++
    }
    counts.failed += file.status === 'failed' && failed === 0 ? 1 : failed
  }
  return counts
}

export function summaryLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`
}
