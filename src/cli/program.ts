import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { asSluiceError, SluiceError } from '../core/errors.ts'
import { addConfig } from './commands/config.ts'
import { addDemo } from './commands/demo.ts'
import { addErrors } from './commands/errors.ts'
import { addModels } from './commands/models.ts'
import { addPolicy } from './commands/policy.ts'
import { addRecords } from './commands/records.ts'
import { addScore } from './commands/score.ts'
import { addScores } from './commands/scores.ts'
import { addServe } from './commands/serve.ts'
import { addState } from './commands/state.ts'
import { type Attach, type CommandActions, createContext, DEFAULT_SERVER, type GlobalOptions } from './context.ts'
import { describe, examplesText, exitCodesText, helpStyle, shortGuide } from './help.ts'
import { EXIT, type Io, processIo, Stop } from './io.ts'
import { exitCodeOf, reportError } from './report-error.ts'
import { createStyle } from './style.ts'

/**
 * The whole command line. What starts a node is injected; everything else only talks HTTP to one.
 * Parsing rejects with what failed; `runCommandLine` makes messages and an exit code of it.
 */
export function createProgram(actions: CommandActions, io: Io = processIo(), done: (exitCode: number) => void = setExitCode): Command {
  const style = createStyle(io, io.stdout)
  const program = new Command('sluice')
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text), outputError() {} })
    .configureOutput({ getOutHelpWidth: () => io.stdout.columns ?? 100, getOutHasColors: () => io.stdout.isTTY === true })
    .configureHelp(helpStyle(style))
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand(false)
    .option('--json', 'print JSON for programs: one value, or one per line where it is a stream; errors too')
    .option('--server <url>', `the node to talk to (SLUICE_SERVER; else ${DEFAULT_SERVER})`)
    .usage('<command> [options]')
  describe(program, {
    summary: 'Machine-learning models served inside streams of records.',
    paragraph:
      'A node runs with `sluice serve`, or `sluice demo` to see one at work; `sluice score` needs none. The other commands talk to it over HTTP.',
    examples: [
      { what: 'See it work, then open http://localhost:5500', line: 'sluice demo' },
      { what: 'Which model serves what', line: 'sluice models list' },
      { what: 'The answers, as they are given', line: 'sluice scores tail --stream flights --follow' },
    ],
  })

  const attach: Attach = (command, work) => {
    command.action(async () => {
      const context = createContext(io, actions, program.opts<GlobalOptions>())
      done((await work(context, command.args)) ?? EXIT.ok)
    })
  }
  for (const add of [addServe, addDemo, addScore, addModels, addPolicy, addRecords, addScores, addState, addConfig, addErrors])
    add(program, attach)
  for (const command of everyCommand(program)) command.addHelpText('after', () => examplesText(command, style))
  program.addHelpText('after', () => exitCodesText(style))
  return program
}

/** A command and all below it. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)]
}

/** Runs one command line (without `node` and the script) and answers its exit code. Never throws. */
export async function runCommandLine(words: readonly string[], actions: CommandActions, io: Io = processIo()): Promise<number> {
  if (words.length === 0) {
    io.stdout.write(`${shortGuide(createStyle(io, io.stdout))}\n`)
    return EXIT.ok
  }
  let exitCode: number = EXIT.ok
  const program = createProgram(actions, io, (code) => (exitCode = code))
  try {
    await program.parseAsync([...words], { from: 'user' })
    return exitCode
  } catch (error) {
    return failure(error, words, { program, io })
  }
}

function failure(error: unknown, words: readonly string[], { program, io }: { program: Command; io: Io }): number {
  if (io.signal.aborted) return io.signal.reason instanceof Stop ? io.signal.reason.exitCode : EXIT.failed
  const json = words.includes('--json')
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok
    if (error.code === 'commander.help') return EXIT.usage
    const message = error.message.replace(/^error: /, '').replace(/\n\(Did you mean (.+)\?\)/s, '; did you mean $1?')
    reportError(io, new SluiceError('cli.usage', message, { cause: error }), { json, remedy: `See \`${helpFor(words, program)}\`.` })
    return EXIT.usage
  }
  const known = asSluiceError(error, 'internal', 'the command failed')
  reportError(io, known, { json, ...(known.code === 'cli.usage' ? { remedy: `See \`${helpFor(words, program)}\`.` } : {}) })
  return exitCodeOf(known)
}

/** The help that fits the words: of the deepest command that they name. */
function helpFor(words: readonly string[], program: Command): string {
  let command = program
  const names = ['sluice']
  for (const word of words.filter((candidate) => !candidate.startsWith('-'))) {
    const inner = command.commands.find((candidate) => candidate.name() === word)
    if (inner === undefined) break
    names.push(word)
    command = inner
  }
  return `${names.join(' ')} --help`
}

function setExitCode(exitCode: number): void {
  process.exitCode = exitCode
}

function version(): string {
  const { version: text } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
  return text
}
