import type { Command } from 'commander'
import { z } from 'zod'
import type { Config } from '../config/index.ts'
import { SluiceError } from '../core/errors.ts'
import { type Io, printLine } from './io.ts'
import { createNodeClient, type NodeClient } from './node-client.ts'
import type { ScoreCounts, ScoreRun } from './score-run.ts'
import { createStyle, type Style } from './style.ts'

/** A node that runs in this process. */
export interface RunningNode {
  /** Where it answers: `http://127.0.0.1:5500`. */
  readonly url: string
  /** Settles when the node ends by itself; rejects with why. */
  readonly stopped?: Promise<unknown>
  /** Finishes what is in work and releases everything. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface DemoOptions {
  readonly port: number | undefined
  /** Where the demo keeps its log; a fresh one that is removed at the end where undefined. */
  readonly directory: string | undefined
  /** Records a second. */
  readonly rate: number | undefined
}

/** What the command line starts and knows nothing of. */
export interface CommandActions {
  serve(config: Config): Promise<RunningNode>
  demo(options: DemoOptions): Promise<RunningNode>
  /** Settles when all of the input is answered, or the signal of the run aborts. */
  score(run: ScoreRun): Promise<ScoreCounts>
}

/** What a command works with. */
export interface Context {
  readonly io: Io
  readonly actions: CommandActions
  /** Whether output is for programs. */
  readonly json: boolean
  readonly style: Style
  readonly client: NodeClient
  readonly print: (line: string) => Promise<void>
  /** Prints a value as one line of JSON. */
  readonly printJson: (value: unknown) => Promise<void>
}

/** Attaches to a command what it does with its words. It answers the exit code, 0 where it answers nothing. */
export type Attach = (command: Command, work: (context: Context, words: readonly string[]) => Promise<number | void>) => void

export interface GlobalOptions {
  readonly json?: boolean
  readonly server?: string
}

export const DEFAULT_SERVER = 'http://localhost:5500'

export function createContext(io: Io, actions: CommandActions, { json = false, server }: GlobalOptions): Context {
  let client: NodeClient | undefined
  return {
    io,
    actions,
    json,
    style: createStyle(io, io.stdout),
    get client() {
      client ??= createNodeClient(server ?? (io.env['SLUICE_SERVER'] || DEFAULT_SERVER), io.signal)
      return client
    },
    print: (line) => printLine(io, line),
    printJson: (value) => printLine(io, JSON.stringify(value)),
  }
}

const streamNames = z.object({ streams: z.array(z.object({ name: z.string() })) })

/** The stream that is meant: the named one, or the node's only one. */
export async function chooseStream(client: NodeClient, named: string | undefined): Promise<string> {
  if (named !== undefined) return named
  const { value } = await client.get('/live', streamNames)
  const names = value.streams.map((stream) => stream.name)
  if (names.length === 1) return names[0]!
  throw new SluiceError('cli.usage', `the node has ${names.length} streams; say which one with --stream: ${names.join(', ')}`)
}
