import { spawn } from 'node:child_process'

/**
 * Runs one step with its output going straight to this terminal and no input; resolves with whether it succeeded. An
 * interrupt is left to the step, which gets it from the terminal too and tidies up; the caller then goes on and ends.
 */
export async function runStep(title: string, command: string, args: readonly string[]): Promise<boolean> {
  console.log(`\n▸ ${title}`)
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  const ignore = (): void => {}
  process.on('SIGTERM', forward)
  process.on('SIGINT', ignore)
  try {
    return await new Promise<boolean>((resolve) => {
      child.once('error', (error) => {
        console.error(`${command} could not be started: ${error.message}`)
        resolve(false)
      })
      child.once('close', (code) => resolve(code === 0))
    })
  } finally {
    process.off('SIGTERM', forward)
    process.off('SIGINT', ignore)
  }
}
