import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Attach } from '../context.ts'
import { describe } from '../help.ts'
import { ratePerSecond, wholeNumber } from '../parse-values.ts'
import { runNode } from './run-node.ts'

interface Options {
  readonly port?: number
  readonly rate?: number
  readonly keep?: string
}

export function addDemo(program: Command, attach: Attach): void {
  const command = program
    .command('demo')
    .option('-p, --port <port>', 'the port of the live page; 0 takes a free one (default: 5500)', wholeNumber(0))
    .option('--rate <n/s>', 'how many flights depart per second', ratePerSecond)
    .option('--keep <folder>', 'keep the log in this folder, and go on from it next time')
  describe(command, {
    summary: 'See Sluice at work on real data, in one process.',
    paragraph:
      'Replays flights that left New York in 2013. Models that predict a late arrival are published while it runs, each better ' +
      'than the one before, and take over without a pause. Everything is in a log of its own that is removed at the end. ' +
      'Use the other commands on it from a second terminal.',
    examples: [
      { what: 'Run it, and open http://localhost:5500', line: 'sluice demo' },
      { what: 'Slowly, to follow single records', line: 'sluice demo --rate 5' },
      { what: 'In a folder that stays', line: 'sluice demo --keep ./demo-data --port 5501' },
    ],
  })
  attach(command, async (context) => {
    const { port, rate, keep } = command.opts<Options>()
    const { io, style } = context
    const directory = keep === undefined ? undefined : resolve(io.cwd, keep)
    const server = (url: string) => (port === undefined || port === 5500 ? '' : ` --server ${url}`)
    // Who started it with npm has the command at hand only through npx.
    const sluice = io.env['npm_lifecycle_event'] === undefined ? 'sluice' : 'npx sluice'
    return runNode(context, context.actions.demo({ port, rate, directory }), ({ url }) => [
      `${style.good('●')} ${style.strong('The demo runs.')} Watch it at ${style.accent(url)}`,
      '  In a second terminal:',
      `    ${style.accent(`${sluice} models list${server(url)}`)}`,
      `    ${style.accent(`${sluice} scores tail --stream flights --follow${server(url)}`)}`,
      `    ${style.accent(`${sluice} models rollback flight${server(url)}`)}`,
      `  ${style.dim('Ctrl-C stops it')}`,
    ])
  })
}
