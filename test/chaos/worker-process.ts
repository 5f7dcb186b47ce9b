import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { ApiClient } from '../system/api-client.ts'
import { environment, SLUICE } from '../system/node-process.ts'

/** A node in a process of its own, as `sluice serve` starts it, that can be killed, stopped for a while, and asked to end. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly exit: Promise<number | NodeJS.Signals | null>
  /** Its address, as soon as it is up; never settles where it ends before. */
  readonly ready: Promise<ApiClient>
  #said = ''

  /** Settings by their paths. */
  constructor(settings: Readonly<Record<string, unknown>>) {
    const words = Object.entries(settings).flatMap(([key, value]) => [
      '--set',
      `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ])
    const child = spawn(SLUICE, ['serve', '--json', ...words], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.exit = new Promise((settle) => child.once('exit', (code, signal) => settle(code ?? signal)))
    child.stderr.on('data', (chunk: Buffer) => (this.#said = `${this.#said}${String(chunk)}`.slice(-20_000)))
    this.ready = new Promise((settle) => {
      createInterface({ input: child.stdout }).once('line', (line) =>
        settle(new ApiClient((JSON.parse(line) as { url: string }).url, { timeoutMs: 5000 })),
      )
    })
  }

  /** What it wrote to its error stream, the end of it. */
  get said(): string {
    return this.#said
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** As a crash. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.exit
  }

  /** Nothing of it runs until `resume`, and nobody is told: the zombie of the group. */
  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }

  /** Asks it to end, and resolves with how long it took, in ms. */
  async stop(): Promise<number> {
    const started = performance.now()
    this.#child.kill('SIGTERM')
    await this.exit
    return performance.now() - started
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}
