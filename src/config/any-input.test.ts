import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SluiceError } from '../core/errors.ts'
import { type ConfigFlag, loadConfig } from './load-config.ts'

const KEYS = [
  'log',
  'http',
  'http.port',
  'streams',
  'streams.0',
  'streams[1].format',
  'streams.0.inputs.a',
  'models.allowedHosts',
  'topics',
  '__proto__',
  'constructor',
  'a..b',
  '0',
  'streams.x',
  'http.port.x',
]
const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('{}', '[]', '[{}]', 'null', '{__proto__: 1}', '*a', '&a [*a]', '1', '{ protobuf: 1 }', '{ field: 1 }'),
)
const flags = fc.array(
  fc.record({ flag: fc.constant('--set'), key: fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 8 })), value: texts }),
  { maxLength: 4 },
)
const variables = fc.dictionary(
  fc.constantFrom(
    'SLUICE_HTTP',
    'SLUICE_STREAMS',
    'SLUICE_STREAMS_0',
    'SLUICE_STREAMS_0_FORMAT_PROTOBUF_MESSAGE',
    'SLUICE_',
    'SLUICE__',
    'SLUICE_X',
    'SLUICE_STREAMS_0_INPUTS',
  ),
  texts,
)

test('whatever is given, the answer is a configuration or a message that names a problem', () => {
  const outcomeOf = (given: readonly ConfigFlag[], env: Record<string, string>) => {
    try {
      return Object.isFrozen(loadConfig({ flags: given, env, cwd: '/nowhere' })) ? 'frozen' : 'open'
    } catch (error) {
      return error instanceof SluiceError && error.message !== '' ? error.code : error
    }
  }
  fc.assert(
    fc.property(flags, variables, (given, env) => {
      expect(['frozen', 'config.invalid']).toContain(outcomeOf(given, env))
    }),
    { numRuns: 300 },
  )
  expect(Object.keys(Object.prototype)).toEqual([])
})
