import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startTestNode, factorModel } from '../../../test/fixtures/serving/test-node.ts'
import { createServer } from '../../api/server.ts'
import { run } from '../testing/fake-io.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-policy-'))
afterAll(() => rmSync(folder, { recursive: true }))
writeFileSync(join(folder, 'canary.yaml'), 'answer:\n  split:\n    arms: [{ percent: 95, answer: old }, { percent: 5, answer: new }]\n')

test('a policy is set from a file or from the words, shown, and refused with what would be right', async () => {
  await using node = await startTestNode({ definitions: [factorModel('old', '1', 2), factorModel('new', '1', 3)] })
  const app = createServer({
    services: node.services,
    maxBodyBytes: 1e5,
    maxModelBytes: 1e5,
    version: '0',
    host: '127.0.0.1',
    allowedHosts: [],
  })
  const server = await app.listen({ port: 0, host: '127.0.0.1' })
  const sluice = async (...words: string[]) => run(['policy', ...words, '--server', server], { cwd: folder })
  try {
    expect((await sluice('show', 'number')).out).toContain('number has no policy')
    const set = await sluice('set', 'number', 'canary.yaml', '--stream', 'numbers')
    expect([set.exitCode, set.out]).toMatchObject([0, expect.stringMatching(/in stream numbers, policy 2: .*"percent":95.*\n {2}answer +old old@1\n {2}answer +new new@1\n/)]) // prettier-ignore
    const bad = await sluice('set', 'number', '{ answer: { split: { arms: [{ percent: 95, answer: old }] } } }')
    expect([bad.exitCode, bad.err]).toMatchObject([1, expect.stringContaining('100')])
    expect((await sluice('alias', 'number', 'champion', 'old')).out).toContain('champion = old')
    expect((await sluice('set', 'number', 'none', '--stream', 'numbers')).out).toContain('number has no policy')
    expect((await sluice('set', 'number', 'absent.yaml')).err).toContain("absent.yaml can't be read")
  } finally {
    await app.close()
  }
})
