import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { flightLines, modelsOf, publishPath } from '../system/examples.ts'
import { environment, NodeProcess, SLUICE } from '../system/node-process.ts'

const lines = flightLines().slice(0, 20_000)
const [model] = modelsOf('flights')

async function folder(stream: object): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-addresses-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  const config = { log: 'sqlite:log.db', http: { port: 0 }, logging: { level: 'error' }, streams: [stream] }
  await writeFile(join(path, 'sluice.yaml'), JSON.stringify(config))
  return path
}

interface Answered {
  readonly number: number
  readonly answer: { readonly score: unknown }
}

test(
  'files go through a node that is killed again and again, each record once, in the order of its partition',
  { timeout: 120_000 },
  async () => {
    const stream = { name: 'flights', input: 'file:in-*.ndjson', output: 'file:out/answers.ndjson', partitions: 2, dataTypes: ['flight'] }
    const path = await folder(stream)
    const numbered = lines.map((line, id) => line.replace('{', `{"number":${id},`))
    await writeFile(join(path, 'in-1.ndjson'), numbered.slice(0, 8000).join('\n'))
    await writeFile(join(path, 'in-2.ndjson'), `${numbered.slice(8000).join('\n')}\n`)
    const out = join(path, 'out/answers.ndjson')
    const read = async (): Promise<string> => readFile(out, 'utf8').catch(() => '')
    let kills = 0
    let isPublished = false
    for (; kills < 8; kills++) {
      await using node = NodeProcess.start({ cwd: path, words: ['serve'] })
      const api = await node.ready
      if (!isPublished) await api.post(publishPath(model!), model!.bytes, 'application/octet-stream')
      isPublished = true
      await pause(Math.random() * 150)
      await node.kill()
      if ((await read()).split('\n').length > lines.length) break
    }
    {
      await using node = NodeProcess.start({ cwd: path, words: ['serve'] })
      await node.ready
      await eventually('all answers are in the file', async () => (await read()).split('\n').length > lines.length)
      expect(await node.stop()).toEqual({ code: 0, signal: null })
    }
    const ids = (await read())
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as Answered).number)
    expect(ids).toHaveLength(lines.length)
    const numbers = lines.map((_, id) => id)
    expect(ids.toSorted((a, b) => a - b)).toEqual(numbers)
    // Each file begins anew with the first partition, and 8000 is even.
    for (const parity of [0, 1]) expect(ids.filter((id) => id % 2 === parity)).toEqual(numbers.filter((id) => id % 2 === parity))
    expect(kills).toBeGreaterThan(0)
    console.info(`${kills + 1} kills: ${ids.length} records`)
  },
)

test('a node is a part of a pipe: records come in, answers go out, and nothing else', { timeout: 60_000 }, async () => {
  const path = await folder({ name: 'flights', input: 'stdin:', output: 'stdout:', dataTypes: ['flight'] })
  const child = spawn(SLUICE, ['serve', '--json'], { cwd: path, env: environment(), stdio: ['pipe', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [out, said] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)))
  const url = await eventually('it says where it is', () => /"url":"([^"]+)"/.exec(said)?.[1])
  const response = await fetch(`${url}${publishPath(model!)}`, {
    method: 'POST',
    body: model!.bytes,
    headers: { 'content-type': 'application/octet-stream' },
  })
  expect(response.status).toBe(200)
  child.stdin.write(lines.slice(0, 500).join('\n') + '\n')
  await eventually('all are answered', () => out.split('\n').length > 500)
  const answers = out.trimEnd().split('\n')
  expect(answers).toHaveLength(500)
  for (const [i, line] of answers.entries()) {
    expect(line.startsWith(lines[i]!.slice(0, -1))).toBe(true)
    expect((JSON.parse(line) as Answered).answer.score).toBeDefined()
  }
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})
