import { describe } from 'vitest'

import type { Log } from '../../src/core/log.ts'
import { appendTests } from './log/append-tests.ts'
import { commitTests } from './log/commit-tests.ts'
import { compactionTests } from './log/compaction-tests.ts'
import { followTests } from './log/follow-tests.ts'
import { groupTests } from './log/group-tests.ts'
import { modelTests } from './log/model-tests.ts'
import { readTests } from './log/read-tests.ts'
import { createSuite } from './log/suite.ts'
import { topicTests } from './log/topic-tests.ts'

export interface LogUnderTest {
  readonly log: Log
  /** Opens again, after `log` was disposed, what it stored. Leave it out where nothing outlives the log, and skip those tests. */
  readonly reopen?: () => Promise<Log>
  /** Called after the log was disposed. */
  readonly cleanup?: () => Promise<void>
}

export interface LogSuiteOptions {
  readonly name: string
  /** Opens a log. Called once for most tests together, and again for each test that disposes its log. */
  readonly create: () => Promise<LogUnderTest>
  /** Tests that do not apply, by their names. A name that no test has fails. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[]
  /** The size of the largest value that must pass through: 50 MiB where absent. */
  readonly largeValueBytes?: number
  /** Histories that the property tests try: 40 where absent. */
  readonly propertyRuns?: number
  /** For each test: 20 seconds where absent. */
  readonly timeoutMs?: number
}

/**
 * The contract of `Log`, as tests. Topics and groups have names of their own in every test, so that a log that is shared, such
 * as a broker, can be used.
 */
export function testLog(options: LogSuiteOptions): void {
  describe(`${options.name} keeps the contract of a log`, () => {
    const suite = createSuite(options)
    topicTests(suite)
    appendTests(suite)
    readTests(suite)
    followTests(suite)
    compactionTests(suite)
    groupTests(suite)
    commitTests(suite)
    modelTests(suite)
    suite.checkSkips()
  })
}

/** The part of the contract that is about groups. */
export function testGroups(options: LogSuiteOptions): void {
  describe(`${options.name} keeps the contract of groups`, () => {
    const suite = createSuite(options)
    groupTests(suite)
    suite.checkSkips()
  })
}
