import type { Command } from 'commander'
import { logText } from '../../config/index.ts'
import type { Attach, Context } from '../context.ts'
import { describe } from '../help.ts'
import { printLine } from '../io.ts'
import { type ConfigOptions, configOf, withConfigOptions } from './config-options.ts'
import { runNode } from './run-node.ts'

export function addServe(program: Command, attach: Attach): void {
  const command = withConfigOptions(program.command('serve'))
  describe(command, {
    summary: 'Run a node: read records, score them, write the answers.',
    paragraph:
      'Without a configuration it reads JSON records from the topic mdata, writes to scores, and keeps everything in ' +
      './sluice.db. What is configured, and from where, is shown by `sluice config`. Ctrl-C finishes the work at hand and stops, ' +
      'which is given up after 15 seconds; a second one stops at once. Either way the node goes on where it was after a restart.',
    examples: [
      { what: 'One process with its own log, all defaults', line: 'sluice serve' },
      { what: 'With a configuration file, on another port', line: 'sluice serve --config sluice.yaml --port 5501' },
      { what: 'On Kafka, as one of a group of nodes', line: 'sluice serve --log kafka:localhost:9092 --group fraud' },
      { what: 'Any setting can be given: here, where records have their data type', line: "sluice serve --set 'streams[0].dataType=key'" },
    ],
  })
  attach(command, async (context) => {
    const { style } = context
    const { config } = configOf(context.io, command.opts<ConfigOptions>())
    const streams = config.streams.map(({ name, input, output }) => `  ${style.dim('stream')}  ${name}: ${input} → ${output}`)
    // Answers have the standard output to themselves.
    const isPiped = config.streams.some(({ sink }) => sink?.kind === 'pipe')
    const told = isPiped ? toErrors(context) : context
    return runNode(told, context.actions.serve(config), ({ url }) => [
      `${style.good('●')} ${style.strong('Sluice')} at ${style.accent(url)}`,
      `  ${style.dim('log')}     ${logText(config.log)}`,
      ...streams,
      `  ${style.dim('Ctrl-C stops it')}`,
    ])
  })
}

/** The context of a command that says what it has to say on the error stream. */
function toErrors(context: Context): Context {
  const io = { ...context.io, stdout: context.io.stderr }
  return { ...context, print: (line) => printLine(io, line), printJson: (value) => printLine(io, JSON.stringify(value)) }
}
