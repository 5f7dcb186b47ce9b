import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { expect, onTestFinished, test } from 'vitest'

import { valueOf } from '../../core/batch.ts'
import type { Log } from '../../core/log.ts'
import { createSqliteLog } from './sqlite-log.ts'

const COMMIT_LOOP = fileURLToPath(new URL('../../../test/fixtures/commit-loop.ts', import.meta.url))
const KILLS = 20

test(
  'after kill -9 at random moments, offsets and outputs agree and nothing that was committed is missing',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-kill-'))
    onTestFinished(async () => rm(folder, { recursive: true }))
    const path = join(folder, 'log.db')
    let before = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const printed = await runUntilKilled(path, 1 + Math.floor(Math.random() ** 2 * 300))
      await using log = await createSqliteLog({ path })
      const committed = await committedCount(log)
      // The last commit may be durable though its line was never printed; the other way round it would be lost.
      expect(committed).toBeGreaterThanOrEqual(printed + 1)
      expect(committed).toBeGreaterThan(before)
      const expected = Array.from({ length: committed }, (_, n) => n)
      expect(await numbers(log, 'output', 0)).toEqual(expected)
      expect(await numbers(log, 'output', 1)).toEqual(expected)
      expect(await numbers(log, 'state', 0)).toEqual([committed])
      before = committed
    }
  },
)

/** Starts the loop, kills it while it goes on after that many commits, and returns the last number that it printed. */
async function runUntilKilled(path: string, commits: number): Promise<number> {
  const child = spawn(process.execPath, [COMMIT_LOOP, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once('exit', (_code, signal) => resolve(signal))
  })
  let lines = 0
  let last = -1
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    if (++lines === commits) child.kill('SIGKILL')
  }
  expect(await exit).toBe('SIGKILL')
  return last
}

async function committedCount(log: Log): Promise<number> {
  const listener = { assigned: async () => {}, revoked: async () => {}, failed: () => {} }
  const group = await log.join({ group: 'counter', topics: ['input'], listener })
  return Number(await group.committed({ topic: 'input', partition: 0 }))
}

async function numbers(log: Log, topic: string, partition: number): Promise<number[]> {
  const read: number[] = []
  for await (const batch of log.read({ topic, partition, from: 0n, follow: false })) {
    for (let i = 0; i < batch.count; i++) read.push(Number.parseInt(Buffer.from(valueOf(batch, i)!).toString('latin1'), 10))
    batch.release()
  }
  return read
}
