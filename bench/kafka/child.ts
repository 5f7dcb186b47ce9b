import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { ProcessTree } from './process-tree.ts'

export interface ChildOptions {
  /** What messages call it. */
  readonly name: string
  /** The file that gets what it prints. */
  readonly output: string
  readonly env?: NodeJS.ProcessEnv
  readonly cwd: string
}

const PATIENCE_MS = 10_000
const SHOWN_CHARACTERS = 3000

/** A program that runs until it is disposed of, or until this process ends in whatever way. */
export class Child implements AsyncDisposable {
  readonly tree: ProcessTree
  readonly #options: ChildOptions
  readonly #process: ChildProcess
  readonly #closed: Promise<unknown>

  constructor(command: readonly string[], options: ChildOptions) {
    this.#options = options
    const output = openSync(options.output, 'a')
    try {
      // setpriv has the kernel kill it when this process is gone.
      this.#process = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
        stdio: ['ignore', output, output],
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        detached: true,
      })
    } finally {
      closeSync(output)
    }
    this.#closed = once(this.#process, 'close').catch((error: unknown) => error)
    this.tree = new ProcessTree(this.#process.pid ?? 0)
  }

  /** Throws with the end of what it printed where it has ended. */
  check(): void {
    const { exitCode, signalCode, pid } = this.#process
    if (pid === undefined) throw new Error(`${this.#options.name} could not be started; is setpriv (util-linux) there?`)
    if (exitCode !== null || signalCode !== null) throw this.failure(`ended with ${exitCode ?? signalCode}`)
  }

  /** An error that says what went wrong and the end of what it printed. */
  failure(what: string): Error {
    return new Error(`${this.#options.name} ${what}:\n${readFileSync(this.#options.output, 'utf8').slice(-SHOWN_CHARACTERS)}`)
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.tree.signal('SIGKILL')
    await this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.tree.signal('SIGTERM')
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)))
    await Promise.race([this.#closed, late])
    clearTimeout(timer)
    await this.kill()
  }
}
