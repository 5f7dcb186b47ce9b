import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { score as scoreAll } from '../../src/app/score.ts'
import { type Outcome, run } from '../../src/cli/testing/fake-io.ts'

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'sluice-score-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MODEL = join(root, 'examples/wine/cultivar-1.pmml')
const RECORDS = join(root, 'examples/wine/records.csv')

interface Expected {
  readonly id: string
  /** The probabilities of the cultivars, as the trainer of the first version's model computed them. */
  readonly cultivar: { readonly 1: Readonly<Record<string, number>> }
}

const expected = gunzipSync(readFileSync(join(root, 'examples/wine/expected.ndjson.gz')))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Expected)

/** Runs the command in this process, with the application that the real one has. */
function score(words: readonly string[], stdin?: string): Promise<Outcome> {
  return run(['score', '-m', MODEL, ...words], { cwd: folder, actions: { score: scoreAll }, ...(stdin !== undefined && { stdin }) })
}

/** Runs it as a process of its own. */
function start(): { readonly child: ChildProcess; readonly ended: Promise<{ readonly exitCode: number | null; readonly err: string }> } {
  const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), 'score', '-m', MODEL], { cwd: folder })
  let err = ''
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  // Who ends before it has read all is written to no more.
  child.stdin.on('error', () => {})
  const ended = new Promise<{ exitCode: number | null; err: string }>(
    (done) => void child.on('close', (exitCode) => done({ exitCode, err })),
  )
  return { child, ended }
}

interface Answer {
  readonly id: string
  readonly alcohol: number
  readonly answer: { readonly score: string; readonly model: string; readonly outputs: Readonly<Record<string, number>> }
}

const answersOf = (text: string): Answer[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answer)

