import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { aScore, startFakeNode } from './testing/fake-node.ts'

const stuckNode = fileURLToPath(new URL('./testing/stuck-node.ts', import.meta.url))
const launcher = fileURLToPath(new URL('../../bin/sluice', import.meta.url))

type Child = ReturnType<typeof spawn>

/** Runs the launcher as a process of its own and hands its first output to `then`. */
async function start(words: string[], then: (child: Child) => void) {
  return watch(launcher, words, { started: then })
}

interface Watcher {
  /** Called with the first of the output. */
  readonly started: (child: Child) => void
  /** Called with the first of the error stream. */
  readonly told?: (child: Child) => void
}

async function watch(command: string, words: string[], { started, told }: Watcher) {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } })
  let err = ''
  child.stderr.on('data', (chunk) => (err += String(chunk)))
  child.stdout.once('data', () => started(child))
  child.stderr.once('data', () => told?.(child))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return { exitCode, err }
}

test('Ctrl-C while following ends with 130 and says nothing', async () => {
  await using node = await startFakeNode()
  node.scores = [aScore()]
  const outcome = await start(['scores', 'tail', '-f', '-s', 'flights', '--server', node.server], (child) => child.kill('SIGINT'))
  expect(outcome).toEqual({ exitCode: 130, err: '' })
})

test('a reader that goes away ends it quietly', async () => {
  await using node = await startFakeNode()
  node.scores = Array.from({ length: 20_000 }, () => aScore())
  const outcome = await start(['scores', 'tail', '-s', 'flights', '--server', node.server], (child) => child.stdout?.destroy())
  expect(outcome).toEqual({ exitCode: 0, err: '' })
})

describe('a node that never ends', () => {
  const interrupt = (child: Child) => child.kill('SIGINT')
  const serve = (speed: number, words: string, watcher: Watcher) =>
    watch(process.execPath, [stuckNode, String(speed), ...words.split(' ')], watcher)

  test.each(['serve --log memory', 'demo'])('%s says that it is at it, and a second Ctrl-C ends it at once', async (words) => {
    // Time goes so fast that it is told soon, and so slowly that it is not given up.
    const outcome = await serve(10, words, { started: interrupt, told: (child) => child.kill('SIGINT') })
    expect(outcome).toEqual({ exitCode: 130, err: 'finishing what is in work; Ctrl-C again ends at once …\n' })
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('is given up in the end after %s', async (signal) => {
    const { exitCode, err } = await serve(1000, 'serve --log memory', { started: (child) => child.kill(signal) })
    expect(exitCode).toBe(1)
    expect(err).toContain('error cli.stop.timeout: the node did not end within 15 s after it was asked to')
    expect(err).toContain('Check that the log can be reached')
  })
})
