import { spawn } from 'node:child_process'
import { environment, SLUICE, type SpawnOptions } from './node-process.ts'

/** What a person at a terminal gets of a command. */
export interface CommandResult {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a command of `bin/sluice` to its end, with a text as its standard input. */
export async function runSluice({ cwd, words, env }: SpawnOptions, input = ''): Promise<CommandResult> {
  const child = spawn(SLUICE, words, { cwd, env: environment(env), stdio: ['pipe', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (err += String(chunk)))
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const code = await new Promise<number | null>((settle, fail) => {
    child.once('error', fail)
    child.once('close', settle)
  })
  return { code, out, err }
}
