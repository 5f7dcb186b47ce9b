import { readFileSync, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { SluiceError } from '../core/errors.ts'
import { resolveDestination } from './archives-schema.ts'
import { checkPolicies } from './check-policies.ts'
import { checkRendezvous } from './check-rendezvous.ts'
import { checkStreams } from './check-streams.ts'
import { problemsOf } from './issues.ts'
import { readEnvironment } from './read-environment.ts'
import { readYaml } from './read-file.ts'
import { type Config, configSchema } from './schema.ts'
import { fromText, schemaAt } from './schema-walk.ts'
import { type Problem, Settings } from './settings.ts'
import { resolveAddress } from './stream-address.ts'
import { parsePath, type Path, type Source, sourceText } from './source.ts'

const MAX_FILE_BYTES = 1 << 20

export interface ConfigSources {
  /** The configuration file. Where absent, `sluice.yaml` in `cwd` if it is there; null for none. */
  readonly file?: string | null
  /** SLUICE_ variables are settings: SLUICE_HTTP_PORT is `http.port`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Settings from the command line, later ones winning. */
  readonly flags: readonly ConfigFlag[]
  readonly cwd: string
}

export interface ConfigFlag {
  /** As typed, for messages: `--port`, `--set`. */
  readonly flag: string
  /** The setting: `http.port`, `streams[0].input`. */
  readonly key: string
  readonly value: string
}

/** A configuration, and where each value of it comes from. */
export interface LoadedConfig {
  readonly config: Config
  /** Absolute, or undefined where there is no file. */
  readonly file: string | undefined
  sourceOf(path: Path): Source
}

/**
 * The effective configuration: flags over environment over file over defaults, validated, with relative paths resolved
 * (against the folder of the file for what the file says or nobody says, against `cwd` for variables and flags), deep frozen.
 * Throws `config.invalid` that lists everything that is wrong, or `config.unreadable`. Reads only the file.
 */
export function loadConfig(sources: ConfigSources): Config {
  return loadConfigWithSources(sources).config
}

/** As `loadConfig`, and knows the source of each value. */
export function loadConfigWithSources({ file, env, flags, cwd }: ConfigSources): LoadedConfig {
  const settings = new Settings()
  const path = file === undefined ? defaultFile(cwd) : file === null ? undefined : resolve(cwd, file)
  if (path !== undefined) readYaml(readText(path), displayPath(path, cwd), settings)
  readEnvironment(env, configSchema, settings)
  for (const { flag, key, value } of flags) {
    const at = parsePath(key)
    settings.set(at, fromText(value, schemaAt(configSchema, at)), { kind: 'flag', flag })
  }
  const result = configSchema.safeParse(settings.tree)
  if (!result.success) settings.problems.push(...problemsOf(result.error.issues, configSchema, settings))
  checkStreams(settings)
  checkRendezvous(settings)
  checkPolicies(settings)
  if (!result.success || settings.problems.length > 0) throw invalid(settings.problems)
  const folder = path === undefined ? cwd : dirname(path)
  const config = resolvePaths(result.data, (at, value) => resolve(isFromFile(settings.sourceOf(at)) ? folder : cwd, value))
  return { config: deepFreeze(config), file: path, sourceOf: (at) => (settings.gives(at) ? settings.sourceOf(at) : { kind: 'default' }) }
}

function isFromFile(source: Source): boolean {
  return source.kind === 'file' || source.kind === 'default'
}

function defaultFile(cwd: string): string | undefined {
  const path = resolve(cwd, 'sluice.yaml')
  return statSync(path, { throwIfNoEntry: false }) === undefined ? undefined : path
}

function readText(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes; a configuration has at most ${MAX_FILE_BYTES}`)
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (cause) {
    throw new SluiceError('config.unreadable', `the configuration file ${path} can't be read: ${(cause as Error).message}`, {
      cause,
      details: { file: path },
    })
  }
}

function displayPath(path: string, cwd: string): string {
  const short = relative(cwd, path)
  return short.startsWith('..') ? path : short
}

function invalid(problems: readonly Problem[]): SluiceError {
  const lines = problems.map(({ key, message, source, about }) =>
    source.kind === 'environment' && source.variable === key ? message : `${message} (${sourceText(source, about)})`,
  )
  const [first] = problems
  const message = lines.length === 1 ? lines[0]! : `${lines.length} settings are wrong:\n${lines.map((line) => `  - ${line}`).join('\n')}`
  return new SluiceError('config.invalid', message, {
    details: { problems: problems.length, key: first!.key, source: sourceText(first!.source) },
  })
}

type Mutable = ReturnType<typeof configSchema.parse>

function resolvePaths(config: Mutable, absolute: (at: Path, value: string) => string): Config {
  const { log, models, schemas, kafka } = config
  const file = (at: Path, value: string | null): string | null => (value === null ? null : absolute(at, value))
  return {
    ...config,
    log: log.kind === 'sqlite' ? { ...log, path: absolute(['log'], log.path) } : log,
    kafka: {
      ...kafka,
      tls: {
        ...kafka.tls,
        ca: file(['kafka', 'tls', 'ca'], kafka.tls.ca),
        cert: file(['kafka', 'tls', 'cert'], kafka.tls.cert),
        key: file(['kafka', 'tls', 'key'], kafka.tls.key),
      },
      sasl: {
        ...kafka.sasl,
        passwordFile: file(['kafka', 'sasl', 'passwordFile'], kafka.sasl.passwordFile),
        tokenFile: file(['kafka', 'sasl', 'tokenFile'], kafka.sasl.tokenFile),
        clientSecretFile: file(['kafka', 'sasl', 'clientSecretFile'], kafka.sasl.clientSecretFile),
      },
    },
    state: { directory: file(['state', 'directory'], config.state.directory) },
    models: {
      ...models,
      directory: file(['models', 'directory'], models.directory),
      definitions: file(['models', 'definitions'], models.definitions),
    },
    schemas: { ...schemas, credentials: schemas.credentials === null ? null : absolute(['schemas', 'credentials'], schemas.credentials) },
    streams: config.streams.map((given, i) => {
      const archives = given.archives.map((archive, k) => {
        const to = resolveDestination(archive.to, (path) => absolute(['streams', i, 'archives', k, 'to', 'directory'], path))
        return { ...archive, to }
      })
      const { source, sink } = given
      const stream = {
        ...given,
        archives,
        ...(source !== undefined && { source: resolveAddress(source, (path) => absolute(['streams', i, 'input'], path)) }),
        ...(sink !== undefined && { sink: resolveAddress(sink, (path) => absolute(['streams', i, 'output'], path)) }),
      }
      if (typeof stream.format === 'string') return stream
      if ('avro' in stream.format) {
        const schema = absolute(['streams', i, 'format', 'avro', 'schema'], stream.format.avro.schema)
        return { ...stream, format: { avro: { schema } } }
      }
      const { protobuf } = stream.format
      const descriptorSet = absolute(['streams', i, 'format', 'protobuf', 'descriptorSet'], protobuf.descriptorSet)
      return { ...stream, format: { protobuf: { ...protobuf, descriptorSet } } }
    }),
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}
