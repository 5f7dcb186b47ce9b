import type { Command } from 'commander'
import { checkFiles, type ConfigFlag, loadConfigWithSources, type LoadedConfig } from '../../config/index.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Io } from '../io.ts'

export interface ConfigOptions {
  readonly config?: string
  readonly log?: string
  readonly host?: string
  readonly port?: string
  readonly group?: string
  readonly workers?: string
  readonly set?: readonly string[]
}

/** Short flags for what is set most often. */
const NAMED = { log: 'log', host: 'http.host', port: 'http.port', group: 'group', workers: 'workers' } as const

/** Adds the options that say how a node is configured. */
export function withConfigOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'the configuration file (SLUICE_CONFIG; else ./sluice.yaml if there is one)')
    .option('--log <log>', 'memory, sqlite:<path> or kafka:<host>:<port>[,…]')
    .option('--host <address>', 'the address to listen on')
    .option('-p, --port <port>', 'the port to listen on; 0 takes a free one')
    .option('--group <name>', 'the consumer group')
    .option('--workers <n>', 'how many threads share the work (on Kafka)')
    .option('--set <key=value>', 'any other setting, as often as needed: --set models.history=20', collect)
}

/** The configuration that the options, the environment and the file give together; the files that it names are there. */
export function configOf(io: Io, options: ConfigOptions): LoadedConfig {
  const named = Object.entries(NAMED).flatMap(([option, key]): ConfigFlag[] => {
    const value = options[option as keyof typeof NAMED]
    return value === undefined ? [] : [{ flag: `--${option}`, key, value }]
  })
  const file = options.config ?? (io.env['SLUICE_CONFIG'] || undefined)
  const loaded = loadConfigWithSources({
    env: io.env,
    cwd: io.cwd,
    flags: [...(options.set ?? []).map(setFlag), ...named],
    ...(file === undefined ? {} : { file }),
  })
  checkFiles(loaded)
  return loaded
}

function setFlag(text: string): ConfigFlag {
  const at = text.indexOf('=')
  if (at < 1) throw new SluiceError('cli.usage', `--set takes key=value, such as --set http.port=5501, not '${text}'`)
  return { flag: `--set ${text.slice(0, at)}`, key: text.slice(0, at), value: text.slice(at + 1) }
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}
