import type { Context, RunningNode } from '../context.ts'
import { EXIT, Stop } from '../io.ts'

/**
 * Shows that a node runs, waits until it ends or the command is stopped, and closes it. SIGTERM is the ordinary way to end
 * a service, so it is a success; Ctrl-C is 130 as for any command.
 */
export async function runNode(
  { io, json, print, printJson, style }: Context,
  node: RunningNode,
  lines: readonly string[],
): Promise<number> {
  await using running = node
  if (json) await printJson({ url: running.url })
  else for (const line of lines) await print(line)
  const stopped = new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve()
    else io.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([stopped, running.stopped ?? stopped])
  if (!io.signal.aborted) return EXIT.ok
  const { reason } = io.signal as { reason: unknown }
  if (!json && io.stderr.isTTY === true) io.stderr.write(`${style.dim('\nfinishing what is in work …')}\n`)
  const exitCode = reason instanceof Stop ? reason.exitCode : EXIT.failed
  return exitCode === EXIT.terminated ? EXIT.ok : exitCode
}
