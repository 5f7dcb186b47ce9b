import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { ApiClient } from './api-client.ts'

export const SLUICE = resolve(import.meta.dirname, '../../bin/sluice')

export interface SpawnOptions {
  readonly cwd: string
  /** Words after `sluice`: `serve`, `demo` … */
  readonly words: readonly string[]
  /** Variables beside those of this process. */
  readonly env?: Readonly<Record<string, string>>
}

/** The variables of this process without those that are about tests, or would configure a node. */
export function environment(more: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  const plain = Object.entries(process.env).filter(([name]) => !name.startsWith('SLUICE_'))
  return { ...Object.fromEntries(plain), ...more }
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A node in a process of its own, as a person starts it. Disposing kills it where it still runs. */
export class NodeProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly exit: Promise<Exit>
  /** Its address, as soon as it is ready; rejects where it ends before. */
  readonly ready: Promise<ApiClient>
  #said = ''

  private constructor(child: ChildProcess) {
    this.#child = child
    this.exit = new Promise((settle) => {
      child.once('exit', (code, signal) => settle({ code, signal }))
    })
    child.stderr!.on('data', (chunk: Buffer) => (this.#said = `${this.#said}${String(chunk)}`.slice(-4000)))
    this.ready = this.#firstLine().then((line) => new ApiClient((JSON.parse(line) as { url: string }).url))
    this.ready.catch(() => {})
  }

  static start({ cwd, words, env }: SpawnOptions): NodeProcess {
    const child = spawn(SLUICE, [...words, '--json'], { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] })
    return new NodeProcess(child)
  }

  /** What it wrote to its error stream, the end of it. */
  get said(): string {
    return this.#said
  }

  /** Ends it without any warning. */
  async kill(): Promise<Exit> {
    this.#child.kill('SIGKILL')
    return this.exit
  }

  /** Asks it to end, as a service manager does. */
  async stop(): Promise<Exit> {
    this.#child.kill('SIGTERM')
    return this.exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }

  async #firstLine(): Promise<string> {
    const lines = createInterface({ input: this.#child.stdout! })
    const line = new Promise<string>((settle) => {
      lines.once('line', settle)
    })
    const ended = this.exit.then(({ code, signal }) => {
      throw new Error(`the node ended with ${code ?? signal} before it was ready: ${this.#said}`)
    })
    return Promise.race([line, ended])
  }
}
