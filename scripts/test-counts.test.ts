import { expect, test } from 'vitest'
import { countTests, summaryLine } from './test-counts.ts'

const file = (status: string, ...tests: string[]): object => ({ status, assertionResults: tests.map((of) => ({ status: of })) })

test('counts the tests of all files by what became of them', () => {
  const report = { testResults: [file('passed', 'passed', 'passed', 'skipped'), file('failed', 'failed', 'passed', 'todo')] }
  expect(countTests(JSON.stringify(report))).toEqual({ passed: 3, failed: 1, skipped: 2 })
})

test('counts a file that failed without a failed test as one failure', () => {
  const report = { testResults: [file('failed'), file('failed', 'passed'), file('passed', 'passed')] }
  expect(countTests(JSON.stringify(report))).toEqual({ passed: 2, failed: 2, skipped: 0 })
})

test('counts a report that is missing or cut off as a failure', () => {
  expect(countTests('').failed).toBe(1)
  expect(countTests('{"testResults": [').failed).toBe(1)
})

test('the summary names skipped tests only where there are any', () => {
  expect(summaryLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed')
  expect(summaryLine({ passed: 12, failed: 3, skipped: 1 })).toBe('12 passed, 3 failed, 1 skipped')
})
