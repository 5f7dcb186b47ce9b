import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { aScore, startFakeNode } from './testing/fake-node.ts'

const launcher = fileURLToPath(new URL('../../bin/sluice', import.meta.url))

/** Runs the launcher as a process of its own and hands its first output to `then`. */
async function start(words: string[], then: (child: ReturnType<typeof spawn>) => void) {
  const child = spawn(launcher, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env['PATH'] } })
  let err = ''
  child.stderr.on('data', (chunk) => (err += String(chunk)))
  child.stdout.once('data', () => then(child))
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
