import { setTimeout } from 'node:timers/promises'
import { processIo } from '../io.ts'
import { runCommandLine } from '../program.ts'

/**
 * A process of its own whose node never ends, for tests of Ctrl-C. Time passes so many times faster as the first word says;
 * the others are the command line.
 */
const [speed, ...words] = process.argv.slice(2)
const stuck = { url: 'http://127.0.0.1:1', [Symbol.asyncDispose]: () => new Promise<never>(() => {}) }
const io = processIo()
const start = async () => {
  // As a listening server does, it keeps the process.
  setInterval(() => {}, 60_000)
  return stuck
}
const exitCode = await runCommandLine(
  words,
  { serve: start, demo: start, score: async () => ({ scored: 0, rejected: 0 }) },
  {
    ...io,
    async sleep(ms, until = io.signal) {
      await setTimeout(ms / Number(speed), undefined, { signal: until })
    },
  },
)
process.exit(exitCode)
