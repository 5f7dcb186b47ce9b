import { relative } from 'node:path'
import type { Command } from 'commander'
import { effectiveSettings, effectiveSources, effectiveYaml } from '../../config/index.ts'
import type { Attach } from '../context.ts'
import { describe } from '../help.ts'
import { type ConfigOptions, configOf, withConfigOptions } from './config-options.ts'

export function addConfig(program: Command, attach: Attach): void {
  const command = withConfigOptions(program.command('config'))
  describe(command, {
    summary: 'Check the configuration and show it, with the source of each value.',
    paragraph:
      'Flags win over SLUICE_ variables (SLUICE_HTTP_PORT is http.port), variables over the file, the file over the defaults. ' +
      'All problems are listed at once. That the files it names (descriptorSet, models.definitions) are there is checked too, not what ' +
      'is in them, nor whether the log can be reached. What is printed is itself a valid sluice.yaml.',
    examples: [
      { what: 'What `sluice serve` would run with here', line: 'sluice config' },
      { what: 'Check a file', line: 'sluice config --config sluice.yaml' },
      { what: 'Start a configuration file from the defaults', line: 'sluice config > sluice.yaml' },
    ],
  })
  attach(command, async ({ io, json, print, printJson, style }) => {
    const loaded = configOf(io, command.opts<ConfigOptions>())
    if (json) return printJson({ file: loaded.file ?? null, config: effectiveSettings(loaded), sources: effectiveSources(loaded) })
    const file = loaded.file === undefined ? 'no file' : relative(io.cwd, loaded.file) || loaded.file
    await print(style.dim(`# effective configuration (${file})`))
    for (const line of effectiveYaml(loaded).split('\n')) await print(line.replace(/ {2}# .*$/, (comment) => style.dim(comment)))
  })
}
