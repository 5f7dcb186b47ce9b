import { expect, test } from 'vitest'
import { effectiveSettings } from './effective.ts'
import { loadConfigWithSources } from './load-config.ts'

const load = (streams: unknown) =>
  loadConfigWithSources({ file: null, env: {}, flags: [{ flag: '--set', key: 'streams', value: JSON.stringify(streams) }], cwd: '/work' })

test('a stream that begins in files and ends in one has topics of its name, and is shown as it was given', () => {
  const loaded = load([{ name: 'wine', input: 'file:data/*.csv', output: 'file:out.ndjson' }])
  expect(loaded.config.streams[0]).toMatchObject({
    name: 'wine',
    input: 'wine-in',
    output: 'wine-out',
    source: { kind: 'file', path: '/work/data/*.csv' },
    sink: { kind: 'file', path: '/work/out.ndjson' },
  })
  const [shown] = effectiveSettings(loaded)['streams'] as Record<string, unknown>[]
  expect(shown).toMatchObject({ input: 'file:/work/data/*.csv', output: 'file:/work/out.ndjson' })
  expect(Object.keys(shown!)).not.toContain('source')
})

test('a stream may be between two programs', () => {
  const [stream] = load([{ name: 'p', input: 'stdin:', output: 'stdout:' }]).config.streams
  expect(stream).toMatchObject({ input: 'p-in', output: 'p-out', source: { kind: 'pipe' }, sink: { kind: 'pipe' } })
})

test.each([
  [[{ input: 'file:a.csv' }], 'streams[0].name is missing; a stream with file:a.csv needs one'],
  [[{ name: 'a', input: 'stdout:' }], 'input is'],
  [[{ name: 'a', output: 'file:a.csv' }], 'output is'],
  [[{ name: 'a', input: 'file:*/a.csv' }], 'input is'],
  [[{ name: 'a', input: 'file:a.parquet' }], 'input is'],
  [[{ name: 'a', output: 'file:*.ndjson' }], 'output is'],
  [
    [
      { input: 'x', output: 'b-in' },
      { name: 'b', input: 'stdin:', output: 'z' },
    ],
    "makes the topic 'b-in', which streams[0].output has",
  ],
])('%j is refused with what would be right', (streams, message) => {
  expect(() => load(streams)).toThrow(message)
})