describe('sluice score', () => {
  test('answers a table as the trainer of the model would, in its order', async () => {
    const { exitCode, out, err } = await score(['-i', RECORDS])
    expect(err).toMatch(/178 records scored, 0 rejected/)
    expect(exitCode).toBe(0)
    const answers = answersOf(out)
    expect(answers.map(({ id }) => id)).toEqual(Array.from({ length: 178 }, (_, i) => `wine-${String(i + 1).padStart(3, '0')}`))
    const byId = new Map(expected.map(({ id, cultivar }) => [id, cultivar[1]]))
    for (const { id, answer } of answers) {
      const probabilities = Object.entries(byId.get(id)!)
      const [best] = probabilities.toSorted(([, a], [, b]) => b - a)
      expect({ score: answer.score, model: answer.model }).toEqual({ score: best![0], model: 'cultivar-1@1' })
      for (const [cultivar, value] of probabilities) expect(answer.outputs[`probability(${cultivar})`]).toBeCloseTo(value, 9)
    }
  })

  test('is a filter: NDJSON in, NDJSON out, compressed or not, and tables both ways', async () => {
    const { out: lines } = await score(['-i', RECORDS])
    writeFileSync(join(folder, 'in.ndjson.gz'), gzipSync(lines))
    const again = await score(['-i', 'in.ndjson.gz', '-o', 'out.csv', '--name', 'again', '--model-version', '7'])
    expect(again.exitCode).toBe(0)
    const [header, first, ...others] = readFileSync(join(folder, 'out.csv'), 'utf8').split('\r\n')
    expect(header).toMatch(/^dataType,id,alcohol,.*,score,.*,model$/)
    expect(first).toMatch(/^wine,wine-001,12\.25,.*,again@7$/)
    expect(others.length).toBe(178)
    const piped = await score([], lines)
    expect(answersOf(piped.out).length).toBe(178)
  })

  test('rejected records are told with their lines, and the others answered all the same', async () => {
    const { out } = await score(['-i', RECORDS])
    const good = out.split('\n').slice(0, 2)
    const input = [good[0], 'nonsense', '', '{"alcohol":"much"}', good[1]].join('\n')
    const told = await score([], input)
    expect(told.exitCode).toBe(4)
    expect(answersOf(told.out).map(({ id }) => id)).toEqual(['wine-001', 'wine-002'])
    expect(told.err).toMatch(/rejected line 2: record\.json\.malformed: /)
    expect(told.err).toMatch(/rejected line 4: record\.feature\.\w+: /)
    expect(told.err).toMatch(/2 records scored, 2 rejected/)
    const kept = await score(['--rejected', 'rejected.ndjson', '--json'], input)
    expect(kept.exitCode).toBe(4)
    expect(JSON.parse(kept.err)).toMatchObject({ scored: 2, rejected: 2 })
    const letters = readFileSync(join(folder, 'rejected.ndjson'), 'utf8').trim().split('\n')
    expect(letters.map((line) => JSON.parse(line) as object)).toMatchObject([
      { line: 2, code: 'record.json.malformed', record: 'nonsense' },
      { line: 4, record: '{"alcohol":"much"}' },
    ])
  })

  test('an answer leaves when its record has come, long before the input ends; Ctrl-C ends it', async () => {
    const { out } = await score(['-i', RECORDS])
    const { child, ended } = start()
    const answered = new Promise<string>((done) => void child.stdout!.once('data', (chunk: Buffer) => done(chunk.toString())))
    child.stdin!.write(`${out.split('\n')[0]}\n`)
    expect(await answered).toContain('"wine-001"')
    child.kill('SIGINT')
    expect((await ended).exitCode).toBe(130)
  })

  test('where nobody reads the answers any more it ends quietly', async () => {
    const { out } = await score(['-i', RECORDS])
    const quiet = start()
    const feed = setInterval(() => quiet.child.stdin!.write(out), 5)
    quiet.child.stdout!.once('data', () => quiet.child.stdout!.destroy())
    const ended = await quiet.ended
    clearInterval(feed)
    expect({ exitCode: ended.exitCode, err: ended.err }).toEqual({ exitCode: 0, err: '' })
  })

  test.each([
    ['no model there', ['-i', RECORDS, '-m', 'gone.pmml'], 1, 'cli.file.unreadable'],
    ['a model that is none', ['-i', RECORDS, '-m', RECORDS, '--format', 'pmml'], 1, 'model.malformed'],
    ['no input there', ['-i', 'gone.csv'], 1, 'cli.file.unreadable'],
    ['an output that can not be written', ['-i', RECORDS, '-o', 'gone/x.csv'], 1, 'cli.file.unwritable'],
    ['a disk that is full', ['-i', RECORDS, '-o', '/dev/full'], 1, 'cli.file.unwritable'],
    ['records of a kind that it does not take', ['-i', RECORDS, '--as', 'protobuf'], 2, 'cli.usage'],
    ['answers of a kind that it does not give', ['-i', RECORDS, '--output-as', 'xml'], 2, 'cli.usage'],
    ['an input of the model that it has not', ['-i', RECORDS, '--map', 'nosuch=alcohol'], 1, 'model.inputs.mismatch'],
  ])('%s is an error that says so', async (_, words, exitCode, code) => {
    const ended = await score(words)
    expect({ exitCode: ended.exitCode, err: ended.err }).toEqual({ exitCode, err: expect.stringContaining(code) as string })
  })

  test('a table that breaks off is answered up to there, and the line is named', async () => {
    const lines = readFileSync(RECORDS, 'utf8').split('\n')
    writeFileSync(join(folder, 'broken.csv'), [...lines.slice(0, 4), 'wine,x', ...lines.slice(4, 6)].join('\n'))
    const { exitCode, out, err } = await score(['-i', 'broken.csv'])
    expect(exitCode).toBe(1)
    expect(answersOf(out).map(({ id }) => id)).toEqual(['wine-001', 'wine-002', 'wine-003'])
    expect(err).toContain('line 5: 2 cells, but there are 15 columns')
  })
})
