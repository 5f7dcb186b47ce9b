import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import type { Config } from '../config/index.ts'
import { ERRORS } from '../core/error-table.ts'
import { SluiceError } from '../core/errors.ts'
import type { RunningNode } from './context.ts'
import { examplesOf } from './help.ts'
import { Stop } from './io.ts'
import { createProgram, everyCommand } from './program.ts'
import { run, type World } from './testing/fake-io.ts'
import { startFakeNode } from './testing/fake-node.ts'

const folder = mkdtempSync(join(tmpdir(), 'sluice-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

function program() {
  const stream = new PassThrough()
  const signal = new AbortController().signal
  const io = {
    stdout: stream,
    stderr: stream,
    stdin: stream,
    env: {},
    cwd: '/',
    clock: { now: () => 0, monotonic: () => 0 },
    signal,
    sleep: async () => {},
  }
  const never = async (): Promise<never> => {
    throw new Error('not to be called')
  }
  return createProgram({ serve: never, demo: never, score: never }, io)
}

describe('help', () => {
  const commands = everyCommand(program())
  const nameOf = (command: (typeof commands)[number]): string =>
    command.parent === null ? 'sluice' : `${nameOf(command.parent)} ${command.name()}`
  const names = commands.map((command) => [nameOf(command), command] as const)

  test('sluice alone is a short guide', async () => {
    const { exitCode, out, err } = await run([])
    expect([exitCode, err]).toEqual([0, ''])
    for (const command of ['sluice demo', 'sluice models list', 'sluice scores tail', 'sluice serve', 'sluice --help'])
      expect(out).toContain(command)
    expect(out.split('\n').length).toBeLessThan(15)
  })

  test.each(names)('%s says what it does, and shows examples', async (name, command) => {
    const { exitCode, out } = await run([...name.split(' ').slice(1), '--help'])
    expect(exitCode).toBe(0)
    expect(command.summary()).toMatch(/^[A-Z].{10,80}\.$/)
    expect(out).toContain(command.summary())
    expect(examplesOf(command).length).toBeGreaterThan(0)
    for (const { what, line } of examplesOf(command)) expect(out).toContain(`  # ${what}\n  ${line}`)
    for (const option of command.options) expect(option.description, option.flags).not.toBe('')
  })

  test.each(names.flatMap(([name, command]) => examplesOf(command).map(({ line }) => [line, name] as const)))(
    'the example %s is valid',
    (line) => {
      const [sluice, ...words] = shellWords(line)
      expect(sluice).toBe('sluice')
      let command = program()
      while (words.length > 0) {
        const inner = command.commands.find((candidate) => candidate.name() === words[0])
        if (inner === undefined) break
        command = inner
        words.shift()
      }
      expect(command.commands, 'a command that does something').toEqual([])
      const global = program()
      const rest = global.parseOptions(words)
      const { operands, unknown } = command.parseOptions([...rest.operands, ...rest.unknown])
      expect(unknown).toEqual([])
      expect(operands.length).toBeGreaterThanOrEqual(command.registeredArguments.filter(({ required }) => required).length)
      expect(operands.length).toBeLessThanOrEqual(command.registeredArguments.length)
      for (const option of command.options)
        expect(option.mandatory && command.getOptionValue(option.attributeName()) === undefined).toBe(false)
    },
  )

  test('the exit codes stand in the help of all', async () => {
    const { out } = await run('--help')
    const codes = out.slice(out.indexOf('Exit codes:')).matchAll(/^ {2}(\d+) +\S/gm)
    expect(Array.from(codes, ([, exitCode]) => exitCode)).toEqual(['0', '1', '2', '3', '4', '130'])
  })

  test('--server is offered by what asks a node, and only there', async () => {
    expect((await run('models list --help')).out).toContain('--server')
    expect((await run('config --help')).out).not.toContain('--server')
    expect((await run('config --help')).out).toContain('--json')
  })

  test('--version is the version of the package', async () => {
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('wrong usage is exit code 2', () => {
  test.each<[string, string, string]>([
    ['modles', "error cli.usage: unknown command 'modles'; did you mean models?", 'sluice --help'],
    ['models lst', "error cli.usage: unknown command 'lst'; did you mean list?", 'sluice models --help'],
    ['models list --jsn', "error cli.usage: unknown option '--jsn'; did you mean --json?", 'sluice models list --help'],
    ['models history', "error cli.usage: missing required argument 'dataType'", 'sluice models history --help'],
    ['models history a b', 'error cli.usage: too many arguments', 'sluice models history --help'],
    [
      'models publish x.pmml -n a',
      "error cli.usage: required option '-d, --data-type <type>' not specified",
      'sluice models publish --help',
    ],
    ['records send x.csv --rate fast', "'fast' is invalid. It must be a number of records a second", 'sluice records send --help'],
    ['records send x.csv --delimiter ab', "'ab' is invalid. It must be one character", 'sluice records send --help'],
    ['models list --server ftp://x', "the server 'ftp://x' is not an address such as http://localhost:5500", 'sluice models list --help'],
    ['serve --set http.port', "--set takes key=value, such as --set http.port=5501, not 'http.port'", 'sluice serve --help'],
    ['errors modle.malformed', "there is no error 'modle.malformed'; did you mean model.malformed?", 'sluice errors --help'],
  ])('%s', async (words, message, help) => {
    const { exitCode, out, err } = await run(words)
    expect([exitCode, out]).toEqual([2, ''])
    expect(err).toContain(message)
    expect(err).toContain(`\n  → See \`${help}\`.\n`)
  })

  test('a group alone shows its help', async () => {
    const { exitCode, err } = await run('models')
    expect(exitCode).toBe(2)
    expect(err).toContain('Usage: sluice models')
  })

  test('with --json it is one JSON object', async () => {
    const { exitCode, out, err } = await run('models lst --json')
    expect([exitCode, out]).toEqual([2, ''])
    expect(JSON.parse(err)).toMatchObject({ code: 'cli.usage', scope: 'service', message: "unknown command 'lst'; did you mean list?" })
  })
})

describe('a node that is not there is exit code 3', () => {
  test('nothing listens', async () => {
    const node = await startFakeNode()
    await node[Symbol.asyncDispose]()
    const { exitCode, err } = await run(`models list --server ${node.server}`)
    expect(exitCode).toBe(3)
    expect(err).toBe(
      `error api.unreachable: no Sluice at ${node.server}: nothing listens there\n` +
        '  → Start one with `sluice serve`, or give its address with --server.\n',
    )
  })

  test('something else listens', async () => {
    const other = createServer((_request, response) => response.writeHead(404).end('<html>'))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    try {
      const { port } = other.address() as AddressInfo
      const { exitCode, err } = await run(`state --json --server 127.0.0.1:${port}`)
      expect(exitCode).toBe(3)
      expect(JSON.parse(err)).toMatchObject({
        code: 'api.unreachable',
        message: `no Sluice at http://127.0.0.1:${port}: what answers there is not Sluice (HTTP 404)`,
      })
    } finally {
      other.close()
    }
  })

  test('SLUICE_SERVER says where, --server wins, wherever it stands', async () => {
    await using node = await startFakeNode()
    expect((await run('models list', { env: { SLUICE_SERVER: node.server } })).exitCode).toBe(0)
    expect((await run(`--server ${node.server} --json models list`, { env: { SLUICE_SERVER: 'http://127.0.0.1:1' } })).out).toBe('[]\n')
  })
})

describe('serve and demo', () => {
  /** A node that is stopped when it says where it is. */
  function startable(exitCode: number, more: Partial<World> = {}) {
    const seen: { config?: Config; disposed: number; options?: unknown } = { disposed: 0 }
    const node = { url: 'http://127.0.0.1:4321', [Symbol.asyncDispose]: async () => void seen.disposed++ }
    const world: World = {
      cwd: folder,
      actions: {
        serve: async (config) => {
          seen.config = config
          return node
        },
        demo: async (options) => {
          seen.options = options
          return node
        },
      },
      onOutput: (_, stop) => stop(exitCode),
      ...more,
    }
    return { seen, world }
  }

  test('serve runs with the configuration of flags and environment, and Ctrl-C is 130', async () => {
    const { seen, world } = startable(130, { env: { SLUICE_GROUP: 'g' } })
    const { exitCode, out } = await run('serve --log memory --port 0 --set models.history=3 --json', world)
    expect(seen.config).toMatchObject({ log: { kind: 'memory' }, http: { port: 0 }, group: 'g', models: { history: 3 } })
    expect([exitCode, out, seen.disposed]).toEqual([130, '{"url":"http://127.0.0.1:4321"}\n', 1])
  })

  test('SIGTERM ends it with success', async () => {
    const { seen, world } = startable(143)
    expect((await run('serve --json', world)).exitCode).toBe(0)
    expect(seen.disposed).toBe(1)
  })

  test('a node that fails ends it with the reason', async () => {
    const failed = Promise.reject(new SluiceError('log.unavailable', 'the disk is full'))
    let disposed = 0
    const serve = async () => ({ url: 'http://x', stopped: failed, [Symbol.asyncDispose]: async () => void disposed++ })
    const { exitCode, out, err } = await run('serve', { cwd: folder, actions: { serve } })
    expect([exitCode, disposed]).toEqual([1, 1])
    expect(out).toContain('● Sluice at http://x')
    expect(out).toContain('mdata: mdata → scores')
    expect(err).toContain('error log.unavailable: the disk is full')
  })

  test('an end that takes long is told after a second, and given up after fifteen', async () => {
    const { world } = startable(130)
    const never = () => new Promise<never>(() => {})
    const serve = async () => ({ url: 'http://x', [Symbol.asyncDispose]: never })
    const { exitCode, err, sleeps } = await run('serve', { ...world, actions: { serve } })
    expect(exitCode).toBe(1)
    expect(sleeps).toEqual([1000, 14_000])
    expect(err).toBe(
      'finishing what is in work; Ctrl-C again ends at once …\n' +
        'error cli.stop.timeout: the node did not end within 15 s after it was asked to, so it is left as it is\n' +
        `  → ${ERRORS['cli.stop.timeout'].remedy}\n`,
    )
    expect(JSON.parse((await run('serve --json', { ...world, actions: { serve } })).err)).toMatchObject({ code: 'cli.stop.timeout' })
  })

  test('Ctrl-C while it starts ends it too, with what had started', async () => {
    const controller = new AbortController()
    const starting = Promise.withResolvers<RunningNode>()
    const serve = () => {
      controller.abort(new Stop('test', 130))
      return starting.promise
    }
    let disposed = 0
    const onOutput = () => starting.resolve({ url: 'http://x', [Symbol.asyncDispose]: async () => void disposed++ })
    const outcome = await run('serve', { cwd: folder, controller, onOutput, actions: { serve } })
    expect(outcome).toMatchObject({ exitCode: 130, out: '', err: 'finishing what is in work; Ctrl-C again ends at once …\n' })
    expect(disposed).toBe(1)
  })

  test('an end that fails is told', async () => {
    const { world } = startable(130)
    const serve = async () => ({
      url: 'http://x',
      [Symbol.asyncDispose]: () => Promise.reject(new SluiceError('log.unavailable', 'the disk is full')),
    })
    const { exitCode, err } = await run('serve', { ...world, actions: { serve } })
    expect(exitCode).toBe(1)
    expect(err).toContain('error log.unavailable: the disk is full')
  })

  test('a wrong configuration is said before anything starts', async () => {
    const { exitCode, err } = await run('serve --port abc', { cwd: folder })
    expect(exitCode).toBe(1)
    expect(err).toBe(
      "error config.invalid: http.port is 'abc', but must be a whole number from 0 to 65535 (a port) (flag --port)\n" +
        `  → ${ERRORS['config.invalid'].remedy}\n`,
    )
  })

  test('demo passes its options on', async () => {
    const { seen, world } = startable(130)
    await run('demo --port 0 --rate 5/s --keep data --json', world)
    expect(seen.options).toEqual({ port: 0, rate: 5, directory: join(folder, 'data') })
  })

  test('an error that is none of ours is still told', async () => {
    const { exitCode, err } = await run('demo')
    expect(exitCode).toBe(1)
    expect(err).toContain('error internal: the command failed: the test gave no such action')
  })
})

describe('config and errors', () => {
  test('config shows each value with its source', async () => {
    const { exitCode, out } = await run('config --port 5501', { cwd: folder, env: { SLUICE_GROUP: 'g' } })
    expect(exitCode).toBe(0)
    expect(out).toMatch(/^group: g +# environment variable SLUICE_GROUP$/m)
    expect(out).toMatch(/^ {2}port: 5501 +# flag --port$/m)
  })

  test.each(['config', 'serve'])('%s refuses a file that is named and is not there', async (command) => {
    const { exitCode, err } = await run(`${command} --set models.definitions=gone.ts`, { cwd: folder })
    expect(exitCode).toBe(1)
    expect(err).toContain(
      `error config.unreadable: models.definitions is '${join(folder, 'gone.ts')}', but must be a file that can be read`,
    )
    expect(err).toContain('(flag --set models.definitions)')
  })

  test('config as JSON', async () => {
    const { config, sources, file } = JSON.parse((await run('config --json --set topics.events=e', { cwd: folder })).out) as Record<
      string,
      object
    >
    expect(file).toBeNull()
    expect(config).toMatchObject({ topics: { events: 'e' }, log: `sqlite:${join(folder, 'sluice.db')}` })
    expect(sources).toMatchObject({ 'topics.events': 'flag --set topics.events', 'topics.swaps': 'default' })
  })

  test('a file that is named by SLUICE_CONFIG and is not there', async () => {
    const { exitCode, err } = await run('config', { cwd: folder, env: { SLUICE_CONFIG: 'nowhere.yaml' } })
    expect(exitCode).toBe(1)
    expect(err).toContain(`error config.unreadable: the configuration file ${join(folder, 'nowhere.yaml')} can't be read`)
  })

  test('errors explains one, a group, or all', async () => {
    const { out } = await run('errors model.malformed')
    expect(out).toContain(ERRORS['model.malformed'].summary)
    expect(out).toContain('the version before it keeps serving')
    expect(out).toContain(`→ ${ERRORS['model.malformed'].remedy}`)
    const group = JSON.parse((await run('errors log --json')).out) as { code: string }[]
    expect(group.map(({ code }) => code)).toEqual(Object.keys(ERRORS).filter((code) => code.startsWith('log.')))
    expect((await run('errors')).out.trim().split('\n')).toHaveLength(Object.keys(ERRORS).length + 1)
  })
})

describe('colour', () => {
  const escape = '\u001b['

  test('is for terminals', async () => {
    expect((await run('errors internal', { tty: true })).out).toContain(escape)
    expect((await run('errors internal')).out).not.toContain(escape)
  })

  test('is not for those who said NO_COLOR', async () => {
    for (const words of ['errors internal', 'models --help', 'modles', '']) {
      const { out, err } = await run(words.split(' ').filter(Boolean), { tty: true, env: { NO_COLOR: '1' } })
      expect(out + err).not.toContain(escape)
    }
  })
})

/** The words of a line as a shell makes them, with single quotes. Stops at a redirection. */
function shellWords(line: string): string[] {
  return [...line.replace(/ > .*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!)
}
