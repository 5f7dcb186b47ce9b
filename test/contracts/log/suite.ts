import { randomUUID } from 'node:crypto'

import { afterAll, beforeAll, it } from 'vitest'

import type { Log, TopicSpec } from '../../../src/core/log.ts'
import type { LogSuiteOptions, LogUnderTest } from '../log.ts'

export interface Suite {
  readonly options: Required<Omit<LogSuiteOptions, 'name' | 'create' | 'skip'>>
  /** The log that most tests share. */
  readonly log: () => Log
  readonly test: (name: string, body: () => Promise<void>) => void
  /** A test that may dispose the log, which is its own. */
  readonly testAlone: (name: string, body: (own: LogUnderTest) => Promise<void>) => void
  /** Creates a topic with a name of its own. */
  readonly topic: (shape?: Partial<Omit<TopicSpec, 'topic'>>, on?: Log) => Promise<string>
  readonly checkSkips: () => void
}

export function createSuite(suiteOptions: LogSuiteOptions): Suite {
  const { create, skip = [], largeValueBytes = 50 * 1024 * 1024, propertyRuns = 40, timeoutMs = 20_000 } = suiteOptions
  const options = { largeValueBytes, propertyRuns, timeoutMs }
  const names = new Set<string>()
  let shared: LogUnderTest | undefined

  beforeAll(async () => {
    shared = await create()
  }, options.timeoutMs)

  afterAll(async () => {
    await shared?.log[Symbol.asyncDispose]()
    await shared?.cleanup?.()
  }, options.timeoutMs)

  const log = (): Log => shared!.log

  const test = (name: string, body: () => Promise<void>): void => {
    names.add(name)
    const skipped = skip.find(({ tests }) => tests.includes(name))
    if (skipped === undefined) it(name, { timeout: options.timeoutMs }, body)
    else it.skip(`${name} (${skipped.reason})`)
  }

  return {
    options,
    log,
    test,
    testAlone: (name, body) =>
      test(name, async () => {
        const own = await create()
        try {
          await body(own)
        } finally {
          await own.log[Symbol.asyncDispose]()
          await own.cleanup?.()
        }
      }),
    topic: async (shape = {}, on = log()) => {
      const topic = uniqueName('topic')
      await on.ensureTopics([{ topic, partitions: 1, cleanup: 'delete', ...shape }])
      return topic
    },
    checkSkips: () => {
      for (const { tests } of skip)
        for (const name of tests) if (!names.has(name)) throw new Error(`skip names no test of this suite: '${name}'`)
    },
  }
}

export function uniqueName(kind: string): string {
  return `${kind}-${randomUUID()}`
}
