import { SluiceError } from '../../core/errors.ts'
import type { Context, RunningNode } from '../context.ts'
import { EXIT, Stop } from '../io.ts'
import { reportError } from '../report-error.ts'

/** How long a clean end may take before a person is told that it is still going on, and before it is given up, ms. */
const PATIENCE = { told: 1000, givenUp: 15_000 } as const

/**
 * Shows that a node runs once it has started, waits until it ends or the command is stopped, and closes it. SIGTERM is the
 * ordinary way to end a service, so it is a success; Ctrl-C is 130 as for any command. A node that does not end in time is
 * given up: the process is expected to end then, whatever the node still does.
 */
export async function runNode(
  context: Context,
  starting: Promise<RunningNode>,
  lines: (node: RunningNode) => readonly string[],
): Promise<number> {
  const { io, json, print, printJson } = context
  const asked = whenAborted(io.signal)
  const node = await Promise.race([starting, asked])
  // Asked to end while it starts: what has started by then must be closed, and there is nobody left to tell of a start that failed.
  if (node === undefined) return finish(context, () => starting.then(close, () => {}))
  try {
    if (json) await printJson({ url: node.url })
    else for (const line of lines(node)) await print(line)
    await Promise.race([asked, node.stopped ?? asked])
  } catch (error) {
    const exitCode = await finish(context, () => close(node))
    if (io.signal.aborted) return exitCode
    throw error
  }
  return finish(context, () => close(node))
}

async function close(node: RunningNode): Promise<void> {
  await node[Symbol.asyncDispose]()
}

/** Ends a node, and answers the exit code that this gives. Tells on the error stream what a person waits for, and what went wrong. */
async function finish(context: Context, work: () => Promise<void>): Promise<number> {
  const { io, json, style } = context
  const done = new AbortController()
  const slow = async () => {
    await io.sleep(PATIENCE.told, done.signal)
    const hint = io.signal.aborted ? '; Ctrl-C again ends at once' : ''
    // On a terminal the cursor stands after the ^C.
    const lead = io.stderr.isTTY === true ? '\n' : ''
    if (!json) io.stderr.write(`${lead}${style.dim(`finishing what is in work${hint} …`)}\n`)
    await io.sleep(PATIENCE.givenUp - PATIENCE.told, done.signal)
    const message = `the node did not end within ${PATIENCE.givenUp / 1000} s after it was asked to, so it is left as it is`
    throw new SluiceError('cli.stop.timeout', message)
  }
  try {
    await Promise.race([work(), slow()])
  } catch (error) {
    const known = error instanceof SluiceError ? error : new SluiceError('internal', 'the node could not end cleanly', { cause: error })
    reportError(io, known, { json })
    return EXIT.failed
  } finally {
    done.abort()
  }
  return exitCodeAfter(io.signal)
}

function exitCodeAfter({ aborted, reason }: AbortSignal): number {
  if (!aborted) return EXIT.ok
  const exitCode = reason instanceof Stop ? reason.exitCode : EXIT.failed
  return exitCode === EXIT.terminated ? EXIT.ok : exitCode
}

async function whenAborted(signal: AbortSignal): Promise<undefined> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
