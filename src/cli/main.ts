import type { CommandActions } from './context.ts'
import { processIo } from './io.ts'
import { runCommandLine } from './program.ts'

/** Loaded only by the commands that start a node, so that the others answer at once. */
async function app(): Promise<CommandActions> {
  const { actions } = await import('../app.ts')
  return actions
}

const io = processIo()
const exitCode = await runCommandLine(
  process.argv.slice(2),
  {
    serve: async (config) => (await app()).serve(config),
    demo: async (options) => (await app()).demo(options),
    score: async (run) => (await app()).score(run),
  },
  io,
)
// A pipe is written in the background: end only when all of it is out.
await new Promise<void>((resolve) => (process.stdout.writable ? process.stdout.write('', () => resolve()) : resolve()))
process.exit(exitCode)
