import { expect, test } from 'vitest'
import { loadConfig } from './load-config.ts'

const load = (streams: unknown) =>
  loadConfig({ file: null, env: {}, flags: [{ flag: '--set', key: 'streams', value: JSON.stringify(streams) }], cwd: '/work' })

test('an archive has a folder with a size and an age of its files, or a topic', () => {
  const [stream] = load([
    {
      archives: [
        { name: 'a', to: { directory: 'seen' } },
        { name: 'b', to: { topic: 'seen' }, fraction: 0.1 },
      ],
    },
  ]).streams
  expect(stream!.archives).toEqual([
    { name: 'a', fraction: 1, to: { directory: '/work/seen', format: 'ndjson', rotate: { bytes: 64 * 1024 * 1024, minutes: 10 } } },
    { name: 'b', fraction: 0.1, to: { topic: 'seen' } },
  ])
})

test.each([
  [[{ name: 'a' }], 'to is missing; it must be { topic: <name> } or { directory: <path>, format: ndjson | parquet }'],
  [[{ name: 'a/b', to: { topic: 'x' } }], 'a name of at most 100 letters'],
  [[{ name: 'a', to: { topic: 'x' }, fraction: 0 }], 'fraction is 0, but must be a number of more than 0'],
  [[{ name: 'a', to: { directory: 'x', format: 'csv' } }], "format is 'csv', but must be one of ndjson, parquet"],
  [[{ name: 'a', to: { directory: 'x', rotate: { minutes: 0 } } }], 'minutes is 0, but must be a number of minutes'],
  [[{ name: 'a', to: { topic: 'mdata' } }], "is 'mdata', as streams[0].input is; an archive must have a topic of its own"],
  [[{ name: 'a', to: { topic: 'events' } }], "is 'events', as topics.events is"],
  [
    [
      { name: 'a', to: { topic: 'x' } },
      { name: 'a', to: { topic: 'x' } },
    ],
    "is 'x', as streams[0].archives[0].to.topic is",
  ],
  [
    [
      { name: 'a', to: { topic: 'x' } },
      { name: 'a', to: { topic: 'y' } },
    ],
    "name is 'a', as streams[0].archives[0].name is; each archive must have its own",
  ],
])('%j is refused with what would be right', (archives, message) => {
  expect(() => load([{ input: 'mdata', archives }])).toThrow(message)
})
