import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { judgeEngine } from '../../../scripts/conformance/pfa/judge-engine.ts'
import { judgeFunction } from '../../../scripts/conformance/pfa/judge-functions.ts'
import { linesOf } from '../../../scripts/conformance/pfa/run.ts'

const shared = process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../../shared')
const folder = join(process.env['SLUICE_CONFORMANCE'] ?? join(shared, 'conformance'), 'pfa')
const present = existsSync(join(folder, 'functions-lite.jsonl.gz'))
if (!present)
  console.warn(`not run: 32,894 calls of PFA functions and 731 documents, because ${folder} is not there (set SLUICE_CONFORMANCE)`)

describe.skipIf(!present)('PFA conformance', () => {
  it('all calls of functions give what the reference engine gives', { timeout: 60_000 }, () => {
    let passed = 0
    const failures: string[] = []
    for (const test of linesOf(join(folder, 'functions-lite.jsonl.gz'))) {
      const verdict = judgeFunction(test)
      passed += verdict.passed
      failures.push(...verdict.failures)
    }
    expect(failures.slice(0, 20)).toEqual([])
    expect(passed).toBeGreaterThan(30_000)
  })

  it('all documents on which two engines agree run as they do there', { timeout: 60_000 }, () => {
    let judged = 0
    const failures: string[] = []
    for (const file of readdirSync(join(folder, 'engine'))) {
      for (const test of linesOf(join(folder, 'engine', file))) {
        if (test.get('agree') !== true) continue
        judged++
        const problem = judgeEngine(test)
        if (problem !== undefined) failures.push(`${JSON.stringify(test.get('id'))}: ${problem}`)
      }
    }
    expect(failures.slice(0, 20)).toEqual([])
    expect(judged).toBeGreaterThan(500)
  })
})
