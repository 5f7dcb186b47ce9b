import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { goldenBody, readGolden } from './golden.ts'
import type { Io } from './io.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-golden-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** All that reading a file asks for. */
const io = { cwd: folder } as Io

async function read(name: string, text: string, tolerance?: number) {
  writeFileSync(join(folder, name), text)
  return readGolden(name, tolerance, io)
}

test('are the rows of a CSV file, outputs in columns of their own', async () => {
  expect(await read('a.csv', 'x,kind,expected:score,expected:label\n1,b,0.5,yes\n,c,2,no\n')).toEqual({
    vectors: [
      { inputs: { x: 1, kind: 'b' }, outputs: { score: 0.5, label: 'yes' } },
      { inputs: { kind: 'c' }, outputs: { score: 2, label: 'no' } },
    ],
    absoluteTolerance: 1e-6,
    relativeTolerance: 1e-6,
  })
})

test('are the lines of NDJSON, in either of two forms', async () => {
  const text = '{"x":1,"on":true,"expected:score":2}\n{"inputs":{"x":null},"outputs":{"score":"high"}}\n'
  expect(await read('a.ndjson', text, 0.01)).toEqual({
    vectors: [
      { inputs: { x: 1, on: 1 }, outputs: { score: 2 } },
      { inputs: {}, outputs: { score: 'high' } },
    ],
    absoluteTolerance: 0.01,
    relativeTolerance: 0.01,
  })
})

test.each([
  ['b.ndjson', '{"x":1}\n', 'says no output of the model'],
  ['c.ndjson', '{"x":[1],"expected:score":1}\n', "'x' in record 1"],
  ['d.ndjson', '[1]\n', 'is no object'],
  ['e.ndjson', '{"x":\n', 'is not JSON'],
  ['f.csv', 'x,expected:score\n', 'holds no golden vectors'],
])('in %s are refused', async (name, text, message) => {
  await expect(read(name, text)).rejects.toMatchObject({ code: 'cli.file.malformed', message: expect.stringContaining(message) })
})

test('travel as a line before the model', async () => {
  const golden = { vectors: [{ inputs: { x: 1 }, outputs: { score: 2 } }], absoluteTolerance: 0, relativeTolerance: 0 }
  const { bytes } = goldenBody(golden, new Blob(['the model']))
  expect(await (bytes as Blob).text()).toBe(`${JSON.stringify(golden)}\nthe model`)
})
