import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { run } from '../testing/fake-io.ts'
import { type FakeNode, startFakeNode } from '../testing/fake-node.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-records-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content)

const LINES = Array.from({ length: 12_000 }, (_, i) => `{"i":${i}}`)
file('two.csv', 'dataType;alcohol\nwine;9.5\nwine;\n')
file('many.ndjson', LINES.join('\n'))
file('many.ndjson.gz', gzipSync(LINES.join('\n')))
const EQUAL = Array.from({ length: 2000 }, (_, i) => 1000 + i)
file('equal.ndjson', EQUAL.map((i) => `{"i":${i},"noise":"${Math.sin(i).toFixed(12).padStart(15, '+')}"}\n`).join(''))
file('equal.ndjson.gz', gzipSync(EQUAL.map((i) => `{"i":${i},"noise":"${Math.sin(i).toFixed(12).padStart(15, '+')}"}\n`).join('')))
file('equal.csv', ['head', ...EQUAL].join('\n'))
file('some.ndjson', LINES.slice(0, 5).join('\n'))
file('array.json', JSON.stringify([{ a: 1 }, { a: 2 }], null, 2))
file('wine.binpb', new Uint8Array([8, 1]))
file('wines.delimited', new Uint8Array([2, 8, 1, 2, 8, 2]))
file('broken.csv', 'a,b\n1,2\n3\n')
file('broken-late.csv', `a,b\n${`1,${'2'.repeat(100)}\n`.repeat(6000)}3\n`)
file('empty.ndjson', '\n')
file('short.ndjson.gz', gzipSync(LINES.join('\n')).subarray(0, 2000))

async function send(node: FakeNode, words: string, world = {}) {
  return run(`records send ${words} --server ${node.server}`.split(' '), { cwd: folder, ...world })
}

function sentLines(node: FakeNode): string[] {
  return node.requests.flatMap(({ body }) => String(body).split('\n').filter(Boolean))
}

describe('what arrives', () => {
  test('CSV as JSON records, with the key field', async () => {
    await using node = await startFakeNode()
    const { exitCode, out } = await send(node, 'two.csv --stream wine --key-field dataType')
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^✓ 2 records \(\d+ B\) to wine-in in /)
    expect(node.requests).toMatchObject([
      { method: 'POST', path: '/records/wine', query: { keyField: 'dataType' }, type: 'application/x-ndjson' },
    ])
    expect(sentLines(node)).toEqual(['{"dataType":"wine","alcohol":9.5}', '{"dataType":"wine"}'])
  })

  test.each(['many.ndjson', 'many.ndjson.gz'])('%s in several requests, in order, all of it', async (name) => {
    await using node = await startFakeNode()
    const { out } = await send(node, `${name} --stream flights --json`)
    expect(sentLines(node)).toEqual(LINES)
    expect(node.requests.length).toBeGreaterThan(1)
    expect(JSON.parse(out)).toMatchObject({ stream: 'flights', topic: 'flights-in', records: 12_000, offsets: { 0: '1' } })
  })

  test('JSON, protobuf and delimited protobuf', async () => {
    await using node = await startFakeNode()
    await send(node, 'array.json --stream s')
    await send(node, 'wine.binpb --stream s')
    await send(node, 'wines.delimited --as protobuf-delimited --stream s')
    expect(node.requests.map(({ type }) => type)).toEqual([
      'application/x-ndjson',
      'application/x-protobuf',
      'application/x-protobuf-delimited',
    ])
    expect(sentLines({ ...node, requests: node.requests.slice(0, 1) }).map((line) => JSON.parse(line) as unknown)).toEqual([
      { a: 1 },
      { a: 2 },
    ])
    expect(node.requests.slice(1).map(({ body }) => Array.from(body))).toEqual([
      [8, 1],
      [2, 8, 1, 2, 8, 2],
    ])
  })

  test('the standard input, compressed or not, which is NDJSON unless --as says otherwise', async () => {
    await using node = await startFakeNode()
    await send(node, '- --stream s', { stdin: '{"a":1}\n' })
    await send(node, '- --as ndjson --stream s', { stdin: gzipSync('{"a":2}\n') })
    await send(node, '- --as csv --stream s', { stdin: 'a\n3\n' })
    expect(sentLines(node)).toEqual(['{"a":1}', '{"a":2}', '{"a":3}'])
  })

  test('the only stream of a node need not be named', async () => {
    await using node = await startFakeNode()
    await send(node, 'some.ndjson')
    expect(node.requests.map(({ path }) => path)).toEqual(['/live', '/records/flights'])
    node.streams = ['flights', 'wine']
    const { exitCode, err } = await send(node, 'some.ndjson')
    expect(exitCode).toBe(2)
    expect(err).toContain('the node has 2 streams; say which one with --stream: flights, wine')
  })
})

