import type { Command, Help } from 'commander'
import { EXIT } from './io.ts'
import type { Style } from './style.ts'

/** What the help of a command says beyond its arguments and options. */
export interface Guide {
  /** One line, for the list of commands. */
  readonly summary: string
  readonly paragraph?: string
  readonly examples: readonly Example[]
  /** Whether `--server` has a meaning for it. */
  readonly asksNode?: boolean
}

export interface Example {
  readonly what: string
  /** As typed, from `sluice` on. */
  readonly line: string
}

const guides = new WeakMap<Command, Guide>()

/** Gives a command its summary, paragraph and examples. */
export function describe(command: Command, guide: Guide): Command {
  guides.set(command, guide)
  return command
    .summary(guide.summary)
    .description(guide.paragraph === undefined ? guide.summary : `${guide.summary}\n\n${guide.paragraph}`)
}

/** The examples that the help of a command shows. */
export function examplesOf(command: Command): readonly Example[] {
  return guides.get(command)?.examples ?? []
}

export function examplesText(command: Command, style: Style): string {
  const examples = examplesOf(command).flatMap(({ what, line }) => [`  ${style.dim(`# ${what}`)}`, `  ${line}`, ''])
  return examples.length === 0 ? '' : ['', style.strong('Examples:'), ...examples].join('\n').trimEnd()
}

/** What the exit codes of all commands mean. */
export function exitCodesText({ strong, accent }: Style): string {
  const meanings: readonly [exitCode: number, meaning: string][] = [
    [EXIT.ok, 'done'],
    [EXIT.failed, 'refused or failed: the error says why'],
    [EXIT.usage, 'wrong usage'],
    [EXIT.unreachable, 'no node at the address'],
    [EXIT.rejected, 'done, but for records that were rejected (score)'],
    [EXIT.interrupted, 'ended by Ctrl-C'],
  ]
  const lines = meanings.map(([exitCode, meaning]) => `  ${accent(String(exitCode).padEnd(4))} ${meaning}`)
  return ['', strong('Exit codes:'), ...lines].join('\n')
}

/** How all help is laid out. */
export function helpStyle(style: Style): Partial<Help> {
  return {
    showGlobalOptions: true,
    styleTitle: style.strong,
    styleCommandText: style.accent,
    styleOptionText: style.accent,
    styleArgumentText: style.accent,
    subcommandTerm: (command) =>
      [
        command.name(),
        ...command.registeredArguments.map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`)),
      ].join(' '),
    visibleGlobalOptions(command) {
      const root = rootOf(command)
      const asksNode = guides.get(command)?.asksNode === true
      return command === root ? [] : root.options.filter(({ long }) => long === '--json' || (long === '--server' && asksNode))
    },
  }
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent)
}

/** What `sluice` alone says. */
export function shortGuide(style: Style): string {
  const { strong, accent, dim } = style
  return `${strong('Sluice')} serves machine-learning models inside streams of records. Models arrive as data on a
second stream and take over without a pause; every answer says which version gave it.

${strong('See it work:')}
  ${accent('sluice demo')}                                  ${dim('real flights, and models that get better: http://localhost:5500')}
  ${accent('sluice models list')}                           ${dim('in a second terminal: which model serves what')}
  ${accent('sluice scores tail --stream flights --follow')} ${dim('the answers, as they are given')}

${strong('Run your own:')} ${accent('sluice serve')}, then ${accent('sluice models publish')} and ${accent('sluice records send')}.
${strong('All commands:')} ${accent('sluice --help')}   ${strong('One of them:')} ${accent('sluice models publish --help')}`
}
