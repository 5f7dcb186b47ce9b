import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { SluiceError } from '../core/errors.ts'
import { type ConfigFlag, type ConfigSources, loadConfig } from './load-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(text: string | Uint8Array): string {
  const name = `config-${++files}.yaml`
  writeFileSync(join(folder, name), text)
  return name
}

function load(text?: string, sources: Partial<ConfigSources> = {}) {
  return loadConfig({ env: {}, flags: [], cwd: folder, ...(text === undefined ? {} : { file: file(text) }), ...sources })
}

function set(key: string, value: string): ConfigFlag {
  return { flag: '--set', key, value }
}

/** The message without the running number of the file. */
function refusal(work: () => unknown): { code: string; message: string } {
  try {
    work()
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { code: error.code, message: error.message.replaceAll(/config-\d+\.yaml/g, 'x.yaml') }
  }
  throw new Error('nothing was refused')
}

describe('what is right', () => {
  test('nothing at all gives one JSON stream from mdata to scores on an embedded log', () => {
    const config = load()
    expect(config.log).toEqual({ kind: 'sqlite', path: join(folder, 'sluice.db') })
    expect(config.http).toEqual({ host: '127.0.0.1', port: 5500, maxBodyBytes: 67108864, allowedHosts: [] })
    expect(config.models).toEqual({
      topic: 'models',
      history: 10,
      aliases: {},
      join: 'partitioned',
      maxBytes: 268435456,
      loadTimeoutMs: 60000,
      directory: null,
      allowedHosts: [],
      definitions: null,
    })
    expect(config.topics).toEqual({
      control: 'control',
      rewards: 'rewards',
      deadLetters: 'dead-letters',
      events: 'events',
      swaps: 'swaps',
      statistics: 'statistics',
      modelState: 'model-state',
    })
    expect(config.streams).toEqual([
      {
        name: 'mdata',
        archives: [],
        policies: {},
        input: 'mdata',
        output: 'scores',
        partitions: 1,
        format: 'json',
        dataType: { field: 'dataType' },
        beforeModel: { do: 'hold', maxMs: 10000, maxRecords: 100000 },
        maxRecordBytes: 8388608,
        answer: { field: 'answer', record: true },
        batch: { maxBytes: 262144 },
        commit: { guarantee: 'exactly-once', intervalMs: 100 },
        inputs: {},
        wire: 'plain',
        subjects: { input: 'mdata-value', output: 'scores-value' },
      },
    ])
    expect(config.logging).toEqual({ level: 'info', pretty: 'auto' })
    expect(config.group).toBe('sluice')
  })

  test.each(['', '# nothing\n', 'http:\n  # port: 1\nstreams:\n', '{}', '---\n'])('a file of %j gives the defaults', (text) => {
    expect(load(text)).toEqual(load())
  })

  test('a file, the environment and flags win in this order', () => {
    const text = 'http: { port: 1, host: a }\ngroup: a\nlogging: { level: debug }'
    const config = load(text, {
      env: { SLUICE_HTTP_PORT: '2', SLUICE_GROUP: 'b', SLUICE_LOGGING_LEVEL: '' },
      flags: [set('http.port', '3'), { flag: '--port', key: 'http.port', value: '4' }],
    })
    expect(config).toMatchObject({ http: { port: 4, host: 'a' }, group: 'b', logging: { level: 'debug' } })
  })

  test('the configuration is frozen through and through', () => {
    const config = load('models: { allowedHosts: [a] }')
    expect(
      [config, config.http, config.streams, config.streams[0], config.streams[0]!.dataType, config.models.allowedHosts].every(
        Object.isFrozen,
      ),
    ).toBe(true)
  })

  test('variables and flags reach names with capitals, list items and alternatives', () => {
    const config = load('streams: [{ input: a }, { input: b, output: c }]', {
      env: {
        SLUICE_HTTP_MAX_BODY_BYTES: '1MiB',
        SLUICE_STREAMS_1_DATA_TYPE: '{ header: kind }',
        SLUICE_STREAMS_0_DATA_TYPES: 'wine, flight',
        SLUICE_MODELS_ALLOWED_HOSTS: '[a.example]',
        SLUICE_LOGGING_PRETTY: 'true',
      },
      flags: [
        set('streams[1].beforeModel.maxMs', '5'),
        set('streams.0.inputs.age', 'customer.age'),
        set('streams.2', '{ input: d, output: e }'),
      ],
    })
    expect(config.http.maxBodyBytes).toBe(1048576)
    expect(config.logging.pretty).toBe(true)
    expect(config.models.allowedHosts).toEqual(['a.example'])
    expect(config.streams).toMatchObject([
      { dataTypes: ['wine', 'flight'], inputs: { age: 'customer.age' } },
      { dataType: { header: 'kind' }, beforeModel: { do: 'hold', maxMs: 5 } },
      { input: 'd', output: 'e', name: 'd' },
    ])
  })

  test('texts from variables stay texts, whatever they look like', () => {
    expect(load(undefined, { env: { SLUICE_GROUP: '42', SLUICE_STREAMS_0_NAME: 'true' } })).toMatchObject({
      group: '42',
      streams: [{ name: 'true' }],
    })
  })

  test('a protobuf stream adds its answer as field 1000', () => {
    const text = 'streams: [{ format: { protobuf: { descriptorSet: ./wine.binpb, message: a.B } } }]'
    expect(load(text).streams[0]).toMatchObject({ answer: { number: 1000 } })
  })

  test('an Avro stream adds its answer as a field, and names the subjects of its schemas after its topics', () => {
    const text = `schemas: { registry: "http://x:1", credentials: secret }
streams: [{ input: a, output: b, format: avro, wire: confluent, subjects: { output: c } }, { format: { avro: { schema: x.avsc } } }]`
    const config = load(text)
    expect(config.schemas).toEqual({ registry: 'http://x:1', credentials: join(folder, 'secret'), register: true, timeoutMs: 5000 })
    expect(config.streams).toMatchObject([
      { answer: { field: 'answer' }, subjects: { input: 'a-value', output: 'c' } },
      { answer: { field: 'answer' }, format: { avro: { schema: join(folder, 'x.avsc') } }, wire: 'plain' },
    ])
  })

  test("paths are resolved against the file's folder, or where the command runs for variables and flags", () => {
    const text = 'log: sqlite:data/x.db\nmodels: { directory: m }\nstreams: [{ format: { protobuf: { descriptorSet: ../w, message: B } } }]'
    const name = join(folder, file(text))
    const config = loadConfig({ file: name, env: { SLUICE_MODELS_DEFINITIONS: 'd.ts' }, flags: [], cwd: '/elsewhere' })
    expect(config.log).toEqual({ kind: 'sqlite', path: join(folder, 'data/x.db') })
    expect(config.models).toMatchObject({ directory: join(folder, 'm'), definitions: '/elsewhere/d.ts' })
    expect(config.streams[0]!.format).toEqual({ protobuf: { descriptorSet: join(folder, '../w'), message: 'B' } })
    const flagged = loadConfig({ file: name, env: {}, flags: [{ flag: '--log', key: 'log', value: 'sqlite:y.db' }], cwd: '/elsewhere' })
    expect(flagged.log).toEqual({ kind: 'sqlite', path: '/elsewhere/y.db' })
  })

  test('sluice.yaml is taken where it is, without being named', () => {
    const cwd = mkdtempSync(join(folder, 'cwd-'))
    writeFileSync(join(cwd, 'sluice.yaml'), 'group: found')
    expect(loadConfig({ env: {}, flags: [], cwd }).group).toBe('found')
  })

  test.each([
    ['memory', { kind: 'memory' }],
    ['memory:', { kind: 'memory' }],
    ['sqlite:/a b/c.db', { kind: 'sqlite', path: '/a b/c.db' }],
    ['kafka:localhost:9092', { kind: 'kafka', brokers: ['localhost:9092'] }],
    ['kafka:a:1, [::1]:9092', { kind: 'kafka', brokers: ['a:1', '[::1]:9092'] }],
  ])('the log %s', (log, address) => {
    expect(load(JSON.stringify({ log })).log).toEqual(address)
  })

  test('streams may feed one another', () => {
    expect(load('streams: [{ input: a, output: b }, { input: b, output: c }]').streams).toHaveLength(2)
  })

  test('variables of others do no harm', () => {
    const env = {
      SLUICE_SERVICE_HOST: '10.0.0.1',
      SLUICE_PORT: 'tcp://10.0.0.1:80',
      SLUICE_PORT_80_TCP_ADDR: '10.0.0.1',
      SLUICE_SERVER: 'http://x',
      PATH: '/',
    }
    expect(load(undefined, { env })).toEqual(load())
  })
})

