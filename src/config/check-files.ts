import { accessSync, constants, statSync } from 'node:fs'
import { SluiceError } from '../core/errors.ts'
import type { LoadedConfig } from './load-config.ts'
import type { Config } from './schema.ts'
import { type Path, pathText, sourceText } from './source.ts'

/**
 * Checks that the files that a configuration names are there and can be read; what is in them is for the node to judge.
 * Throws `config.unreadable` that lists all that are not, each with its key and source.
 */
export function checkFiles(loaded: LoadedConfig): void {
  const problems = namedFiles(loaded).flatMap(([path, file]) => {
    const fault = faultOf(file)
    if (fault === undefined) return []
    const message = `${pathText(path)} is '${file}', but must be a file that can be read: ${fault.reason}`
    return [{ cause: fault.cause, file, key: pathText(path), message: `${message} (${sourceText(loaded.sourceOf(path))})` }]
  })
  const [first] = problems
  if (first === undefined) return
  const lines = problems.map(({ message }) => `  - ${message}`).join('\n')
  const message = problems.length === 1 ? first.message : `${problems.length} files can't be read:\n${lines}`
  throw new SluiceError('config.unreadable', message, {
    cause: first.cause,
    details: { problems: problems.length, key: first.key, file: first.file },
  })
}

function namedFiles({ config }: LoadedConfig): [path: Path, file: string][] {
  const files: [Path, string][] = config.streams.flatMap(({ format }, i): [Path, string][] => {
    if (typeof format === 'string') return []
    if ('avro' in format) return [[['streams', i, 'format', 'avro', 'schema'], format.avro.schema]]
    return [[['streams', i, 'format', 'protobuf', 'descriptorSet'], format.protobuf.descriptorSet]]
  })
  const { definitions } = config.models
  const { credentials } = config.schemas
  return [
    ...(definitions === null ? [] : [[['models', 'definitions'], definitions] satisfies [Path, string]]),
    ...(credentials === null ? [] : [[['schemas', 'credentials'], credentials] satisfies [Path, string]]),
    ...kafkaFiles(config.kafka),
    ...files,
  ]
}

/** Those of what is switched on. */
function kafkaFiles({ tls, sasl }: Config['kafka']): [path: Path, file: string][] {
  const { enabled, ca, cert, key } = tls
  const ofTls = enabled ? Object.entries({ ca, cert, key }).map(([name, file]) => [['kafka', 'tls', name], file] as const) : []
  const token = sasl.tokenUrl === null ? 'tokenFile' : 'clientSecretFile'
  const secret = sasl.mechanism === 'oauthbearer' ? token : 'passwordFile'
  const ofSasl = sasl.mechanism === 'none' ? [] : [[['kafka', 'sasl', secret], sasl[secret]] as const]
  return [...ofTls, ...ofSasl].flatMap(([path, file]): [Path, string][] => (file === null ? [] : [[path, file]]))
}

function faultOf(file: string): { readonly reason: string; readonly cause?: unknown } | undefined {
  try {
    if (statSync(file).isDirectory()) return { reason: 'it is a folder' }
    accessSync(file, constants.R_OK)
    return undefined
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    return { reason: code === 'ENOENT' ? 'there is no such file' : message, cause }
  }
}
