import { Readable, Writable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { CommandActions } from '../context.ts'
import { type Io, Stop, type Terminal } from '../io.ts'
import { runCommandLine } from '../program.ts'

export interface World {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly stdin?: string | Uint8Array
  readonly tty?: boolean
  readonly actions?: Partial<CommandActions>
  /** Ends the command when a test aborts it with a `Stop`. */
  readonly controller?: AbortController
  /** Milliseconds that pass with each look at the clock. */
  readonly tick?: number
  /** Called with every piece of output. */
  readonly onOutput?: (text: string, stop: (exitCode: number) => void) => void
}

export interface Outcome {
  readonly exitCode: number
  readonly out: string
  readonly err: string
  /** The waits that the command asked for, in ms. */
  readonly sleeps: readonly number[]
}

export const NOW = Date.UTC(2026, 0, 1)

/** Runs a command line in a world of its own: collected output, a clock that moves only when it is looked at or slept on. */
export async function run(words: string[] | string, world: World = {}): Promise<Outcome> {
  const { controller = new AbortController() } = world
  const stop = (exitCode: number) => controller.abort(new Stop('test', exitCode))
  const sleeps: number[] = []
  let time = 0
  const collected = { out: '', err: '' }
  const collect = (to: 'out' | 'err'): Terminal => {
    const stream = new Writable({
      write(chunk, _encoding, done) {
        collected[to] += String(chunk)
        world.onOutput?.(String(chunk), stop)
        done()
      },
    })
    return world.tty === true ? Object.assign(stream, { isTTY: true, columns: 100 }) : stream
  }
  const now = () => (time += world.tick ?? 0)
  const io: Io = {
    stdout: collect('out'),
    stderr: collect('err'),
    stdin: Readable.from(world.stdin === undefined ? [] : [Buffer.from(world.stdin)]),
    env: world.env ?? {},
    cwd: world.cwd ?? '/nowhere',
    clock: { now: () => NOW + now(), monotonic: now },
    signal: controller.signal,
    async sleep(ms, until = controller.signal) {
      sleeps.push(ms)
      time += ms
      // What is ready goes first, as it would long before a real clock strikes.
      await setImmediate()
      until.throwIfAborted()
    },
  }
  const missing = async (): Promise<never> => {
    throw new Error('the test gave no such action')
  }
  const actions = { serve: missing, demo: missing, score: missing, ...world.actions }
  const exitCode = await runCommandLine(typeof words === 'string' ? words.split(' ') : words, actions, io)
  return { exitCode, ...collected, sleeps }
}