describe('what is wrong', () => {
  const LOGS = 'memory, sqlite:<path> or kafka:<host>:<port>[,<host>:<port>…]'
  const FORMAT = 'json, avro, { avro: { schema: <file> } } or { protobuf: { descriptorSet: <file>, message: <full name> } }'

  test.each<[yaml: string, message: string]>([
    ['http:\n  port: abc', "http.port is 'abc', but must be a whole number from 0 to 65535 (a port) (x.yaml:2:9)"],
    ['http: { port: 65536 }', 'http.port is 65536, but must be a whole number from 0 to 65535 (a port) (x.yaml:1:15)'],
    ['http: { port: 1.5 }', 'http.port is 1.5, but must be a whole number from 0 to 65535 (a port) (x.yaml:1:15)'],
    ['http:\n  prot: 1', 'http.prot is not a setting; did you mean http.port? (x.yaml:2:3)'],
    ['htpp: {}', 'htpp is not a setting; did you mean http? (x.yaml:1:1)'],
    ['http: 5500', 'http is 5500, but must be a group of settings: host, port, maxBodyBytes, allowedHosts (x.yaml:1:7)'],
    [
      'topics: { zzzzzzzz: a }',
      'topics.zzzzzzzz is not a setting; there are topics.deadLetters, topics.events, topics.swaps, topics.statistics, topics.modelState, topics.control, topics.rewards (x.yaml:1:11)',
    ],
    [
      'models: { maxBytes: 12 parsecs }',
      "models.maxBytes is '12 parsecs', but must be a number of bytes such as 1048576, 500kB or 64MiB (x.yaml:1:21)",
    ],
    ['log: postgres://x', `log is 'postgres://x', but must be ${LOGS} (x.yaml:1:6)`],
    ['log: kafka:localhost', `log is 'kafka:localhost', but must be ${LOGS} (x.yaml:1:6)`],
    ['log: "sqlite:"', `log is 'sqlite:', but must be ${LOGS} (x.yaml:1:6)`],
    ['streams: []', 'streams is [], but must be a list of at least one stream (x.yaml:1:10)'],
    [
      'streams:\n  - input: a b',
      "streams[0].input is 'a b', but must be a topic name of at most 249 letters, digits, dots, dashes and underscores, stdin: or file:<path> of .ndjson, .jsonl, .json, .csv or .tsv (also .gz; its name may have *) (x.yaml:2:12)",
    ],
    ['streams: [{ format: xml }]', `streams[0].format is 'xml', but must be ${FORMAT} (x.yaml:1:21)`],
    [
      'streams: [{ format: { protobuf: { descriptorSet: x } } }]',
      'streams[0].format.protobuf.message is missing; it must be the full name of a message, such as sluice.examples.WineRecord (x.yaml:1:33)',
    ],
    [
      'streams: [{ dataType: { feild: x } }]',
      'streams[0].dataType.feild is not a setting; did you mean streams[0].dataType.field? (x.yaml:1:25)',
    ],
    [
      'streams: [{ answer: { number: 19500 }, format: { protobuf: { descriptorSet: x, message: y } } }]',
      'streams[0].answer.number is 19500, but must be a protobuf field number from 1 to 536870911, outside 19000 to 19999, that the message does not use (x.yaml:1:31)',
    ],
    [
      'streams: [{ answer: { number: 1000 } }]',
      'streams[0].answer is a field number, but the stream is JSON; it must be { field: <name> } (x.yaml:1:21)',
    ],
    [
      'streams: [{ answer: { field: a, record: false }, format: { avro: { schema: x } } }]',
      "streams[0].answer.record must be true: an Avro answer's schema is the record's with one field more (x.yaml:1:41)",
    ],
    [
      'streams: [{ answer: { field: a }, format: { protobuf: { descriptorSet: x, message: y } } }]',
      'streams[0].answer is a name, but the stream is protobuf; it must be { number: <field number> } (x.yaml:1:21)',
    ],
    [
      'streams: [{ format: avro }]',
      'streams[0].format is avro without a schema; it must be { avro: { schema: <file> } }, unless the wire is confluent (x.yaml:1:21)',
    ],
    ['streams: [{ wire: confluent }]', 'streams[0].wire is confluent, which needs a schema registry; set schemas.registry (x.yaml:1:19)'],
    [
      'schemas: { registry: "http://me:secret@x" }',
      "schemas.registry is 'http://me:secret@x', but must be the address of a schema registry, such as http://localhost:8081, without a password (x.yaml:1:22)",
    ],
    ['streams: [{ beforeModel: { do: wait } }]', "streams[0].beforeModel.do is 'wait', but must be one of hold, reject (x.yaml:1:32)"],
    [
      'streams: [{ input: a, output: a }]',
      "streams[0].output is 'a', which is the stream's input; it must be another topic, or scores would be scored again (x.yaml:1:31)",
    ],
    [
      'streams: [{ output: mdata }]',
      "streams[0].output is 'mdata', which is the stream's input; it must be another topic, or scores would be scored again (x.yaml:1:21)",
    ],
    [
      'streams: [{ input: models }]',
      "streams[0].input is 'models', which is Sluice's own (models.topic); it must be another topic (x.yaml:1:20)",
    ],
    [
      'streams: [{ input: a }, { input: a, output: b }]',
      "streams[1].input is 'a', as streams[0].input is; each stream must have its own (x.yaml:1:34)",
    ],
    [
      'streams: [{ name: n, input: a }, { name: n, input: b, output: c }]',
      "streams[1].name is 'n', as streams[0].name is; each stream must have its own (x.yaml:1:42)",
    ],
    [
      'streams: [{ input: a }, { input: b }]',
      "streams[1].output is 'scores', as streams[0].output is; each stream must have its own (x.yaml:1:25)",
    ],
    [
      'streams: [{ input: a, output: b }, { input: b, output: a }]',
      'streams[0].output closes a circle (a → b → a), so records would go round for ever; it must lead out (x.yaml:1:31)',
    ],
    ['topics: { events: swaps }', "topics.events is 'swaps', as topics.swaps is; each must be a topic of its own (x.yaml:1:19)"],
    ['models: { topic: events }', "models.topic is 'events', as topics.events is; each must be a topic of its own (x.yaml:1:18)"],
    ['logging: { pretty: maybe }', "logging.pretty is 'maybe', but must be auto, true or false (x.yaml:1:20)"],
    ['- a', 'the file holds a list or a single value, but must hold settings such as `log: sqlite:./sluice.db` (x.yaml:1:1)'],
    ['group: !env GROUP', 'the file is not YAML: Unresolved tag: !env (x.yaml:1:8)'],
    ['group: a\ngroup: b', 'the file is not YAML: Map keys must be unique (x.yaml:2:1)'],
    [
      'http: null',
      'http is null, but must be a group of settings: host, port, maxBodyBytes, allowedHosts; leave it out for the default (x.yaml:1:1)',
    ],
    [
      '{ "streams": null }',
      'streams is null, but must be a list of streams, each with input and output; leave it out for the default (x.yaml:1:3)',
    ],
    ['group: ~', 'group is null, but must be the name of the consumer group; leave it out for the default (x.yaml:1:1)'],
  ])('%j', (yaml, message) => {
    const refused = refusal(() => load(yaml))
    expect(refused.code).toBe('config.invalid')
    expect(refused.message).toBe(message)
  })

  test.each([
    ['log: memory:', "'memory:' (x.yaml:1:6)"],
    ['group: a\nlog: memory: # fast\n', "'memory:' (x.yaml:2:6)"],
    ['{ log: memory:, group: a }', "'memory:' (x.yaml:1:8)"],
    ['streams:\n  - dataType: { constant: }\n    name: a:', "'a:' (x.yaml:3:11)"],
  ])('%j, which YAML takes for a key, is told to stand in quotes', (yaml, end) => {
    const { code, message } = refusal(() => load(yaml))
    expect(code).toBe('config.invalid')
    expect(message).toContain(`a value that ends in a colon stands in quotes: ${end}`)
  })

  test.each(['group: "a', 'a: b: c', 'log: [memory'])('%j is told nothing of quotes for colons', (yaml) => {
    expect(refusal(() => load(yaml)).message).not.toContain('colon')
  })

  test.each<[Record<string, string>, ConfigFlag[], string]>([
    [
      { SLUICE_HTTP_PORT: 'x' },
      [],
      "http.port is 'x', but must be a whole number from 0 to 65535 (a port) (environment variable SLUICE_HTTP_PORT)",
    ],
    [{ SLUICE_HTTP_PROT: '1' }, [], 'SLUICE_HTTP_PROT names no setting; did you mean SLUICE_HTTP_PORT?'],
    [
      { SLUICE_STREAMS_3_INPUT: 'x' },
      [],
      "streams[3].input can't be set: streams has 0 items, so the next one is streams[0] (environment variable SLUICE_STREAMS_3_INPUT)",
    ],
    [
      {},
      [{ flag: '--port', key: 'http.port', value: '-1' }],
      'http.port is -1, but must be a whole number from 0 to 65535 (a port) (flag --port)',
    ],
    [{}, [set('http.pot', '1')], 'http.pot is not a setting; did you mean http.port? (flag --set)'],
    [{}, [set('htp.port', '1')], 'htp is not a setting; did you mean http? (flag --set)'],
    [{}, [set('__proto__.port', '1')], '__proto__.port is not the name of a setting (flag --set)'],
    [{}, [set('', '1')], ' is not the name of a setting (flag --set)'],
  ])('%j %j', (env, flags, message) => {
    expect(refusal(() => load(undefined, { env, flags }))).toEqual({ code: 'config.invalid', message })
    expect(({} as { port?: unknown }).port).toBeUndefined()
  })

  test('a list that is a scalar by mistake gets no item in its middle', () => {
    const { message } = refusal(() => load(undefined, { flags: [set('streams', '['), set('streams[1].format', '{}')] }))
    expect(message).toContain("  - streams[1].format can't be set: streams has 0 items, so the next one is streams[0] (flag --set)")
    expect(message).toContain("  - streams is '[', but must be a list of streams")
  })

  test('everything that is wrong is said at once', () => {
    const text = 'log: x\nhttp: { port: x, prot: 1 }\nstreams: [{ input: a, output: a, format: x }]'
    const { message } = refusal(() => load(text, { env: { SLUICE_LOGING_LEVEL: 'x' } }))
    expect(message).toMatch(/^6 settings are wrong:\n {2}- /)
    for (const part of [
      'log is',
      'http.port is',
      'http.prot is',
      'streams[0].format is',
      'streams[0].output is',
      'SLUICE_LOGING_LEVEL names',
    ]) {
      expect(message).toContain(`  - ${part}`)
    }
  })

  test('a value that contains itself is refused', () => {
    expect(refusal(() => load('a: &x\n  b: *x')).message).toMatch(/^the file's aliases can't be resolved: .+ \(x\.yaml:1:1\)$/)
  })

  test('an alias bomb is refused before it is expanded', () => {
    const bomb = Array.from({ length: 9 }, (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}, `.repeat(9)}]`).join('\n')
    expect(refusal(() => load(bomb)).message).toMatch(/aliases can't be resolved/)
  })

  test.each([
    ['a file that is not there', () => 'nowhere.yaml', /nowhere\.yaml can't be read: ENOENT/],
    ['a folder', () => '.', /can't be read: EISDIR/],
    ['bytes that are not text', () => file(new Uint8Array([0x61, 0x3a, 0xff, 0xfe])), /can't be read/],
    ['a file of 2 MiB', () => file('#'.repeat(1 << 21)), /2097152 bytes; a configuration has at most 1048576/],
  ])('%s is config.unreadable', (_, name, message) => {
    const refused = refusal(() => load(undefined, { file: name() }))
    expect(refused.code).toBe('config.unreadable')
    expect(refused.message).toMatch(message)
  })
})