describe('pace', () => {
  test('a rate is kept by waiting between small groups', async () => {
    await using node = await startFakeNode()
    const { sleeps } = await send(node, 'some.ndjson --stream s --rate 10/s')
    expect(node.requests).toHaveLength(5)
    expect(sleeps).toEqual([100, 100, 100, 100, 100])
  })

  test('a file can be sent again and again', async () => {
    await using node = await startFakeNode()
    const { out } = await send(node, 'some.ndjson --stream s --repeat 3')
    expect(out).toContain('15 records')
    expect(sentLines(node)).toEqual([...LINES.slice(0, 5), ...LINES.slice(0, 5), ...LINES.slice(0, 5)])
  })

  test('for ever means until Ctrl-C, which is 130 and quiet', async () => {
    await using node = await startFakeNode()
    let lines = 0
    const onOutput = (_: string, stop: (exitCode: number) => void) => (++lines === 3 ? stop(130) : undefined)
    const { exitCode, out, err } = await send(node, 'some.ndjson --stream s --repeat', { tick: 1500, onOutput })
    expect([exitCode, out]).toEqual([130, ''])
    expect(err).not.toContain('error')
    expect(node.requests.length).toBeGreaterThan(2)
  })

  test('an empty file is not repeated for ever', async () => {
    await using node = await startFakeNode()
    expect((await send(node, 'empty.ndjson --stream s --repeat')).out).toBe('! the file holds no records\n')
  })

  // A quarter of 2,000 equal records was sent when a quarter of the bytes that they take was; all of them were read long before.
  test.each(['equal.ndjson', 'equal.ndjson.gz', 'equal.csv'])('the progress of %s is what was sent, not what was read', async (name) => {
    await using node = await startFakeNode()
    const { err } = await send(node, `${name} --stream s --rate 5000`, { tick: 1000 })
    const shares = [...err.matchAll(/^([\d,]+) records, (\d+) %/gm)].map(([, done, percent]) => [
      Number(done!.replace(',', '')),
      Number(percent),
    ])
    expect(shares).toHaveLength(2000 / 500)
    for (const [done, percent] of shares) expect(Math.abs(percent! - done! / 20)).toBeLessThanOrEqual(name.endsWith('.gz') ? 10 : 1)
    expect(shares.at(-1)).toEqual([2000, 100])
  })

  test('progress is plain lines where there is no terminal, a bar where there is one, nothing for programs', async () => {
    await using node = await startFakeNode()
    const words = 'many.ndjson --stream s'
    const plain = await send(node, words, { tick: 1000 })
    expect(plain.err).toMatch(/^(10,000 records, \d+ %, [\d,]+\/s\n)(12,000 records, 100 %, [\d,]+\/s\n)$/)
    const bar = await send(node, words, { tick: 1000, tty: true })
    expect(bar.err).toContain('█')
    expect(bar.err).toContain('records')
    expect((await send(node, `${words} --json`, { tick: 1000, tty: true })).err).toBe('')
  })
})

describe('what goes wrong', () => {
  test('says how much was sent before', async () => {
    await using node = await startFakeNode()
    const error = { code: 'log.unavailable', scope: 'service' as const, message: 'the disk is full', details: {} }
    node.refuse = { request: 2, status: 503, error }
    const { exitCode, err } = await send(node, 'many.ndjson --stream s --json')
    expect(exitCode).toBe(1)
    expect(JSON.parse(err)).toMatchObject({
      code: 'log.unavailable',
      message: 'the disk is full (5,000 records before were sent)',
      details: { sent: 5000 },
    })
  })

  test.each<[string, number, string]>([
    ['broken.csv --stream s', 1, 'error cli.file.malformed: line 3: 1 cells, but there are 2 columns (a, b) (0 records were sent)\n'],
    [
      'broken-late.csv --stream s',
      1,
      'error cli.file.malformed: line 6002: 1 cells, but there are 2 columns (a, b) (5,000 records before were sent)\n',
    ],
    ['nowhere.csv --stream s', 1, "error cli.file.unreadable: nowhere.csv can't be read: there is no such file"],
    ['. --as csv --stream s', 1, "error cli.file.unreadable: . can't be read: it is a folder"],
    ['short.ndjson.gz --stream s', 1, 'error cli.file.malformed: short.ndjson.gz is not whole gzip: unexpected end of file'],
    ['wines.delimited --stream s', 2, 'the name wines.delimited does not say the format; give --as, one of csv'],
    ['two.csv --as cvs --stream s', 2, "--as 'cvs' is not one of csv, ndjson, json, protobuf, protobuf-delimited"],
    ['some.ndjson --add a=1 --stream s', 2, '--add is for CSV, and some.ndjson is ndjson'],
    ['- --text a --stream s', 2, '--text is for CSV, and the standard input is taken as ndjson; say --as csv'],
    ['- --as csv --repeat --stream s', 2, '--repeat needs a file'],
  ])('%s', async (words, exitCode, message) => {
    await using node = await startFakeNode()
    const outcome = await send(node, words)
    expect(outcome.exitCode).toBe(exitCode)
    expect(outcome.err).toContain(message)
  })
})
