import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { type Clock, systemClock } from '../core/clock.ts'

/** What the command line sees of the world, so that a test can be the world. */
export interface Io {
  readonly stdout: Terminal
  readonly stderr: Terminal
  readonly stdin: Readable
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly clock: Clock
  /** Aborts with a `Stop` when the command must end: Ctrl-C, or nobody reads its output any more. */
  readonly signal: AbortSignal
  /** Resolves after so many ms; rejects when the signal aborts: this world's own where none is given. */
  sleep(ms: number, until?: AbortSignal): Promise<void>
}

export type Terminal = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** Why a command ends before it is done, and the exit code for it. */
export class Stop extends Error {
  readonly exitCode: number

  constructor(reason: string, exitCode: number) {
    super(reason)
    this.name = 'Stop'
    this.exitCode = exitCode
  }
}

export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, rejected: 4, interrupted: 130, terminated: 143 } as const

/** The process's own streams. SIGINT and SIGTERM stop the command, a second one ends the process; a closed pipe stops it quietly. */
export function processIo(): Io {
  const controller = new AbortController()
  const { signal } = controller
  const stop = (reason: string, exitCode: number) => () => {
    if (signal.aborted && exitCode !== EXIT.ok) process.exit(exitCode)
    controller.abort(new Stop(reason, exitCode))
  }
  process.on('SIGINT', stop('interrupted', EXIT.interrupted))
  process.on('SIGTERM', stop('terminated', EXIT.terminated))
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      stop('nobody reads the output', EXIT.ok)()
    })
  }
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    signal,
    sleep: async (ms, until = signal) => {
      await setTimeout(ms, undefined, { signal: until })
    },
  }
}

/** Writes a line, waiting while the reader is slower. */
export async function printLine(io: Io, line: string): Promise<void> {
  io.signal.throwIfAborted()
  if (!io.stdout.write(`${line}\n`)) await once(io.stdout, 'drain', { signal: io.signal })
}
