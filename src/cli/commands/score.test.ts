import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { ScoreRun } from '../score-run.ts'
import { run as runCommand } from '../testing/fake-io.ts'

const cwd = mkdtempSync(join(tmpdir(), 'sluice-score-cli-'))
afterAll(() => rmSync(cwd, { recursive: true }))
writeFileSync(join(cwd, 'my model.pmml'), '<PMML/>')
writeFileSync(join(cwd, 'in.csv'), 'a;b\n1;x\n\n2;"y\nz"\n')

/** Answers each record with its place, and rejects those that hold `bad`. */
async function score({ input, answers, rejected }: ScoreRun): Promise<{ scored: number; rejected: number }> {
  const counts = { scored: 0, rejected: 0 }
  for await (const records of input) {
    for (const { value, place } of records) {
      const text = Buffer.from(value).toString()
      if (text.includes('bad')) {
        counts.rejected++
        await rejected([{ place, code: 'record.json.malformed', message: 'it is bad', value }])
      } else {
        counts.scored++
        await answers([Buffer.from(text.replace(/\}$/, `,"answer":{"score":${place},"model":"m@1"}}`))])
      }
    }
  }
  return counts
}

test('records are handed over with their lines, and the model with its name and bytes', async () => {
  const seen: ScoreRun[] = []
  const words = ['score', '-m', 'my model.pmml', '-i', 'in.csv', '-o', 'out.csv', '--map', 'x=a', '--add', 'kind=k']
  const { exitCode, err } = await runCommand(words, {
    cwd,
    actions: {
      score: async (given) => {
        seen.push(given)
        return score(given)
      },
    },
  })
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: expect.stringContaining('2 records scored, 0 rejected') as string })
  expect(readFileSync(join(cwd, 'out.csv'), 'utf8')).toBe('kind,a,b,score,model\r\nk,1,x,2,m@1\r\nk,2,"y\nz",4,m@1\r\n')
  expect(seen[0]!.model).toMatchObject({
    name: 'my-model',
    version: '1',
    format: 'pmml',
    inputs: { x: 'a' },
    bytes: Buffer.from('<PMML/>'),
  })
  expect(seen[0]!.config).toMatchObject({ log: { kind: 'memory' }, streams: [{ dataType: { constant: 'record' } }] })
})

test('the standard input is NDJSON, and what was rejected is told, with an exit code of its own', async () => {
  const stdin = '\n{"a":1}\n{"a":"bad"}\n'
  const told = await runCommand(['score', '-m', 'my model.pmml'], { cwd, stdin, actions: { score } })
  expect(told).toMatchObject({ exitCode: 4, out: '{"a":1,"answer":{"score":2,"model":"m@1"}}\n' })
  expect(told.err).toMatch(/^rejected line 3: record\.json\.malformed: it is bad\n! 1 record scored, 1 rejected in /)
  const programs = await runCommand(['score', '-m', 'my model.pmml', '--json'], { cwd, stdin, actions: { score } })
  expect(
    programs.err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object),
  ).toMatchObject([
    { line: 3, code: 'record.json.malformed', message: 'it is bad' },
    { scored: 1, rejected: 1 },
  ])
})

test('of many that are rejected the first are shown, and all are in the file', async () => {
  const stdin = '"bad"\n'.repeat(50)
  const { err } = await runCommand(['score', '-m', 'my model.pmml'], { cwd, stdin, actions: { score } })
  expect(err.match(/^rejected line/gm)?.length).toBe(20)
  expect(err).toContain('… and 30 more; --rejected <file> keeps all of them')
  await runCommand(['score', '-m', 'my model.pmml', '-r', 'bad.ndjson'], { cwd, stdin, actions: { score } })
  const lines = readFileSync(join(cwd, 'bad.ndjson'), 'utf8').trim().split('\n')
  expect(lines.length).toBe(50)
  expect(JSON.parse(lines[49]!)).toEqual({ line: 50, code: 'record.json.malformed', message: 'it is bad', record: '"bad"' })
})

test('a table that is wrong in the middle gives the rows before, then the error', async () => {
  const stdin = 'a,b\n1,2\n3\n4,5\n'
  const { exitCode, out, err } = await runCommand(['score', '-m', 'my model.pmml', '--as', 'csv'], { cwd, stdin, actions: { score } })
  expect({ exitCode, out }).toEqual({ exitCode: 1, out: '{"a":1,"b":2,"answer":{"score":2,"model":"m@1"}}\n' })
  expect(err).toContain('cli.file.malformed: line 3: 1 cells, but there are 2 columns (a, b)')
})
